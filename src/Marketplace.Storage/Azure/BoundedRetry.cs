using System.Globalization;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Marketplace.Storage.Azure;

/// <summary>
/// Tries again with growing pauses, and keeps to the longest of them: the client itself would wait for whatever time the service
/// asks for, and a caller for as long with it.
/// </summary>
internal sealed class BoundedRetry(int maxRetries, TimeSpan firstPause, TimeSpan longestPause)
    : RetryPolicy(maxRetries, DelayStrategy.CreateExponentialDelayStrategy(firstPause, longestPause))
{
    /// <summary>The headers by which a service asks for a pause, and what their numbers count.</summary>
    private static readonly (string Header, TimeSpan Unit)[] Asked =
    [
        ("retry-after-ms", TimeSpan.FromMilliseconds(1)),
        ("x-ms-retry-after-ms", TimeSpan.FromMilliseconds(1)),
        ("Retry-After", TimeSpan.FromSeconds(1)),
    ];

    protected override bool ShouldRetry(HttpMessage message, Exception? exception) => IsSoon(message) && base.ShouldRetry(message, exception);

    protected override ValueTask<bool> ShouldRetryAsync(HttpMessage message, Exception? exception) =>
        IsSoon(message) ? base.ShouldRetryAsync(message, exception) : ValueTask.FromResult(false);

    private bool IsSoon(HttpMessage message) => !message.HasResponse || Asked.All(asked => PauseOf(message.Response, asked.Header, asked.Unit) <= longestPause);

    private static TimeSpan PauseOf(global::Azure.Response response, string header, TimeSpan unit) =>
        !response.Headers.TryGetValue(header, out var text) ? TimeSpan.Zero
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? unit * number

            // A date instead of a number; services of Azure Storage send none.
            : TimeSpan.MaxValue;
}
