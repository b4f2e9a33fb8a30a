using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Api.Identity;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Reservations;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Leases;
using Marketplace.Grains.Organizations;
using Marketplace.Grains.Reservations;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Sites;

namespace Marketplace.Api.Leases;

/// <summary>The calendar of an organization's contract dates, for programs that cannot sign in.</summary>
internal static class ContractCalendarEndpoints
{
    /// <summary>Newest nouns of a kind that are looked through; what is older and still open is beyond what a calendar shows well.</summary>
    private const int MostRows = 2_000;
    private const int Page = 500;

    public static IEndpointRouteBuilder MapContractCalendar(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Calendar");
        room.Get("/v1/calendar/{token}", new(
            "getContractCalendar",
            "Contract dates as a calendar",
            "For calendar programs, which subscribe to the address that `POST /identity/calendar` answers with: the address is the only credential, and opens these dates alone. Deadlines of approval, signature and deposit, readiness as planned and as forecast, long-stop, term, acceptance windows, renewal notice, dunning steps and due days of every reservation and lease in force. They are in the language of whoever's calendar it is, name pool, site and the other party, and stand in the contract's zone. A date keeps its `UID`; `SEQUENCE` and `LAST-MODIFIED` grow when what it stands in changes.",
            Permission.Public)
        {
            Gives = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n",
            Produces = "text/calendar",
            Refuses = [CalendarFeedRefusal.NotFound],
        }, CalendarAsync);
        return routes;
    }

    private static async Task<IResult> CalendarAsync(ApiRequest request)
    {
        var (organization, owner) = CalendarToken.Parse(request.Text("token")) is { } token
            && (await request.Grain<ICalendarFeedGrain>(token.Id.Value).GetAsync())?.State is { } feed
            && token.Opens(feed)
            && (await request.Grain<IOrganizationGrain>(feed.Organization.Value).GetAsync())?.State is { } known
            && known.Member(feed.User) is not null
            ? (known, feed.User)
            : throw new ProblemException(Problem.Of(Refusal.Of(CalendarFeedRefusal.NotFound, "There is no calendar at this address.")));
        var words = new Wording((await request.Grain<IUserGrain>(owner.Value).GetAsync())?.State.Account.Spoken ?? SpokenLanguage.En);
        var dates = await DatesAsync(request, organization.Id, new ContractDates(words, organization.Id));
        request.Http.Response.Headers.CacheControl = "private, max-age=300";
        return Results.Text(CalendarText.Of($"{organization.Name}: {words.Say("contract dates", "Vertragstermine")}", dates, request.Service<Letters>().Link(request.Http, "").TrimEnd('/')), "text/calendar; charset=utf-8");
    }

    private static async Task<IEnumerable<ContractDate>> DatesAsync(ApiRequest request, OrganizationId organization, ContractDates named)
    {
        var leases = (await RowsAsync<Lease>(request, LeaseRows.Table, organization)).Where(lease => lease.Status != LeaseStatus.Ended).ToImmutableArray();
        var reservations = await RowsAsync<Reservation>(request, ReservationRows.Table, organization);
        var invoices = await RowsAsync<Invoice>(request, BillingRows.Invoices, organization);

        // Rows of leases leave out their nodes, and so the acceptance windows.
        var whole = await Task.WhenAll(leases.Select(async lease => (await request.Grain<ILeaseGrain>(lease.Id.Value).GetAsync())?.State ?? lease));
        var leased = leases.Select(lease => lease.Opening.Reservation).ToHashSet();
        return
        [
            .. reservations.SelectMany(it => named.Of(it, leased.Contains(it.Id) || it.LeaseEnded)),
            .. whole.SelectMany(named.Of),
            .. invoices.SelectMany(named.Of),
            .. await ReadinessAsync(request, reservations, named),
        ];
    }

    /// <summary>Phases that a binding reservation waits for.</summary>
    private static async Task<IEnumerable<ContractDate>> ReadinessAsync(ApiRequest request, ImmutableArray<Reservation> reservations, ContractDates named)
    {
        var waiting = reservations.Where(it => it.Status is ReservationStatus.Confirmed or ReservationStatus.Delayed or ReservationStatus.Delivering).Select(it => it.Agreement!).ToImmutableArray();
        var pools = await Task.WhenAll(waiting.Select(it => it.PoolId).Distinct().Select(async id => (await request.Grain<IGpuPoolGrain>(id.Value).GetAsync())?.State));
        var phases = pools.OfType<Domain.Market.PoolSummary>().SelectMany(pool => pool.Allocations).Where(allocation => !allocation.Delivered).Select(allocation => allocation.PhaseId).ToHashSet();
        var sites = await Task.WhenAll(waiting.Select(it => it.SiteId).Distinct().Select(async id => (await request.Grain<ISiteGrain>(id.Value).GetAsync())?.State));
        return sites.OfType<Domain.Sites.Site>().SelectMany(site => site.Phases.Where(phase => phases.Contains(phase.Id)).SelectMany(phase => named.Of(site, phase)));
    }

    private static async Task<ImmutableArray<T>> RowsAsync<T>(ApiRequest request, string table, OrganizationId organization)
    {
        var all = ImmutableArray.CreateBuilder<T>();
        string? until = null;
        do
        {
            var page = await request.Rows.ScanAsync(table, organization.Value, null, until, Page, descending: true, request.Cancellation);
            all.AddRange(page.Rows.Select(row => JsonSerializer.Deserialize<T>(row.Data.Span, MarketJson.Options)!));
            until = page.NextFrom;
        }
        while (until is not null && all.Count < MostRows);
        return all.ToImmutable();
    }
}
