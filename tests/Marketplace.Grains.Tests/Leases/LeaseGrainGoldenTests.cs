using Marketplace.Domain.Leases;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Leases;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Grains.Tests.Leases;

/// <summary>A lease's record as it lies in stores, with a statement still in its outbox.</summary>
public sealed class LeaseGrainGoldenTests
{
    private static readonly Instant Begin = Instant.FromUtc(2026, 6, 1, 5, 0);
    private static readonly OrganizationId Tenant = OrganizationId.From("org_tenant");
    private static readonly OrganizationId Operator = OrganizationId.From("org_operator");
    private static readonly NodeId First = NodeId.From("node_1");
    private static readonly NodeId Second = NodeId.From("node_2");

    [Fact]
    public void A_leases_record_is_written_as_ever_and_still_loads()
    {
        var (lease, statement) = Leaving();
        Assert.Null(Golden.Fault("lease.v2.json", new AggregateRecord<Lease>
        {
            Schema = 1,
            State = lease,
            Version = 7,
            LastAt = lease.ChangedAt,
            NextSequence = 12,
            Outbox = [new OutboxEntry(11, GrainKeys.BillingAccount(Tenant).ToString(), new RentDue(statement), null)],
            Due = new DueRow(LeaseDue.NextAt(lease)!.Value, 7),
        }));
    }

    [Fact]
    public void A_record_from_before_dunning_still_loads_with_the_marketplaces_steps()
    {
        var lease = Golden.Loads<AggregateRecord<Lease>>("lease.v1.json").State!;

        Assert.Equal([InvoiceId.From("inv_golden")], lease.Overdue);
        Assert.Equal((null, false, DunningTerms.Standard), (lease.Dunning, lease.IsSuspended, lease.Opening.Terms.Clauses.DunningSteps));
    }

    /// <summary>A ramp in advance with a rejected node, a replaced one, an invoice overdue and notice given.</summary>
    private static (Lease Lease, RentStatement Statement) Leaving()
    {
        var term = new Term(Begin, Instant.FromUtc(2027, 6, 1, 5, 0));
        var opening = new LeaseOpening
        {
            Reservation = ReservationId.From("rsv_golden"),
            Tenant = Tenant,
            Operator = Operator,
            Pool = PoolId.From("pool_golden"),
            Site = SiteId.From("site_golden"),
            OrderFormDigest = new string('a', 64),
            KilowattsPerUnit = ExamplePool.KilowattsPerNode,
            Deposit = new Money(Currency.Usd, 1_382_400),
            Terms = new ContractTerms
            {
                Version = 1,
                Rent = new RentPrice(new UnitPrice(Currency.Usd, 2.40m), PricingUnit.GpuHour),
                GpusPerUnit = 8,
                Ramp = new RampSchedule { Term = term, Steps = [new RampStep(Begin, 1), new RampStep(Begin + Duration.FromDays(61), 2)] },
                Clauses = ExamplePool.Offer.Clauses,
            },
        };
        Lease? lease = null;
        RentStatement? statement = null;
        Play(0, new TakeDelivery(opening, LeaseDelivery.OfNodes(DeliveryId.From("dlv_1"), Begin, [First, Second])));
        Play(1, new RejectNodes(Tenant, [Second], "Dead link."));
        Play(1, new AcceptNodes(Tenant, [First]));
        Play(2, new ReplaceNode(Operator, First, NodeId.From("node_3"), "Failed board."));
        Play(40, new MarkOverdue(InvoiceId.From("inv_golden")));
        Play(41, new QuoteExit(Tenant, ExitQuoteId.From("exit_golden"), null));
        Play(41, new TerminateLease(Tenant, ExitQuoteId.From("exit_golden")));
        return (lease!, statement!);

        void Play(int day, LeaseCommand command)
        {
            var decision = Lease.Decide(lease, command, Begin + Duration.FromDays(day));
            Assert.Null(decision.Refusal);
            foreach (var fact in decision.Facts)
            {
                lease = Lease.Evolve(lease, fact);
                statement = (fact as RentStated)?.Statement ?? statement;
            }
        }
    }
}
