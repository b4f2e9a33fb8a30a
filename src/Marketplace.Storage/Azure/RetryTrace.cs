using Azure.Core;
using Azure.Core.Pipeline;

namespace Marketplace.Storage.Azure;

/// <summary>
/// Tells whether the client sent a request more than once. A conflict that answers a second sending may be with the first one,
/// whose answer was lost; it proves nothing about anybody else.
/// </summary>
internal sealed class RetryTrace
{
    private const string Property = "Marketplace.RetryTrace";

    public static HttpPipelinePolicy Policy { get; } = new Watch();

    /// <summary>Whether something was sent again within the scope.</summary>
    public bool Retried { get; private set; }

    /// <summary>Watches what is sent until the scope ends.</summary>
    public IDisposable Begin() => HttpPipeline.CreateHttpMessagePropertiesScope(new Dictionary<string, object?> { [Property] = this });

    private sealed class Watch : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message)
        {
            if (message.ProcessingContext.RetryNumber > 0 && message.TryGetProperty(Property, out var found) && found is RetryTrace trace)
            {
                trace.Retried = true;
            }
        }
    }
}
