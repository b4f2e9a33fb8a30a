using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Tests.Terms;

public sealed class RampScheduleTests
{
    private static readonly Instant Start = Instant.FromUtc(2027, 3, 1, 0, 0);
    private static readonly Term Quarter = new(Start, Instant.FromUtc(2027, 6, 1, 0, 0));
    private static readonly Instant April = Instant.FromUtc(2027, 4, 1, 0, 0);

    [Fact]
    public void Steps_become_segments_without_gaps()
    {
        var ramp = new RampSchedule { Term = Quarter, Steps = [new RampStep(Start, 4), new RampStep(April, 10)] };

        Assert.Null(ramp.Fault());
        Assert.Equal([new RampSegment(new Term(Start, April), 4), new RampSegment(new Term(April, Quarter.End), 10)], ramp.Segments());
        Assert.Equal(10, ramp.PeakUnits());
    }

    public static TheoryData<string, RampSchedule> Faulty => new()
    {
        { "ramp", new RampSchedule { Term = Quarter } },
        { "ramp", new RampSchedule { Term = default, Steps = [new RampStep(Start, 1)] } },
        { "ramp[0].from", new RampSchedule { Term = Quarter, Steps = [new RampStep(April, 1)] } },
        { "ramp[1].from", new RampSchedule { Term = Quarter, Steps = [new RampStep(Start, 1), new RampStep(Start, 2)] } },
        { "ramp[1].from", new RampSchedule { Term = Quarter, Steps = [new RampStep(Start, 1), new RampStep(Quarter.End, 2)] } },
        { "ramp[1].from", new RampSchedule { Term = Quarter, Steps = [new RampStep(Start, 1), new RampStep(April + Duration.FromMinutes(1), 2)] } },
        { "ramp[0].units", new RampSchedule { Term = Quarter, Steps = [new RampStep(Quarter.Start, 0)] } },
    };

    [Theory, MemberData(nameof(Faulty))]
    public void Each_fault_names_its_field(string field, RampSchedule ramp) => Assert.Equal(field, ramp.Fault()?.Field);
}
