using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Domain.Primitives;
using NodaTime.Text;

namespace Marketplace.Domain.Sites;

/// <summary>Megawatts of a public record that does not say whether gross or critical IT is meant. 0 to 100,000; never used as supply.</summary>
public readonly record struct UnstatedMegawatts : IScalar<UnstatedMegawatts, decimal>
{
    private UnstatedMegawatts(decimal value) => Value = value;

    /// <summary>MW of unstated kind.</summary>
    public decimal Value { get; }

    /// <inheritdoc/>
    public static UnstatedMegawatts From(decimal value) => IsInRange(value)
        ? new(value)
        : throw new ArgumentOutOfRangeException(nameof(value), value, "Expected 0 to 100,000 MW.");

    /// <summary>Whether <see cref="From"/> accepts this number.</summary>
    public static bool IsInRange(decimal value) => value is >= 0 and <= 100_000;
}

/// <summary>A date known to the year, the month or the day: <c>2022</c>, <c>2022-05</c>, <c>2022-05-11</c>.</summary>
public readonly record struct PartialDate : IScalar<PartialDate, string>
{
    private PartialDate(string value) => Value = value;

    /// <summary>The date as far as it is known.</summary>
    public string Value { get; }

    /// <inheritdoc/>
    public static PartialDate From(string value) => IsWellFormed(value)
        ? new(value)
        : throw new ArgumentOutOfRangeException(nameof(value), value, "Expected a date such as 2022, 2022-05 or 2022-05-11.");

    /// <summary>Whether <see cref="From"/> accepts this text.</summary>
    public static bool IsWellFormed(string? text) => text?.Length switch
    {
        4 => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var year) && year > 0,
        7 => LocalDatePattern.Iso.Parse(text + "-01").Success,
        10 => LocalDatePattern.Iso.Parse(text).Success,
        _ => false,
    };

    /// <summary>The date as far as it is known.</summary>
    public override string ToString() => Value;
}

/// <summary>A page or document that a public record rests on.</summary>
/// <param name="Url">Absolute http or https address.</param>
/// <param name="Label">Its title.</param>
/// <param name="Publisher">Who published it; null when not stated.</param>
/// <param name="RetrievedAt">When the record's author read it; null when not stated.</param>
public sealed record SourceLink(string Url, string Label, string? Publisher, PartialDate? RetrievedAt);

/// <summary>A step in a site's history as a public record tells it.</summary>
/// <param name="RecordedStatus">The record's own word, such as <c>permitted</c>.</param>
/// <param name="Status">What it means here.</param>
/// <param name="Date">When, as far as known.</param>
/// <param name="Note">The record's remark; null when there is none.</param>
/// <param name="Source">Index into <see cref="SiteOrigin.Links"/>; null when not stated.</param>
public sealed record RecordedStep(string RecordedStatus, SiteStatus Status, PartialDate Date, string? Note, int? Source);

/// <summary>The public record an imported site was made from, kept for attribution after it is claimed.</summary>
public sealed record SiteOrigin
{
    /// <summary>Name of the collection, such as Compute Atlas.</summary>
    public required string Source { get; init; }

    /// <summary>The record's id within it.</summary>
    public required string RecordId { get; init; }

    /// <summary>Licence of the collection, such as CC BY 4.0.</summary>
    public required string Licence { get; init; }

    /// <summary>The line to show wherever the record's facts are shown.</summary>
    public required string Attribution { get; init; }

    /// <summary>How sure the record's author was: confirmed, reported or rumored.</summary>
    public required string Confidence { get; init; }

    /// <summary>The record's own word for its status.</summary>
    public required string RecordedStatus { get; init; }

    /// <summary>MW in operation, of unstated kind; null when not stated.</summary>
    public UnstatedMegawatts? Operational { get; init; }

    /// <summary>MW planned, of unstated kind; null when not stated.</summary>
    public UnstatedMegawatts? Planned { get; init; }

    /// <summary>When the project was announced; null when not stated.</summary>
    public PartialDate? Announced { get; init; }

    /// <summary>When the record was last changed by its author.</summary>
    public required PartialDate LastUpdated { get; init; }

    /// <summary>History, in the record's order.</summary>
    public ImmutableArray<RecordedStep> History { get; init; } = [];

    /// <summary>What the record rests on; at least one.</summary>
    public required ImmutableArray<SourceLink> Links { get; init; }

    /// <summary>Digest of everything imported, by which an unchanged record is recognised.</summary>
    public required string Digest { get; init; }
}
