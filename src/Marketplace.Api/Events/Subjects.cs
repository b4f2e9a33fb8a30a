using System.Collections.Concurrent;
using System.Text.Json;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Leases;
using Marketplace.Grains.Organizations;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Quotes;
using Marketplace.Grains.Reservations;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Sites;
using Marketplace.Grains.Verification;
using Marketplace.Grains.Webhooks;
using NodaTime;

namespace Marketplace.Api.Events;

/// <summary>
/// Names for what ids stand for, as one organization may know them: contracts and invoices for their parties alone. Each thing is asked for
/// once, so one of these serves one answer.
/// </summary>
/// <param name="grains">The grains.</param>
/// <param name="rows">The rows, where invoices stand for both parties.</param>
/// <param name="reader">Who is told.</param>
/// <param name="seesAll">Whether the reader is the marketplace itself.</param>
internal sealed class Subjects(IGrainFactory grains, IRowStore rows, OrganizationId reader, bool seesAll)
{
    /// <summary>Members of an event's data that lead from what has no name of its own to what has one, the nearest first.</summary>
    private static readonly string[] Leads = ["reservationId", "leaseId", "invoiceId", "subjectId", "poolId", "siteId"];

    private readonly ConcurrentDictionary<string, Task<AboutModel?>> known = new(StringComparer.Ordinal);

    /// <summary>What an id stands for; null where it has no name, or none for this reader.</summary>
    public Task<AboutModel?> OfAsync(string id) => known.GetOrAdd(id, AskAsync);

    /// <summary>What an event happened to, by its own name or by what its data leads to.</summary>
    public async Task<AboutModel?> OfAsync(string subject, JsonElement data)
    {
        if (subject.StartsWith("org_", StringComparison.Ordinal) && TextOf(data, "name") is { } named)
        {
            return Plain(named);
        }

        if (await OfAsync(subject) is { } own)
        {
            return own;
        }

        foreach (var lead in Leads)
        {
            if (TextOf(data, lead) is { } id && await OfAsync(id) is { } found)
            {
                return found;
            }
        }

        return TextOf(data, "name") is { } name ? Plain(name) : null;
    }

    /// <summary>An invoice, for its parties and the marketplace.</summary>
    public async Task<AboutModel?> InvoiceAsync(InvoiceId? invoice) => invoice is { } id ? await OfAsync(id.Value) : null;

    /// <summary>An organization's name; its id where it is not known.</summary>
    public async Task<string> NameOfAsync(OrganizationId organization) => (await OfAsync(organization.Value))?.Name ?? organization.Value;

    private static AboutModel Plain(string name) => new(name, null, null, null, null, null, null);

    private static string? TextOf(JsonElement data, string member) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private Task<AboutModel?> AskAsync(string id) => id.Split('_', 2)[0] switch
    {
        "rsv" => ReservationAsync(id),
        "lease" => LeaseAsync(id),
        "inv" => InvoiceAsync(id),
        "qt" => QuoteAsync(id),
        "pool" => PoolAsync(id),
        "site" => SiteAsync(id),
        "node" => NodeAsync(id),
        "whk" => WebhookAsync(id),
        "org" => OrganizationAsync(id),
        _ => Task.FromResult<AboutModel?>(null),
    };

    private async Task<AboutModel?> ReservationAsync(string id)
    {
        if ((await grains.Of<IReservationGrain>(id).GetAsync())?.State is not { } it || !MaySee(it.TenantId, it.Agreement?.OperatorId))
        {
            return null;
        }

        if (it.Agreement is { } agreement)
        {
            return await ContractAsync(it.Id, agreement.Names, agreement.PoolId, it.TenantId, agreement.OperatorId, (agreement.Terms.Ramp.Term.Start, agreement.Terms.Ramp.Term.End), agreement.Terms.Clauses.LeaseZone);
        }

        // No pool holds it yet: it is about the one that is asked.
        var asked = it.Attempts is [.., var newest] ? await OfAsync(newest.Candidate.PoolId.Value) : null;
        return asked is null ? null : asked with { ReservationId = it.Id };
    }

    private async Task<AboutModel?> LeaseAsync(string id) => (await grains.Of<ILeaseGrain>(id).GetAsync())?.State is { Opening: var opening } lease && MaySee(opening.Tenant, opening.Operator)
        ? await ContractAsync(opening.Reservation, opening.Names, opening.Pool, opening.Tenant, opening.Operator, (lease.StartsAt, lease.EndsAt), opening.Terms.Clauses.LeaseZone)
        : null;

    private async Task<AboutModel> ContractAsync(
        ReservationId reservation, ContractNames? names, PoolId pool, OrganizationId tenant, OrganizationId owner, (Instant From, Instant Until) term, string zone)
    {
        // Contracts made before names were kept are called as their pool is now.
        var capacity = names is null ? await OfAsync(pool.Value) : null;
        return new AboutModel(
            names?.Capacity.Pool ?? capacity?.Name ?? pool.Value,
            names?.Capacity.Site ?? capacity?.Site,
            reader == tenant ? names?.Operator.LegalName ?? await NameOfAsync(owner) : reader == owner ? names?.Tenant.LegalName ?? await NameOfAsync(tenant) : null,
            reservation,
            term.From,
            term.Until,
            zone);
    }

    private async Task<AboutModel?> InvoiceAsync(string id)
    {
        if (await rows.GetAsync(BillingRows.InvoicesById, id, BillingRows.InvoiceKey) is not { } row
            || JsonSerializer.Deserialize<Invoice>(row.Data.Span, MarketJson.Options) is not { } invoice
            || !MaySee(invoice.Tenant, invoice.Operator))
        {
            return null;
        }

        var contract = await OfAsync(invoice.Reservation.Value);
        return new AboutModel(
            invoice.Number, contract?.Site ?? invoice.Capacity?.Site, contract?.Counterpart, invoice.Reservation, contract?.StartsAt, contract?.EndsAt, invoice.Zone);
    }

    private async Task<AboutModel?> QuoteAsync(string id)
    {
        if ((await grains.Of<IQuoteGrain>(id).GetAsync())?.State is not { } quote || !MaySee(quote.TenantId, quote.OperatorId))
        {
            return null;
        }

        var pool = await OfAsync(quote.PoolId.Value);
        return pool is null ? null : pool with { Counterpart = reader == quote.TenantId ? await NameOfAsync(quote.OperatorId) : null };
    }

    private async Task<AboutModel?> PoolAsync(string id)
    {
        if ((await grains.Of<IGpuPoolGrain>(id).GetAsync())?.State is not { } pool)
        {
            return null;
        }

        var site = await OfAsync(pool.SiteId.Value);
        return new AboutModel(pool.Name, site?.Name, pool.OperatorId == reader ? null : await NameOfAsync(pool.OperatorId), null, null, null, site?.TimeZone);
    }

    private async Task<AboutModel?> SiteAsync(string id) =>
        (await grains.Of<ISiteGrain>(id).GetAsync())?.State.Description is { } site ? Plain(site.Name) with { TimeZone = site.Zone } : null;

    private async Task<AboutModel?> NodeAsync(string id) =>
        (await grains.Of<INodeGrain>(id).GetAsync())?.State is { } node && MaySee(node.OperatorId, null) ? await OfAsync(node.PoolId.Value) : null;

    private async Task<AboutModel?> WebhookAsync(string id) =>
        (await grains.Of<IWebhookEndpointGrain>(id).GetAsync())?.State is { } endpoint && MaySee(endpoint.Organization, null) ? Plain(endpoint.Url) : null;

    private async Task<AboutModel?> OrganizationAsync(string id) => (await grains.Of<IOrganizationGrain>(id).GetAsync())?.State is { } organization ? Plain(organization.Name) : null;

    private bool MaySee(OrganizationId one, OrganizationId? other) => seesAll || reader == one || reader == other;
}
