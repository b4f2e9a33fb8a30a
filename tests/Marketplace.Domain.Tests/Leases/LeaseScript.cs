using System.Collections.Immutable;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;
using NodaTime.Text;

namespace Marketplace.Domain.Tests.Leases;

/// <summary>Plays commands on one lease and keeps every fact.</summary>
internal sealed class LeaseScript(LeaseOpening opening)
{
    public static readonly OrganizationId Tenant = OrganizationId.From("org_tenant");
    public static readonly OrganizationId Operator = OrganizationId.From("org_operator");
    public static readonly OrganizationId Stranger = OrganizationId.From("org_stranger");

    private int deliveries;

    public LeaseScript()
        : this(Opening())
    {
    }

    public Lease? Lease { get; private set; }

    public List<LeaseFact> Facts { get; } = [];

    public Lease Now => Lease ?? throw new InvalidOperationException("Nothing was delivered yet.");

    public IEnumerable<RentStatement> Statements => Facts.OfType<RentStated>().Select(fact => fact.Statement);

    /// <summary>Four nodes of eight GPUs for the year 2027 in UTC at 2 dollars a GPU-hour, in arrears.</summary>
    public static LeaseOpening Opening(
        PricingUnit unit = PricingUnit.GpuHour,
        BillingTiming timing = BillingTiming.InArrears,
        int units = 4,
        string zone = "UTC",
        string from = "2027-01-01T00:00:00Z",
        string until = "2028-01-01T00:00:00Z",
        decimal price = 2,
        decimal fee = 40,
        int notice = 30,
        Renewal? renewal = null,
        decimal escalator = 0,
        params RampStep[] later)
    {
        var term = new Term(At(from), At(until));
        return new LeaseOpening
        {
            Reservation = ReservationId.From("rsv_1"),
            Tenant = Tenant,
            Operator = Operator,
            Pool = PoolId.From("pool_1"),
            Site = SiteId.From("site_1"),
            OrderFormDigest = "00",
            KilowattsPerUnit = 10.4m,
            Deposit = new Money(Currency.Usd, 100_000),
            Terms = new ContractTerms
            {
                Version = 1,
                Rent = new RentPrice(UnitPrice.Of(Currency.Usd, price), unit),
                GpusPerUnit = 8,
                Ramp = new RampSchedule { Term = term, Steps = [new RampStep(term.Start, units), .. later] },
                Clauses = new Clauses
                {
                    Timing = timing,
                    TakeOrPay = Percentage.Zero,
                    Deposit = new DepositTerms(DepositRule.MonthsOfRent, 1, PaymentMethod.Card),
                    Escalator = escalator == 0 ? null : new Escalator(Percentage.From(escalator)),
                    EarlyTermination = new EarlyTermination(Percentage.From(fee), notice),
                    Renewal = renewal ?? new Renewal(0, 0, 0),
                    Acceptance = new Acceptance(10),
                    PaymentDays = 30,
                    LeaseZone = zone,
                    PlatformFee = Percentage.From(5),
                    Signatures = new SignatureTerms(false, false, false, false),
                },
            },
        };
    }

    public static Instant At(string text) => InstantPattern.ExtendedIso.Parse(text).Value;

    public static LocalDate Day(string text) => LocalDatePattern.Iso.Parse(text).Value;

    public static BillingPeriod Days(string from, string until) => new(Day(from), Day(until));

    public static NodeId Node(int number) => NodeId.From($"node_{number}");

    public static ImmutableArray<NodeId> Nodes(params int[] numbers) => [.. numbers.Select(Node)];

    /// <summary>A first or further notice of the reservation.</summary>
    public LeaseScript Deliver(string at, params int[] nodes) => DeliverFor(at, at, nodes);

    public LeaseScript DeliverFor(string at, string readyAt, params int[] nodes) => Play(at, new TakeDelivery(
        opening,
        LeaseDelivery.OfNodes(DeliveryId.From($"dlv_{++deliveries}"), At(readyAt), Nodes(nodes))));

    public LeaseScript Accept(string at, params int[] nodes) => Play(at, new AcceptNodes(Tenant, Nodes(nodes)));

    public LeaseScript Pass(string at) => Play(at, new MeetDueTimes());

    public LeaseScript Play(string at, LeaseCommand command)
    {
        var decision = Decide(at, command);
        Assert.Null(decision.Refusal);
        foreach (var fact in decision.Facts)
        {
            Lease = Lease.Evolve(Lease, fact);
            Facts.Add(fact);
        }

        return this;
    }

    public Decision<LeaseFact> Decide(string at, LeaseCommand command) => Marketplace.Domain.Leases.Lease.Decide(Lease, command, At(at));

    public string? RefusalOf(string at, LeaseCommand command) => Decide(at, command).Refusal?.Code;
}
