using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Leases;

/// <summary>A meter reading of one lease.</summary>
public readonly record struct MeterReadingId : IPublicId<MeterReadingId>
{
    private MeterReadingId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "mrd";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static MeterReadingId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>Energy that a lease drew in one period, as the operator read it. It is never changed; a correction is a further reading.</summary>
/// <param name="Id">The reading.</param>
/// <param name="Period">The period of the lease it is for.</param>
/// <param name="Revision">1 for the period's first reading, one more with each correction.</param>
/// <param name="Energy">kWh drawn.</param>
/// <param name="Cost">What a kWh cost the operator, in the contract's currency; 0 or more.</param>
/// <param name="Meter">Which meter, 1 to 100 characters.</param>
/// <param name="Note">Where the figures can be checked, such as the utility's bill; at most 500 characters.</param>
/// <param name="RecordedAt">When it was recorded, in market time.</param>
public sealed record MeterReading(
    MeterReadingId Id,
    BillingPeriod Period,
    int Revision,
    KilowattHours Energy,
    UnitPrice Cost,
    string Meter,
    string Note,
    Instant RecordedAt);
