using System.Text.Json;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;
using NodaTime;
using Stripe;

namespace Marketplace.Api.Billing.Stripe;

/// <summary>
/// Stripe's customers: one for each tenant and operator and currency, because what Stripe credits to a customer it takes off
/// that customer's next invoice by itself, and a tenant's credit is credit with one operator. That one is being made is
/// written down first, so that it is looked for before another is made.
/// </summary>
internal sealed class StripeCustomers(StripeClient stripe, IRowStore rows, TimeProvider time)
{
    private const string Table = "stripe-customers";
    private static readonly Duration Skew = Duration.FromHours(1);

    private readonly CustomerService customers = new(stripe);

    /// <summary>The customer, made if there is none.</summary>
    public async Task<string> GetAsync(OrganizationId tenant, OrganizationId operatorId, Currency currency, CancellationToken cancellation)
    {
        var key = KeyOf(operatorId, currency);
        var entry = await ReadAsync(tenant, key, cancellation);
        if (entry is null)
        {
            entry = new Entry(Now, 1, null, 1);
            if (!await rows.TryInsertAsync(Table, tenant.Value, [RowOf(key, entry)], cancellation))
            {
                entry = (await ReadAsync(tenant, key, cancellation))!;
            }
        }

        if (entry.Id is { } known)
        {
            return known;
        }

        var id = (await LookAsync(tenant, operatorId, currency, entry, cancellation)) ?? await MakeAsync(tenant, operatorId, currency, key, entry, cancellation);
        await rows.UpsertIfNewerAsync(Table, tenant.Value, RowOf(key, entry with { Id = id, Version = entry.Version + 1 }), cancellation);
        return id;
    }

    /// <summary>The customer; null when none was made.</summary>
    public async Task<string?> FindAsync(OrganizationId tenant, OrganizationId operatorId, Currency currency, CancellationToken cancellation) =>
        await ReadAsync(tenant, KeyOf(operatorId, currency), cancellation) is { } entry
            ? entry.Id ?? await LookAsync(tenant, operatorId, currency, entry, cancellation)
            : null;

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    private static string KeyOf(OrganizationId operatorId, Currency currency) => operatorId.Value + "|" + currency.Value;

    private static Row RowOf(string key, Entry entry) => new(key, entry.Version, JsonSerializer.SerializeToUtf8Bytes(entry, MarketJson.Options));

    private async Task<Entry?> ReadAsync(OrganizationId tenant, string key, CancellationToken cancellation) =>
        await rows.GetAsync(Table, tenant.Value, key, cancellation) is { } row ? JsonSerializer.Deserialize<Entry>(row.Data.Span, MarketJson.Options) : null;

    private async Task<string?> LookAsync(OrganizationId tenant, OrganizationId operatorId, Currency currency, Entry entry, CancellationToken cancellation)
    {
        var options = new CustomerListOptions { Limit = 100, Created = new DateRangeOptions { GreaterThanOrEqual = (entry.Since - Skew).ToDateTimeUtc() } };
        await foreach (var customer in customers.ListAutoPagingAsync(options, null, cancellation))
        {
            var metadata = customer.Metadata ?? [];
            if (metadata.GetValueOrDefault("tenant") == tenant.Value && metadata.GetValueOrDefault("supplier") == operatorId.Value && metadata.GetValueOrDefault("currency") == currency.Value)
            {
                return customer.Id;
            }
        }

        return null;
    }

    private async Task<string> MakeAsync(OrganizationId tenant, OrganizationId operatorId, Currency currency, string key, Entry entry, CancellationToken cancellation)
    {
        try
        {
            var made = await customers.CreateAsync(
                new CustomerCreateOptions
                {
                    Description = $"{tenant} as a customer of {operatorId}, {currency}",
                    Metadata = new() { ["tenant"] = tenant.Value, ["supplier"] = operatorId.Value, ["currency"] = currency.Value },
                },
                new RequestOptions { IdempotencyKey = PublicId.Digest("customer", tenant.Value, key, entry.Attempt.ToString(System.Globalization.CultureInfo.InvariantCulture)) },
                cancellation);
            return made.Id;
        }
        catch (StripeException error) when (StripeAnswers.SpendsKey(error))
        {
            await rows.UpsertIfNewerAsync(Table, tenant.Value, RowOf(key, entry with { Attempt = entry.Attempt + 1, Version = entry.Version + 1 }), cancellation);
            throw;
        }
    }

    /// <param name="Since">Real time before which it was not made.</param>
    /// <param name="Attempt">Counts keys that Stripe stored an error under.</param>
    /// <param name="Id">Stripe's id; null until it is known.</param>
    /// <param name="Version">Grows with every change.</param>
    private sealed record Entry(Instant Since, int Attempt, string? Id, long Version);
}
