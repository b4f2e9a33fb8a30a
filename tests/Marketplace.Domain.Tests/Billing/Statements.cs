using System.Collections.Immutable;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Domain.Tests.Leases;

namespace Marketplace.Domain.Tests.Billing;

/// <summary>Statements of rent as a lease would write them.</summary>
internal static class Statements
{
    public static readonly OrganizationId Tenant = OrganizationId.From("org_tenant");
    public static readonly OrganizationId Operator = OrganizationId.From("org_operator");
    public static readonly ReservationId Reservation = ReservationId.From("rsv_1");
    public static readonly LeaseId Lease = Marketplace.Domain.Leases.Lease.IdOf(Reservation);

    public static RentStatement Of(
        string from,
        string until,
        PricingUnit unit = PricingUnit.GpuHour,
        decimal price = 2,
        string zone = "UTC",
        decimal escalator = 0,
        decimal takeOrPay = 0,
        string? commencement = null,
        int revision = 1,
        decimal platformFee = 5,
        params ImmutableArray<NodeService> charges)
    {
        var terms = LeaseScript.Opening(unit: unit, price: price, zone: zone, escalator: escalator).Terms;
        return new RentStatement
        {
            Lease = Lease,
            Reservation = Reservation,
            Tenant = Tenant,
            Operator = Operator,
            Kind = RentKind.Rent,
            Period = LeaseScript.Days(from, until),
            Revision = revision,
            Anchor = LeaseScript.Day(from),
            RentCommencement = LeaseScript.Day(commencement ?? from),
            Terms = terms with
            {
                Clauses = terms.Clauses with { TakeOrPay = Percentage.From(takeOrPay), PlatformFee = Percentage.From(platformFee) },
            },
            Charges = charges,
            StatedAt = LeaseScript.At(until + "T00:00:00Z"),
        };
    }

    /// <summary>A statement that comes to <paramref name="cents"/>: so many GPU-hours at one cent.</summary>
    public static RentStatement Worth(long cents, int revision = 1)
    {
        var statement = Of("2027-01-01", "2027-02-01", price: 0.01m, revision: revision);
        var hour = new NodeService(LeaseScript.Node(1), Math.Abs(cents), LeaseScript.At("2027-01-01T00:00:00Z"), LeaseScript.At("2027-01-01T01:00:00Z"));
        return cents > 0 ? statement with { Charges = [hour] } : statement with { Credits = [hour] };
    }

    /// <summary>A service between local midnights of a zone.</summary>
    public static NodeService Between(string from, string until, decimal quantity, string zone = "UTC", int node = 1) => new(
        LeaseScript.Node(node),
        quantity,
        BillingPeriods.Midnight(BillingPeriods.Zone(zone), LeaseScript.Day(from)),
        BillingPeriods.Midnight(BillingPeriods.Zone(zone), LeaseScript.Day(until)));

    public static NodeService Service(string from, string until, decimal quantity, int node = 1) =>
        new(LeaseScript.Node(node), quantity, LeaseScript.At(from), LeaseScript.At(until));

    public static Money Usd(long cents) => new(Currency.Usd, cents);
}
