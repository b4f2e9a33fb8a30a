using Marketplace.Agent.Market;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;

namespace Marketplace.Agent.Heartbeats;

/// <summary>Sends what waits, oldest first, and lets go of what was acknowledged.</summary>
/// <param name="buffer">What waits.</param>
/// <param name="market">Where to.</param>
/// <param name="voice">Signs.</param>
/// <param name="node">The node.</param>
/// <param name="bootId">The machine's boot id.</param>
internal sealed class HeartbeatSender(HeartbeatBuffer buffer, INodeMarket market, NodeVoice voice, NodeId node, string bootId)
{
    /// <summary>Beats of one message, below the most that is taken.</summary>
    public const int MostAtOnce = 500;

    /// <summary>
    /// Sends all that waits. What the marketplace has not made durable yet it does not acknowledge, and it is sent again the next
    /// time.
    /// </summary>
    /// <returns>The last answer; null when nothing waited.</returns>
    public async Task<BeatReply?> FlushAsync(CancellationToken cancellation)
    {
        BeatReply? reply = null;
        foreach (var beats in buffer.Waiting.Chunk(MostAtOnce))
        {
            reply = await market.BeatAsync(node, voice.Sign(PayloadTypes.Heartbeats, new Domain.Verification.Heartbeats(node, bootId, [.. beats])), cancellation).ConfigureAwait(false);
        }

        if (reply is not null)
        {
            // A folder that was set back goes on behind what the marketplace has seen.
            buffer.Acknowledge(reply.Acknowledged);
            buffer.SkipTo(reply.Acknowledged);
        }

        return reply;
    }
}
