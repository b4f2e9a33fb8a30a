using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Reservations;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Leases;
using Marketplace.Grains.Quotes;
using Marketplace.Grains.Reservations;
using NodaTime;

namespace Marketplace.Host.Demo;

/// <summary>The tenants' side of the demo: quotes, reservations, deposits, deliveries, acceptance, renewals and exits.</summary>
internal sealed class DemoTrade(IGrainFactory grains, DemoTimeline timeline, DemoPayments payments)
{
    public void Plan()
    {
        foreach (var booking in DemoBookings.All)
        {
            timeline.Add(booking.Month, $"request of {KeyOf(booking)}", () => ReserveAsync(booking));
            if (booking.Fate is DemoFate.Pending)
            {
                continue;
            }

            // A card deposit is waited for by the minute; papers and transfers take days.
            timeline.Add(
                Find(booking).Pool.Offer == DemoOffer.OnDemand ? timeline.At(booking.Month) + Duration.FromMinutes(5) : timeline.At(booking.Month + 0.05),
                $"papers of {KeyOf(booking)}",
                () => ProceedAsync(booking));
            if (booking.Fate is DemoFate.Runs or DemoFate.Renews or DemoFate.LeavesEarly or DemoFate.FallsBehind or DemoFate.LosesANode
                or DemoFate.HalfDelivered or DemoFate.AwaitsAcceptance)
            {
                var delivery = booking.Fate == DemoFate.AwaitsAcceptance ? DemoBookings.Today - 0.1 : Math.Max(booking.StartMonth, ReadyMonth(booking)) + 0.04;
                timeline.Add(delivery, $"delivery of {KeyOf(booking)}", () => DeliverAsync(booking));
                PlanLease(booking, delivery);
            }
        }
    }

    private void PlanLease(DemoBooking booking, double delivery)
    {
        if (booking.Fate != DemoFate.AwaitsAcceptance)
        {
            timeline.Add(delivery + 0.07, $"acceptance of {KeyOf(booking)}", () => AcceptAsync(booking));
        }

        if (booking.Fate == DemoFate.Renews)
        {
            timeline.Add(booking.StartMonth + booking.Months - 1.5, $"renewal of {KeyOf(booking)}", async () =>
                DemoMarket.Granted(await LeaseOf(booking).RenewAsync(Operation(booking, "renew"), new RenewLease(TenantOf(booking)))));
        }

        if (booking.Fate == DemoFate.LeavesEarly)
        {
            timeline.Add(booking.StartMonth + (booking.Months / 2.0), $"exit of {KeyOf(booking)}", () => LeaveAsync(booking));
        }

        if (booking.Fate == DemoFate.LosesANode)
        {
            timeline.Add(booking.StartMonth + 6.3, $"replacement in {KeyOf(booking)}", () => ReplaceNodeAsync(booking));
        }
    }

    private async Task ReserveAsync(DemoBooking booking)
    {
        var (site, pool) = Find(booking);
        var poolId = DemoBuild.IdOf(site, pool);
        var term = new Term(timeline.At(booking.StartMonth, 0), timeline.At(booking.StartMonth + booking.Months, 0));
        var quote = PublicId.Derive<QuoteId>("demo", KeyOf(booking));
        DemoMarket.Granted(await grains.GetGrain<IQuoteGrain>(quote.Value).MakeAsync(
            Operation(booking, "quote"), TenantOf(booking), poolId, term, [new QuantityStep(term.Start, booking.Units * (pool.Hardware?.GpusPerNode ?? 1))]));
        var reserved = DemoMarket.Granted(await ReservationOf(booking).RequestAsync(
            Operation(booking, "reserve"), new RequestReservation(IdOf(booking), TenantOf(booking), [new ReservationCandidate(poolId, quote)])));
        if (reserved.State.Status == ReservationStatus.Refused)
        {
            throw new InvalidOperationException($"The pool refused: {reserved.State.End?.Reason}");
        }
    }

    /// <summary>Approves, signs and pays, as far as the booking is meant to come.</summary>
    private async Task ProceedAsync(DemoBooking booking)
    {
        if (booking.Fate is DemoFate.Declined)
        {
            DemoMarket.Granted(await ReservationOf(booking).DeclineAsync(
                Operation(booking, "decline"), new DeclineReservation(SignatoryOf(booking, ContractParty.Operator), "The block is kept for an expansion option.")));
            return;
        }

        if (await ReadAsync(booking) is { Status: ReservationStatus.AwaitingApproval, Agreement.Terms.Clauses.Signatures: var approvals })
        {
            await ForEachParty(approvals.TenantApproves, approvals.OperatorApproves, async party =>
                DemoMarket.Granted(await ReservationOf(booking).ApproveAsync(Operation(booking, "approve", party.ToString()), new ApproveReservation(SignatoryOf(booking, party)))));
        }

        if (booking.Fate is DemoFate.Cancels)
        {
            DemoMarket.Granted(await ReservationOf(booking).CancelAsync(
                Operation(booking, "cancel"), new CancelReservation(TenantOf(booking), "The training run moved to another region.")));
            return;
        }

        if (booking.Fate != DemoFate.AwaitsSignature &&
            await ReadAsync(booking) is { Status: ReservationStatus.AwaitingSignature, Agreement: { Terms.Clauses.Signatures: var signatures, Digest: var digest } })
        {
            await ForEachParty(signatures.TenantSigns, signatures.OperatorSigns, async party =>
                DemoMarket.Granted(await ReservationOf(booking).SignAsync(Operation(booking, "sign", party.ToString()), new SignReservation(SignatoryOf(booking, party), digest))));
        }

        if (booking.Fate is not (DemoFate.AwaitsDeposit or DemoFate.AwaitsSignature) && await ReadAsync(booking) is { Deposit.PaymentId: { } payment })
        {
            await payments.PayAsync(payment);
        }
    }

    private async Task DeliverAsync(DemoBooking booking)
    {
        var (site, pool) = Find(booking);
        var units = booking.Fate == DemoFate.HalfDelivered ? booking.Units / 2 : booking.Units;
        ImmutableArray<NodeId> nodes = [];
        if (pool.Hardware is not null)
        {
            nodes = [.. await RegisterAsync(booking, units)];
        }

        DemoMarket.Granted(await ReservationOf(booking).DeliverAsync(
            Operation(booking, "deliver"),
            new DeliverUnits(DemoBuild.OperatorOf(site), PublicId.Derive<DeliveryId>("demo", KeyOf(booking)), units, nodes),
            readyAt: null));
    }

    private async Task<IEnumerable<NodeId>> RegisterAsync(DemoBooking booking, int count, string batch = "")
    {
        var (site, pool) = Find(booking);
        NodeRegistration[] nodes =
        [
            .. Enumerable.Range(1, count).Select(number => new NodeRegistration(
                PublicId.Derive<NodeId>("demo", KeyOf(booking), batch, $"{number}"), $"{PublicId.Digest("serial", KeyOf(booking), batch, $"{number}")[..12].ToUpperInvariant()}", $"{pool.Key}-{booking.Tenant}{batch}-{number:D3}")),
        ];
        DemoMarket.Granted(await grains.GetGrain<IGpuPoolGrain>(DemoBuild.IdOf(site, pool).Value).RegisterNodesAsync(new RegisterNodes(DemoBuild.OperatorOf(site), [.. nodes])));
        return nodes.Select(node => node.Id);
    }

    private async Task AcceptAsync(DemoBooking booking)
    {
        var lease = await LeaseOf(booking).GetAsync() ?? throw new InvalidOperationException($"{KeyOf(booking)} has no lease.");
        ImmutableArray<NodeId> waiting = [.. lease.State.Nodes.Where(node => node.Standing == NodeStanding.Offered).Select(node => node.Id)];
        if (!waiting.IsEmpty)
        {
            DemoMarket.Granted(await LeaseOf(booking).AcceptAsync(Operation(booking, "accept"), new AcceptNodes(TenantOf(booking), waiting)));
        }
    }

    private async Task LeaveAsync(DemoBooking booking)
    {
        var exit = PublicId.Derive<ExitQuoteId>("demo", KeyOf(booking));
        DemoMarket.Granted(await LeaseOf(booking).QuoteExitAsync(Operation(booking, "exit-quote"), new QuoteExit(TenantOf(booking), exit, null)));
        DemoMarket.Granted(await LeaseOf(booking).TerminateAsync(Operation(booking, "terminate"), new TerminateLease(TenantOf(booking), exit)));
    }

    private async Task ReplaceNodeAsync(DemoBooking booking)
    {
        var (site, _) = Find(booking);
        var lease = await LeaseOf(booking).GetAsync() ?? throw new InvalidOperationException($"{KeyOf(booking)} has no lease.");
        var spare = (await RegisterAsync(booking, 1, "spare")).Single();
        DemoMarket.Granted(await LeaseOf(booking).ReplaceNodeAsync(
            Operation(booking, "replace"), new ReplaceNode(DemoBuild.OperatorOf(site), lease.State.Nodes[0].Id, spare, "Repeated memory faults on one GPU.")));
    }

    private async Task<Reservation?> ReadAsync(DemoBooking booking) => (await ReservationOf(booking).GetAsync())?.State;

    private static async Task ForEachParty(bool tenant, bool provider, Func<ContractParty, Task> act)
    {
        if (tenant)
        {
            await act(ContractParty.Tenant);
        }

        if (provider)
        {
            await act(ContractParty.Operator);
        }
    }

    private static (DemoSite Site, DemoPool Pool) Find(DemoBooking booking)
    {
        var (siteKey, poolKey) = (booking.Pool.Split('.')[0], booking.Pool.Split('.')[1]);
        var site = DemoSites.All.Single(site => site.Key == siteKey);
        return (site, site.Pools.Single(pool => pool.Key == poolKey));
    }

    /// <summary>The month in which the pool's first phase was really ready.</summary>
    private static int ReadyMonth(DemoBooking booking)
    {
        var (site, pool) = Find(booking);
        return site.Phases[Array.FindIndex(pool.Units, units => units > 0)].ReachedMonth;
    }

    private static Signatory SignatoryOf(DemoBooking booking, ContractParty party) => party == ContractParty.Tenant
        ? new Signatory(TenantOf(booking), "First member", "Chief executive", "mbr_" + booking.Tenant)
        : new Signatory(DemoBuild.OperatorOf(Find(booking).Site), "First member", "Managing director", "mbr_" + Find(booking).Site.Key);

    private static string KeyOf(DemoBooking booking) => $"{booking.Tenant}.{booking.Pool}.{booking.StartMonth}";

    private static OrganizationId TenantOf(DemoBooking booking) => OrganizationId.From("org_" + booking.Tenant);

    private static ReservationId IdOf(DemoBooking booking) => PublicId.Derive<ReservationId>("demo", KeyOf(booking));

    private static Operation Operation(DemoBooking booking, params string[] parts) => DemoMarket.Operation([KeyOf(booking), .. parts]);

    private IReservationGrain ReservationOf(DemoBooking booking) => grains.GetGrain<IReservationGrain>(IdOf(booking).Value);

    private ILeaseGrain LeaseOf(DemoBooking booking) => grains.GetGrain<ILeaseGrain>(Lease.IdOf(IdOf(booking)).Value);
}
