using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Energy;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Domain.Verification;
using NodaTime;

namespace Marketplace.Domain.Market;

/// <summary>A listing as searches read it: what is the same for every query is worked out once.</summary>
public sealed class SearchListing
{
    private readonly ImmutableArray<SupplyStep> delivered;

    /// <summary>Prepares a listing.</summary>
    /// <param name="pool">The listing.</param>
    /// <param name="site">Its site; null while its row has not arrived.</param>
    /// <param name="free">Ascending steps of what is free; default: what is supplied, of a pool that holds nothing.</param>
    public SearchListing(PoolSummary pool, Site? site, ImmutableArray<SupplyStep> free = default)
    {
        Pool = pool;
        Site = site;
        Free = free.IsDefault ? pool.Supply : free;
        Level = VerificationLevels.Of(site, pool.Verification);
        Renewable = RenewableOf(site);
        PeakSupply = pool.GreatestSupply?.Units ?? 0;
        Text = TextOf(pool, site);
        Zone = pool.Offer?.Clauses.Zone();
        delivered = Capacity.Pool.SupplyOf(pool.Allocations.Where(allocation => allocation.Delivered), pool.SpareUnits);
    }

    /// <summary>The listing.</summary>
    public PoolSummary Pool { get; }

    /// <summary>Its site; null while its row has not arrived.</summary>
    public Site? Site { get; }

    /// <summary>Ascending steps of what is free, as far as was heard.</summary>
    public ImmutableArray<SupplyStep> Free { get; }

    /// <summary>What was checked of it, site and hardware.</summary>
    public VerificationLevel Level { get; }

    /// <summary>Renewable share of its electricity, by contracts where stated, else by the physical supply; null when nothing is stated.</summary>
    public Percentage? Renewable { get; }

    /// <summary>The most it ever supplies.</summary>
    public int PeakSupply { get; }

    /// <summary>Everything words are looked for in, in small letters.</summary>
    public string Text { get; }

    /// <summary>The lease's zone; null without an offer.</summary>
    internal DateTimeZone? Zone { get; }

    /// <summary>Whether any hour of a term relies on a phase that is not in service.</summary>
    public bool IsPreBuild(Term term, int units)
    {
        var supplied = 0;
        foreach (var step in delivered)
        {
            if (step.From > term.Start)
            {
                break;
            }

            supplied = step.Units;
        }

        return supplied < units;
    }

    /// <summary>Units free in every hour of a term, as far as was heard.</summary>
    public int FreeThroughout(Term term)
    {
        var least = int.MaxValue;
        var running = 0;
        foreach (var step in Free)
        {
            if (step.From >= term.End)
            {
                break;
            }

            if (step.From > term.Start)
            {
                least = Math.Min(least, running);
            }

            running = step.Units;
        }

        return Math.Max(0, Math.Min(least, running));
    }

    /// <summary>The first hour at or after a term's start from which units are free for as long as the term, as far as was heard; null when never.</summary>
    public Instant? FreeFrom(Term term, int units)
    {
        Instant? since = units <= 0 ? term.Start : null;
        foreach (var step in Free)
        {
            if (since is { } start && step.From > start && step.Units < units && step.From - start >= term.End - term.Start)
            {
                return start;
            }

            since = step.Units < units ? null : since ?? Instant.Max(step.From, term.Start);
        }

        return since;
    }

    private static Percentage? RenewableOf(Site? site) => site?.Description.Energy is not { } mix
        ? null
        : mix.RenewableMarketBased ?? mix.RenewableLocationBased ?? Percentage.From(mix.Shares
            .Where(share => share.Source is EnergySource.Hydro or EnergySource.Wind or EnergySource.Solar or EnergySource.Geothermal or EnergySource.Biomass)
            .Sum(share => share.Share.Value));

    private static string TextOf(PoolSummary pool, Site? site)
    {
        HardwareModel? model = null;
        var isKnown = pool.Hardware is { } hardware && HardwareCatalogue.TryFind(hardware.Sku.Value, out model);
        var place = site?.Description.Location;
        return string.Join(
            ' ',
            pool.Name,
            pool.Hardware?.Sku.Value,
            isKnown ? $"{model!.Vendor} {model.Name}" : pool.Kind == PoolKind.Power ? "power" : "",
            site?.Description.Name,
            site?.OperatorName,
            place?.Locality,
            place?.Region,
            place is null ? "" : $"{place.Country} {CountryNames.Of(place.Country)}",
            string.Join(' ', (site?.Description.Energy?.Shares ?? []).Where(share => share.Share.Value > 0).Select(share => share.Source))).ToLower(CultureInfo.InvariantCulture);
    }
}
