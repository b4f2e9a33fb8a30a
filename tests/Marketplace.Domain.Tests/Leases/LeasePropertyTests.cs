using CsCheck;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;
using static Marketplace.Domain.Tests.Leases.LeaseScript;

namespace Marketplace.Domain.Tests.Leases;

/// <summary>Random lives of a lease: whatever happens, and however late the visits, rent comes out the same way once.</summary>
public sealed class LeasePropertyTests
{
    private static readonly Instant Start = At("2027-01-01T05:00:00Z");

    private static readonly Gen<(PricingUnit Unit, BillingTiming Timing, int Units, int Ramp, (int What, int Node, int Hours)[] Steps)> Lives =
        Gen.Select(
            Gen.Bool.Select(hourly => hourly ? PricingUnit.GpuHour : PricingUnit.NodeMonth),
            Gen.Bool.Select(advance => advance ? BillingTiming.InAdvance : BillingTiming.InArrears),
            Gen.Int[1, 4],
            Gen.Int[1, 5],
            Gen.Select(Gen.Int[0, 7], Gen.Int[1, 6], Gen.Int[0, 900]).Array[1, 25]);

    [Fact]
    public void Periods_tile_and_every_node_is_billed_once() => Lives.Sample(life =>
    {
        var (lease, facts) = Live(life);
        var statements = facts.OfType<RentStated>().Select(fact => fact.Statement).ToList();

        Assert.Equal(statements.Count, statements.Select(statement => statement.Key).Distinct().Count());
        var periods = statements.Where(statement => statement is { Revision: 1, Kind: not RentKind.ExitFee }).Select(statement => statement.Period).ToList();
        Assert.All(periods.Zip(periods.Skip(1)), pair => Assert.True(pair.First.End == pair.Second.Start || pair.Second.Start == pair.Second.End));
        if (lease.RentCommencement is not null)
        {
            Assert.Equal(RentKind.Final, statements[^1].Kind);
        }

        // Charges less credits come to exactly what the nodes' stays come to in the end, at every hour of the lease.
        var whole = new Interval(Start - Duration.FromDays(60), Start + Duration.FromDays(800));
        var due = Total(LeaseRent.Services(lease, whole));
        var stated = Total(statements.SelectMany(statement => statement.Charges)) - Total(statements.SelectMany(statement => statement.Credits));
        Assert.Equal(due, stated);
        foreach (var node in lease.Nodes.Select(node => node.Id).Distinct())
        {
            Assert.Equal(
                Total(LeaseRent.Services(lease, whole).Where(service => service.Node == node)),
                Total(statements.SelectMany(statement => statement.Charges).Where(service => service.Node == node))
                    - Total(statements.SelectMany(statement => statement.Credits).Where(service => service.Node == node)));
        }
    });

    [Fact]
    public void Stays_of_a_node_never_overlap_and_never_exceed_what_is_leased() => Lives.Sample(life =>
    {
        var (lease, _) = Live(life);
        var services = LeaseRent.Services(lease, new Interval(Start - Duration.FromDays(60), Start + Duration.FromDays(800)));

        foreach (var node in services.GroupBy(service => service.Node))
        {
            var ordered = node.OrderBy(service => service.From).ToList();
            Assert.All(ordered, service => Assert.True(service.From < service.Until));
            Assert.All(ordered.Zip(ordered.Skip(1)), pair => Assert.True(pair.First.Until <= pair.Second.From));
        }

        var most = lease.Steps.Max(step => step.Units) * LeaseRent.QuantityPerUnit(lease);
        Assert.All(
            services.Select(service => service.From).Distinct(),
            instant => Assert.True(services.Where(service => service.From <= instant && instant < service.Until).Sum(service => service.Quantity) <= most));
    });

    [Fact]
    public void Late_visits_lead_to_the_same_statements() => Lives.Sample(life =>
    {
        var prompt = Live(life, visitEachDay: true).Facts.OfType<RentStated>().Select(fact => (fact.Statement.Key, Total(fact.Statement.Charges), Total(fact.Statement.Credits)));
        var late = Live(life).Facts.OfType<RentStated>().Select(fact => (fact.Statement.Key, Total(fact.Statement.Charges), Total(fact.Statement.Credits)));

        Assert.Equal(prompt, late);
    });

    private static Fraction Total(IEnumerable<NodeService> services) => services.Aggregate(
        Fraction.Zero,
        (sum, service) => sum + (Proration.Hours(service.From, service.Until) * Fraction.From(service.Quantity)));

    private static (Lease Lease, List<LeaseFact> Facts) Live(
        (PricingUnit Unit, BillingTiming Timing, int Units, int Ramp, (int What, int Node, int Hours)[] Steps) life,
        bool visitEachDay = false)
    {
        var opening = Opening(
            life.Unit,
            life.Timing,
            life.Units,
            "America/New_York",
            "2027-01-01T05:00:00Z",
            "2028-01-01T05:00:00Z",
            notice: 10,
            renewal: new Renewal(1, 6, 30),
            later: new RampStep(At("2027-06-10T04:00:00Z"), life.Ramp));
        var facts = new List<LeaseFact>();
        Lease? lease = null;
        var now = Start - Duration.FromDays(20);
        Play(new TakeDelivery(opening, LeaseDelivery.OfNodes(DeliveryId.From("dlv_0"), now + Duration.FromDays(5), Nodes(1, 2, 3))));
        foreach (var ((what, node, hours), index) in life.Steps.Select((step, index) => (step, index)))
        {
            Pass(now + Duration.FromHours(hours));
            Play(what switch
            {
                0 => new TakeDelivery(opening, LeaseDelivery.OfNodes(DeliveryId.From($"dlv_n{index}"), now, Nodes(node))),
                1 or 2 => new AcceptNodes(Tenant, Nodes(node)),
                3 => new RejectNodes(Tenant, Nodes(node), "no"),
                4 => new ReplaceNode(Operator, Node(node), Node(100 + index), "failed"),
                5 => new HandBackNodes(Tenant, Nodes(node)),
                6 => new RenewLease(Tenant),
                _ => new QuoteExit(Tenant, ExitQuoteId.From($"exit_{index}"), null),
            });
            if (what == 7 && node == 1)
            {
                Play(new TerminateLease(Tenant, ExitQuoteId.From($"exit_{index}")));
            }
        }

        Pass(At("2029-01-01T00:00:00Z"));
        Play(new MeetDueTimes());
        return (lease!, facts);

        void Pass(Instant until)
        {
            while (visitEachDay && now + Duration.FromDays(1) < until && lease!.Status != LeaseStatus.Ended)
            {
                now += Duration.FromDays(1);
                Play(new MeetDueTimes());
            }

            now = until;
            if (visitEachDay)
            {
                Play(new MeetDueTimes());
            }
        }

        void Play(LeaseCommand command)
        {
            foreach (var fact in Lease.Decide(lease, command, now).Facts)
            {
                lease = Lease.Evolve(lease, fact);
                facts.Add(fact);
            }
        }
    }
}
