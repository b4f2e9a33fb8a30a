using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Domain.Energy;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using NodaTime;

namespace Marketplace.Api.Sites;

/// <summary>Particulars of a site: all of them, also when they are restated.</summary>
/// <param name="Name">Name.</param>
/// <param name="Location">Where it is.</param>
/// <param name="Zone">IANA time zone of the site, such as America/Chicago; its build dates are days there. Fixed once a phase is planned.</param>
/// <param name="GrossMw">MW at the meter at full build-out, all loads included.</param>
/// <param name="CriticalItMw">MW for servers, storage and network at full build-out. The build phases together stay within it, so state it before the first one.</param>
/// <param name="Cooling">How heat is taken away.</param>
/// <param name="Network">Connection to the outside.</param>
/// <param name="Pue">Power usage effectiveness, 1 to 5.</param>
/// <param name="EnergyMix">Where the electricity comes from.</param>
internal sealed record SiteInput(
    [Length(1, 200)] string Name,
    LocationModel Location,
    string Zone,
    GrossMegawatts? GrossMw,
    CriticalItMegawatts? CriticalItMw,
    CoolingKind? Cooling,
    NetworkModel? Network,
    Pue? Pue,
    EnergyMixModel? EnergyMix)
{
    public static SiteInput Example { get; } = new(
        "Prairie One",
        new LocationModel("US", "ND", "Jamestown", new CoordinatesModel(46.91m, -98.71m, false)),
        "America/Chicago",
        GrossMegawatts.From(60),
        CriticalItMegawatts.From(48),
        CoolingKind.DirectLiquid,
        new NetworkModel(800, 3, "Two fibre entries on separate sides"),
        Domain.Energy.Pue.From(1.2m),
        new EnergyMixModel([new EnergyShareModel(EnergySource.Wind, Percentage.From(70)), new EnergyShareModel(EnergySource.Grid, Percentage.From(30))], Percentage.From(74), Percentage.From(100)));

    public SiteDescription ToDescription(Faults faults)
    {
        faults.Require(SiteDescription.IsZone(Zone), "zone", Faults.InvalidFormat, "Expected a time zone of the tz database such as America/Chicago.");
        faults.Require(GrossMw is null || CriticalItMw is null || CriticalItMw.Value.Value <= GrossMw.Value.Value, "criticalItMw", Faults.Inconsistent, "Critical IT MW are part of gross MW and cannot exceed them.");
        var energy = EnergyMix?.ToEnergyMix();
        if (energy?.Fault() is { } fault)
        {
            faults.Add("energyMix.shares", Faults.Inconsistent, fault);
        }

        return new SiteDescription
        {
            Name = Name,
            Location = Location.ToLocation(),
            Zone = Zone,
            Gross = GrossMw,
            CriticalIt = CriticalItMw,
            Cooling = Cooling,
            Network = Network is null ? null : new SiteNetwork(Network.UplinkGbps, Network.Carriers, Network.Summary),
            Pue = Pue,
            Energy = energy,
        };
    }
}

/// <summary>Where a site is.</summary>
/// <param name="Country">ISO 3166-1 alpha-2 code in capitals.</param>
/// <param name="Region">State, province or comparable.</param>
/// <param name="Locality">Town or county.</param>
/// <param name="Coordinates">A point of it.</param>
internal sealed record LocationModel([RegularExpression("^[A-Z]{2}$")] string Country, [Length(1, 100)] string Region, [Length(1, 100)] string? Locality, CoordinatesModel? Coordinates)
{
    public SiteLocation ToLocation() => new(
        Country, Region, Locality, Coordinates is { } point ? new SiteCoordinates(point.Latitude, point.Longitude, point.Approximate) : null);

    public static LocationModel Of(SiteLocation location) => new(
        location.Country,
        location.Region,
        location.Locality,
        location.Coordinates is { } point ? new CoordinatesModel(point.Latitude, point.Longitude, point.Approximate) : null);
}

/// <summary>A point on the globe (WGS 84).</summary>
/// <param name="Latitude">Degrees north.</param>
/// <param name="Longitude">Degrees east.</param>
/// <param name="Approximate">Whether it stands for the surrounding area rather than the site's own ground.</param>
internal sealed record CoordinatesModel([Range(-90.0, 90.0)] decimal Latitude, [Range(-180.0, 180.0)] decimal Longitude, bool Approximate = false);

/// <summary>A site's connection to the outside.</summary>
/// <param name="UplinkGbps">Sum of uplinks in Gbit/s.</param>
/// <param name="Carriers">Independent carriers.</param>
/// <param name="Summary">In words.</param>
internal sealed record NetworkModel([Range(0.001, 10_000_000.0)] decimal? UplinkGbps, [Range(0, 100)] int? Carriers, [Length(1, 500)] string? Summary);

/// <summary>Electricity by source, and how much of it is renewable by both methods of the GHG Protocol.</summary>
/// <param name="Shares">Shares, each source once, adding to exactly 100 %.</param>
/// <param name="RenewableLocationBased">Renewable percentage of the physical supply.</param>
/// <param name="RenewableMarketBased">Renewable percentage by contracts and certificates.</param>
internal sealed record EnergyMixModel([Items(1, 11)] ImmutableArray<EnergyShareModel> Shares, Percentage? RenewableLocationBased, Percentage? RenewableMarketBased)
{
    public EnergyMix ToEnergyMix() => new()
    {
        Shares = [.. Shares.Select(share => new EnergyShare(share.Source, share.Percent))],
        RenewableLocationBased = RenewableLocationBased,
        RenewableMarketBased = RenewableMarketBased,
    };

    public static EnergyMixModel Of(EnergyMix mix) => new(
        [.. mix.Shares.Select(share => new EnergyShareModel(share.Source, share.Share))], mix.RenewableLocationBased, mix.RenewableMarketBased);
}

/// <summary>One source's share.</summary>
/// <param name="Source">The source.</param>
/// <param name="Percent">Above 0, up to 100.</param>
internal sealed record EnergyShareModel(EnergySource Source, Percentage Percent);

/// <summary>Which sites to list.</summary>
/// <param name="OperatorId">Only this operator's.</param>
/// <param name="Country">Only in this country (ISO 3166-1 alpha-2).</param>
/// <param name="Region">Only in this state or province, as the sites name it.</param>
/// <param name="Status">Only in this status.</param>
/// <param name="Claimed">Only sites with an operator (true) or unclaimed ones from public records (false).</param>
internal sealed record SiteFilter(OrganizationId? OperatorId, [RegularExpression("^[A-Z]{2}$")] string? Country, string? Region, SiteStatus? Status, bool? Claimed)
{
    public static SiteFilter Example { get; } = new(null, "US", "TX", SiteStatus.UnderConstruction, true);

    public bool Takes(Site site) =>
        (Country is null || site.Description.Location.Country == Country) &&
        (Region is null || string.Equals(site.Description.Location.Region, Region, StringComparison.OrdinalIgnoreCase)) &&
        (Status is null || site.Status == Status) &&
        (Claimed is null || site.IsClaimed == Claimed);
}

/// <summary>Why a site is withdrawn.</summary>
/// <param name="Reason">Told to everyone with business on it.</param>
internal sealed record SiteWithdrawal([Length(1, 500)] string Reason)
{
    public static SiteWithdrawal Example { get; } = new("The site was sold; running leases go on with the new owner.");
}

/// <summary>A site.</summary>
/// <param name="Id">Public id.</param>
/// <param name="OperatorId">Its operator; null while unclaimed.</param>
/// <param name="OperatorName">The operator's name; while unclaimed, as the public record has it.</param>
/// <param name="Name">Name.</param>
/// <param name="Location">Where it is.</param>
/// <param name="Zone">IANA time zone; null while unclaimed.</param>
/// <param name="Status">Where it stands; follows from milestones and withdrawal.</param>
/// <param name="GrossMw">MW at the meter at full build-out.</param>
/// <param name="CriticalItMw">MW for servers, storage and network at full build-out.</param>
/// <param name="Cooling">How heat is taken away.</param>
/// <param name="Network">Connection to the outside.</param>
/// <param name="Pue">Power usage effectiveness.</param>
/// <param name="EnergyMix">Where the electricity comes from.</param>
/// <param name="Phases">Build phases in the order they were planned.</param>
/// <param name="Origin">The public record it came from, with attribution; null when its operator listed it.</param>
/// <param name="ClaimStatus">Where the latest claim stands; null when there was none.</param>
/// <param name="Confirmed">Whether the marketplace has confirmed who controls it, and its place, zone and megawatts as they stand here.</param>
/// <param name="WithdrawnAt">When it was taken off the market.</param>
/// <param name="WithdrawalReason">Why.</param>
/// <param name="CreatedAt">Market time of listing or import.</param>
internal sealed record SiteModel(
    SiteId Id,
    OrganizationId? OperatorId,
    string OperatorName,
    string Name,
    LocationModel Location,
    string? Zone,
    SiteStatus Status,
    GrossMegawatts? GrossMw,
    CriticalItMegawatts? CriticalItMw,
    CoolingKind? Cooling,
    NetworkModel? Network,
    Pue? Pue,
    EnergyMixModel? EnergyMix,
    ImmutableArray<PhaseSummary> Phases,
    SiteOriginModel? Origin,
    SiteClaimStatus? ClaimStatus,
    bool Confirmed,
    Instant? WithdrawnAt,
    string? WithdrawalReason,
    Instant CreatedAt)
{
    public static SiteModel Example { get; } = Of(SiteExamples.Site);

    public static SiteModel Of(Site site) => new(
        site.Id,
        site.Operator,
        site.OperatorName,
        site.Description.Name,
        LocationModel.Of(site.Description.Location),
        site.Description.Zone,
        site.Status,
        site.Description.Gross,
        site.Description.CriticalIt,
        site.Description.Cooling,
        site.Description.Network is { } network ? new NetworkModel(network.UplinkGigabitsPerSecond, network.Carriers, network.Summary) : null,
        site.Description.Pue,
        site.Description.Energy is { } mix ? EnergyMixModel.Of(mix) : null,
        [.. site.Phases.Select(phase => PhaseSummary.Of(site, phase))],
        site.Origin is { } origin ? SiteOriginModel.Of(origin) : null,
        site.Claim?.Status,
        site.IsConfirmed,
        site.WithdrawnAt,
        site.WithdrawalReason,
        site.CreatedAt);
}

/// <summary>The public record an unclaimed site came from. Show the attribution wherever you show its facts.</summary>
/// <param name="Source">The collection.</param>
/// <param name="RecordId">The record's id in it.</param>
/// <param name="Licence">Its licence.</param>
/// <param name="Attribution">The line the licence asks for.</param>
/// <param name="Confidence">How sure the record's author was.</param>
/// <param name="RecordedStatus">The record's own word for the status.</param>
/// <param name="OperationalUnstatedMw">MW in operation; the record does not say whether gross or critical IT.</param>
/// <param name="PlannedUnstatedMw">MW planned; the record does not say whether gross or critical IT.</param>
/// <param name="Announced">When it was announced, to the year, month or day.</param>
/// <param name="LastUpdated">When the record was last changed.</param>
/// <param name="History">Earlier statuses.</param>
/// <param name="Links">What the record rests on.</param>
internal sealed record SiteOriginModel(
    string Source,
    string RecordId,
    string Licence,
    string Attribution,
    string Confidence,
    string RecordedStatus,
    UnstatedMegawatts? OperationalUnstatedMw,
    UnstatedMegawatts? PlannedUnstatedMw,
    PartialDate? Announced,
    PartialDate LastUpdated,
    ImmutableArray<RecordedStepModel> History,
    ImmutableArray<SourceLinkModel> Links)
{
    public static SiteOriginModel Of(SiteOrigin origin) => new(
        origin.Source,
        origin.RecordId,
        origin.Licence,
        origin.Attribution,
        origin.Confidence,
        origin.RecordedStatus,
        origin.Operational,
        origin.Planned,
        origin.Announced,
        origin.LastUpdated,
        [.. origin.History.Select(step => new RecordedStepModel(step.RecordedStatus, step.Status, step.Date, step.Note, step.Source))],
        [.. origin.Links.Select(link => new SourceLinkModel(link.Url, link.Label, link.Publisher, link.RetrievedAt))]);
}

/// <summary>An earlier status of a public record.</summary>
/// <param name="RecordedStatus">The record's own word.</param>
/// <param name="Status">What it means here.</param>
/// <param name="Date">When, to the year, month or day.</param>
/// <param name="Note">The record's remark.</param>
/// <param name="Link">Which of the links says so, from 0.</param>
internal sealed record RecordedStepModel(string RecordedStatus, SiteStatus Status, PartialDate Date, string? Note, int? Link);

/// <summary>A page or document that a public record rests on.</summary>
/// <param name="Url">Address.</param>
/// <param name="Label">Title.</param>
/// <param name="Publisher">Who published it.</param>
/// <param name="RetrievedAt">When the record's author read it.</param>
internal sealed record SourceLinkModel(string Url, string Label, string? Publisher, PartialDate? RetrievedAt);
