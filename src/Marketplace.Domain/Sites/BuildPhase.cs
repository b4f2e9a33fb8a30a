using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Sites;

/// <summary>A dated, evidenced step of a build phase, in the usual order. Commissioning levels run from factory test (1) to integrated systems test (5).</summary>
public enum MilestoneKind
{
    /// <summary>Construction is permitted.</summary>
    Permitted,

    /// <summary>The interconnection agreement is signed.</summary>
    Interconnection,

    /// <summary>The phase's megawatts are live on the grid.</summary>
    Energised,

    /// <summary>Factory witness tests passed.</summary>
    CommissionedL1,

    /// <summary>Equipment installed and inspected.</summary>
    CommissionedL2,

    /// <summary>Equipment started up.</summary>
    CommissionedL3,

    /// <summary>Systems tested on their own.</summary>
    CommissionedL4,

    /// <summary>All systems tested together.</summary>
    CommissionedL5,

    /// <summary>The phase can be used under contract (RFS).</summary>
    ReadyForService,
}

/// <summary>A document or page that supports a milestone.</summary>
/// <param name="Url">Absolute http or https address, at most 2,000 characters.</param>
/// <param name="Description">What it shows, 1 to 500 characters.</param>
/// <param name="Sha256">Digest of the document in 64 lower-case hexadecimal digits, so that a later change shows; null for a page.</param>
public sealed record EvidenceLink(string Url, string Description, string? Sha256)
{
    /// <summary>The first thing wrong with this link, for people; null when nothing is.</summary>
    public string? Fault()
    {
        if (!IsAddress(Url))
        {
            return "Evidence needs an absolute http or https address of at most 2,000 characters.";
        }

        if (!Text.Fits(Description, 500))
        {
            return "Evidence needs a description of 1 to 500 characters.";
        }

        return Sha256 is null || (Sha256.Length == 64 && Sha256.All(char.IsAsciiHexDigitLower))
            ? null
            : "A SHA-256 digest is 64 lower-case hexadecimal digits.";
    }

    internal static bool IsAddress(string? url) =>
        url is { Length: <= 2000 } && Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https");
}

/// <summary>Evidence as it stands with a milestone.</summary>
/// <param name="Link">The document.</param>
/// <param name="AddedBy">Member or key that added it.</param>
/// <param name="AddedAt">When.</param>
public sealed record Evidence(EvidenceLink Link, string AddedBy, Instant AddedAt);

/// <summary>A forecast that was given up for another.</summary>
/// <param name="From">The earlier forecast.</param>
/// <param name="To">The later one.</param>
/// <param name="Reason">The operator's words; null when none were given.</param>
/// <param name="At">When it was revised.</param>
public sealed record ForecastRevision(LocalDate From, LocalDate To, string? Reason, Instant At);

/// <summary>A wrong report that was corrected.</summary>
/// <param name="From">The day reported before.</param>
/// <param name="To">The day it was really reached; null when it was not reached after all.</param>
/// <param name="Reason">The operator's words.</param>
/// <param name="By">Member or key that corrected it.</param>
/// <param name="At">When it was corrected.</param>
public sealed record MilestoneCorrection(LocalDate From, LocalDate? To, string Reason, string By, Instant At);

/// <summary>A milestone of one phase. Dates are days in the site's time zone.</summary>
public sealed record Milestone
{
    /// <summary>Which step.</summary>
    public required MilestoneKind Kind { get; init; }

    /// <summary>The day promised when the phase was planned; it never changes. Null when only reached, never planned.</summary>
    public LocalDate? Planned { get; init; }

    /// <summary>The day now expected.</summary>
    public LocalDate? Forecast { get; init; }

    /// <summary>The day it was reached; null until then.</summary>
    public LocalDate? Actual { get; init; }

    /// <summary>Forecasts given up, oldest first, the latest 20.</summary>
    public ImmutableArray<ForecastRevision> Revisions { get; init; } = [];

    /// <summary>Evidence, oldest first.</summary>
    public ImmutableArray<Evidence> Evidence { get; init; } = [];

    /// <summary>Wrong reports of <see cref="Actual"/>, oldest first; what was reported is never lost.</summary>
    public ImmutableArray<MilestoneCorrection> Corrections { get; init; } = [];
}

/// <summary>A part of a site delivered together, with its own megawatts and dates.</summary>
public sealed record BuildPhase
{
    /// <summary>Id.</summary>
    public required PhaseId Id { get; init; }

    /// <summary>Name, 1 to 100 characters, unique within the site.</summary>
    public required string Name { get; init; }

    /// <summary>MW it adds for servers, storage and network; above 0.</summary>
    public required CriticalItMegawatts CriticalIt { get; init; }

    /// <summary>Milestones in their usual order, each kind at most once; ready for service is always among them.</summary>
    public required ImmutableArray<Milestone> Milestones { get; init; }

    /// <summary>Grows whenever the day of readiness changes, so that a late notice of an older day can be told from the newest.</summary>
    public int Revision { get; init; }

    /// <summary>
    /// While the phase is overdue, that is from the end of the day last forecast until its operator reports or forecasts again:
    /// the day that supply is counted from instead. Null while the operator's own word holds.
    /// </summary>
    public LocalDate? AssumedRfs { get; init; }

    /// <summary>When the contract's day of readiness passed without the phase being ready; null when it did not.</summary>
    public Instant? ContractMissedAt { get; init; }

    /// <summary>The day of readiness promised when the phase was planned.</summary>
    [JsonIgnore]
    public LocalDate ContractRfs => Of(MilestoneKind.ReadyForService)!.Planned!.Value;

    /// <summary>The day of readiness now expected.</summary>
    [JsonIgnore]
    public LocalDate ForecastRfs => Of(MilestoneKind.ReadyForService)!.Forecast!.Value;

    /// <summary>The day of readiness to count on until it is ready: the operator's forecast, or while that is overdue the assumed one.</summary>
    [JsonIgnore]
    public LocalDate ExpectedRfs => AssumedRfs ?? ForecastRfs;

    /// <summary>The day it became ready; null until then.</summary>
    [JsonIgnore]
    public LocalDate? ActualRfs => Of(MilestoneKind.ReadyForService)!.Actual;

    /// <summary>The milestone of this kind, or null.</summary>
    public Milestone? Of(MilestoneKind kind) => Milestones.FirstOrDefault(milestone => milestone.Kind == kind);

    /// <summary>
    /// When the phase's power counts as supply: the start of the actual, else assumed, else forecast, day of readiness in
    /// <paramref name="zone"/>, rounded up to a whole UTC hour as calendars count in.
    /// </summary>
    public Instant ReadyFrom(string zone) =>
        Term.CeilingHour(DateTimeZoneProviders.Tzdb[zone].AtStartOfDay(ActualRfs ?? ExpectedRfs).ToInstant());

    internal BuildPhase With(Milestone milestone) => this with
    {
        Milestones = [.. Milestones.Where(other => other.Kind != milestone.Kind).Append(milestone).OrderBy(each => each.Kind)],
    };
}
