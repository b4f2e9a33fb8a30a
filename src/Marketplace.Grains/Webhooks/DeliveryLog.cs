using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;

namespace Marketplace.Grains.Webhooks;

/// <summary>
/// The last attempts of one endpoint, as rows. Written before the endpoint's record says how far it came, so that what was
/// delivered is in the log.
/// </summary>
internal sealed class DeliveryLog(IRowStore rows, string endpoint)
{
    private const int Page = 100;
    private const int MostTries = 5;
    private long next;

    /// <summary>Appends attempts and removes what became too old.</summary>
    public async Task AppendAsync(ImmutableArray<WebhookDelivery> deliveries)
    {
        for (var tries = 0; deliveries.Length > 0 && tries < MostTries; tries++)
        {
            if (next == 0)
            {
                next = await LastAsync() + 1;
            }

            // Taken before the write, since a test and the line may append side by side.
            var first = next;
            next += deliveries.Length;
            if (await rows.TryInsertAsync(WebhookRows.Deliveries, endpoint, [.. deliveries.Select((delivery, i) => RowOf(delivery with { Number = first + i }))]))
            {
                if (first + deliveries.Length > WebhookRows.DeliveriesKept)
                {
                    await rows.RemoveAsync(WebhookRows.Deliveries, endpoint, [.. deliveries.Select((_, i) => WebhookRows.Key(Math.Max(0, first + i - WebhookRows.DeliveriesKept))).Distinct()]);
                }

                return;
            }

            // Another activation wrote these numbers.
            next = 0;
        }
    }

    /// <summary>Removes everything.</summary>
    public async Task ClearAsync()
    {
        while (await rows.ScanAsync(WebhookRows.Deliveries, endpoint, null, null, Page) is { Rows: { Count: > 0 } found })
        {
            await rows.RemoveAsync(WebhookRows.Deliveries, endpoint, [.. found.Select(row => row.Key)]);
        }
    }

    private async Task<long> LastAsync() =>
        await rows.ScanAsync(WebhookRows.Deliveries, endpoint, null, null, 1, descending: true) is { Rows: [var last, ..] }
            ? long.Parse(last.Key, CultureInfo.InvariantCulture)
            : 0;

    private static Row RowOf(WebhookDelivery delivery) =>
        new(WebhookRows.Key(delivery.Number), 1, JsonSerializer.SerializeToUtf8Bytes(delivery, MarketJson.Options));
}
