using System.Collections.Concurrent;
using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Ports;
using NodaTime;

namespace Marketplace.Api.Organizations;

/// <summary>
/// When each API key was last used, five minutes coarse: rows beside the organization, which need not change with every request. A
/// note may be lost with the process; the next use writes another.
/// </summary>
internal sealed partial class KeyUses(IServiceProvider services, TimeProvider time, ILogger<KeyUses> log)
{
    /// <summary>The table: a partition an organization, a row a key.</summary>
    public const string Table = "api-key-uses";

    private static readonly long Every = (long)TimeSpan.FromMinutes(5).TotalMilliseconds;
    private readonly ConcurrentDictionary<ApiKeyId, long> noted = new();

    /// <summary>Notes that a key was used just now. Waits only where a note is due.</summary>
    public async ValueTask NoteAsync(OrganizationId organization, ApiKeyId key)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var last = noted.GetValueOrDefault(key);
        if (now - last >= Every && (last == 0 ? noted.TryAdd(key, now) : noted.TryUpdate(key, now, last)))
        {
            await WriteAsync(organization, key, now);
        }
    }

    /// <summary>When each key of an organization was last used; those never used are missing.</summary>
    public async Task<ImmutableDictionary<string, Instant>> OfAsync(OrganizationId organization, CancellationToken cancellation)
    {
        // An organization has at most as many keys as a page has rows.
        var page = await services.GetRequiredService<IRowStore>().ScanAsync(Table, organization.Value, null, null, RowLimits.MostRowsInPage, cancellation: cancellation);
        return page.Rows.ToImmutableDictionary(row => row.Key, row => Instant.FromUnixTimeMilliseconds(row.Version), StringComparer.Ordinal);
    }

    private async Task WriteAsync(OrganizationId organization, ApiKeyId key, long now)
    {
        try
        {
            await services.GetRequiredService<IRowStore>().UpsertIfNewerAsync(Table, organization.Value, new Row(key.Value, now, default));
        }
        catch (Exception error)
        {
            LogFailed(log, key.Value, error);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "That key {Key} was used could not be noted.")]
    private static partial void LogFailed(ILogger log, string key, Exception error);
}
