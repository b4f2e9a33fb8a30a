using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Marketplace.Client;

public partial class MarketplaceClient
{
    /// <summary>
    /// Events of the caller's organization as they happen, for ever: a broken connection is opened again behind the last event
    /// that was handed out, so nothing after it is skipped. An event may come again after a crash of the caller: drop repetitions by its id.
    /// </summary>
    /// <param name="startingAfter">Cursor of the last event seen; null begins with what happens next, and what happens while no connection stands before the first event is not seen.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Each event with the cursor to go on with.</returns>
    /// <exception cref="MarketplaceException">The API refuses the stream, for want of a right for example.</exception>
    public async IAsyncEnumerable<(Event Event, string Cursor)> FollowEventsAsync(string? startingAfter = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var cursor = startingAfter;
        for (var failures = 0; ;)
        {
            await using var stream = ReadEventsAsync(cursor, cancellation).GetAsyncEnumerator(cancellation);
            while (true)
            {
                try
                {
                    if (!await stream.MoveNextAsync().ConfigureAwait(false))
                    {
                        break;
                    }
                }
                catch (Exception error) when (!cancellation.IsCancellationRequested
                    && error is HttpRequestException or IOException or OperationCanceledException or MarketplaceException { IsRetryable: true })
                {
                    failures++;
                    break;
                }

                failures = 0;
                cursor = stream.Current.Cursor;
                yield return stream.Current;
            }

            cancellation.ThrowIfCancellationRequested();
            await Task.Delay(TimeSpan.FromSeconds(Math.Min(30, failures)), cancellation).ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<(Event Event, string Cursor)> ReadEventsAsync(string? cursor, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/events/stream" + (cursor is null ? "" : "?startingAfter=" + Uri.EscapeDataString(cursor)));
        using var response = await _httpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw new MarketplaceException(
                "The event stream was refused.",
                (int)response.StatusCode,
                await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false),
                response.Headers.ToDictionary(header => header.Key, header => header.Value),
                null);
        }

        using var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellation).ConfigureAwait(false))
        {
            if (item.EventId is { Length: > 0 } id && JsonSerializer.Deserialize<Event>(item.Data, JsonSerializerSettings) is { } it)
            {
                yield return (it, id);
            }
        }
    }
}
