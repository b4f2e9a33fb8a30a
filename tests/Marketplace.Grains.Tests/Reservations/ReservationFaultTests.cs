using System.Diagnostics;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Reservations;
using Marketplace.Testing.Faults;
using NodaTime;
using static Marketplace.Grains.Tests.Reservations.ReservationWorld;

namespace Marketplace.Grains.Tests.Reservations;

/// <summary>
/// Every write of the reservation's process is struck once, in every way a store can fail, each time in a reservation of its
/// own: record, journal, due and list writes of quote, reservation, pool, billing account, payment and feeds alike. Whoever
/// repeats the same request ends with exactly one reservation, one hold and one deposit; whoever gives up, with none.
/// </summary>
public sealed class ReservationFaultTests
{
    // The process makes a few dozen writes; a run in which nothing was struck ends the series.
    private const int MostWrites = 200;

    // Most of the time passes in pauses before a retry, so the kinds of fault run side by side, each in a market of its own.
    [Fact]
    public Task Repeating_the_request_ends_in_exactly_one_of_each() => Task.WhenAll(Enum.GetValues<FaultKind>().Select(RepeatAsync));

    [Fact]
    public Task Giving_up_after_an_error_leaves_nothing_held() => Task.WhenAll(GiveUpAsync(FaultKind.ErrorBeforeWrite), GiveUpAsync(FaultKind.ErrorAfterWrite));

    private static async Task RepeatAsync(FaultKind kind)
    {
        await using var world = await StartAsync(nodes: 2000);
        var struck = 0;
        for (var n = 1; n <= MostWrites; n++)
        {
            world.Market.Faults.Reset();
            var fault = world.Market.Faults.AtNumber(kind, n);
            await ReserveAndPayAsync(world, n, fault);
            if (!fault.Reached.IsCompleted)
            {
                break;
            }

            struck++;
            await AssertExactlyOneAsync(world, n, $"{kind} at {await fault.Reached}");
        }

        Assert.InRange(struck, 20, MostWrites - 1);
        Assert.Equal(struck + 1, world.Market.Gateway.Created);
        Assert.Empty(await world.Pool.CheckInvariantsAsync());
    }

    private static async Task GiveUpAsync(FaultKind kind)
    {
        await using var world = await StartAsync(nodes: 2000);
        var failures = 0;
        for (var n = 1; n <= MostWrites; n++)
        {
            world.Market.Faults.Reset();
            var fault = world.Market.Faults.AtNumber(kind, n);
            try
            {
                await world.RequestAsync(n);
            }
            catch (Exception)
            {
                failures++;
            }

            await InsistAsync(async () =>
            {
                await world.AdvanceAsync(Duration.FromMinutes(31));
                return true;
            });
            if (await world.StatusAsync(n) is not null)
            {
                await world.BecomesAsync(n, ReservationStatus.Expired);
            }

            Assert.Contains((await world.Pool.GetHoldAsync(Id(n)))?.Status, new HoldStatus?[] { null, HoldStatus.Released, HoldStatus.Expired });
            var deposit = await world.Account.GetDepositAsync(Id(n));
            Assert.Contains(deposit?.Status, new DepositStatus?[] { null, DepositStatus.Cancelled, DepositStatus.Failed });
            Assert.True(deposit?.Received.IsZero ?? true);
            if (!fault.Reached.IsCompleted)
            {
                break;
            }
        }

        Assert.InRange(failures, 5, MostWrites);
        Assert.Empty(world.Market.Gateway.Refunds);
    }

    private static async Task ReserveAndPayAsync(ReservationWorld world, int n, Fault fault)
    {
        // A second client repeats the request while a delayed write hangs.
        var first = InsistAsync(() => world.RequestAsync(n));
        if (fault.Kind == FaultKind.Delay && await Task.WhenAny(first, fault.Reached) == fault.Reached)
        {
            var second = InsistAsync(() => world.RequestAsync(n));
            fault.Release();
            await second;
        }

        Assert.Null((await first).Refusal);
        if (fault.Kind == FaultKind.Delay)
        {
            _ = fault.Reached.ContinueWith(_ => fault.Release(), TaskScheduler.Default);
        }

        Assert.Null((await InsistAsync(() => world.RequestAsync(n))).Refusal);
        await world.BecomesAsync(n, ReservationStatus.AwaitingDeposit);
        for (var waited = Stopwatch.StartNew(); world.Market.Gateway.OutcomeOf(PaymentOf(n)) is null;)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), "The payment never reached the gateway.");
            await InsistAsync(() => world.Payment(n).VisitAsync(null));
        }

        await world.PayAsync(n);
        await world.BecomesAsync(n, ReservationStatus.Confirmed);
    }

    private static async Task AssertExactlyOneAsync(ReservationWorld world, int n, string at)
    {
        var reservation = await world.ReadAsync(n);
        var hold = await world.Pool.GetHoldAsync(Id(n));
        var deposit = await world.Account.GetDepositAsync(Id(n));
        var quote = (await world.Quote(n).GetAsync())?.State;

        Assert.True(hold is { Status: HoldStatus.Confirmed, Segments: [{ Units: 8 }] }, $"{at}: the hold is {hold?.Status}.");
        Assert.True(deposit?.Status == DepositStatus.Held && deposit.Received == deposit.Amount, $"{at}: the deposit is {deposit?.Status}.");
        Assert.Equal(Id(n), quote?.UsedBy);
        Assert.Equal(QuoteStatus.Used, quote?.Status);
        Assert.Single(reservation.Attempts);
        Assert.Equal(HoldState.Confirmed, reservation.Hold);
        Assert.Equal(DepositState.Held, reservation.Deposit?.State);
    }
}
