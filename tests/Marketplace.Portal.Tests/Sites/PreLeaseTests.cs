using Marketplace.Client;
using Marketplace.Portal.Sites;

namespace Marketplace.Portal.Tests.Sites;

public sealed class PreLeaseTests
{
    [Fact]
    public void BothDefinitionsCountBindingReservationsOfWhatIsBeingBuilt()
    {
        var site = new Site { Phases = [new PhaseSummary { Id = "a", CriticalItMw = 10, FreeKw = 2_000 }, new PhaseSummary { Id = "b", CriticalItMw = 5, ActualRfs = new DateOnly(2026, 1, 1) }] };
        var pool = new Pool { Id = "p", KilowattsPerUnit = 100, Phases = [new Allocation { PhaseId = "a", Units = 80 }] };
        Reservation Reserved(ReservationStatus status, int units) => new() { PoolId = "p", Status = status, Terms = new Terms { Ramp = [new RampStep { Units = units }] } };

        var (without, with) = PreLease.Of([site], [pool], [Reserved(ReservationStatus.Confirmed, 40), Reserved(ReservationStatus.AwaitingDeposit, 40)]);

        Assert.Equal(50m, without);
        Assert.Equal(60m, with);
        Assert.Equal((100m, 100m), PreLease.Of([site], [pool], [Reserved(ReservationStatus.Delayed, 900)]));
        Assert.Equal((null, null), PreLease.Of([], [], []));
    }
}
