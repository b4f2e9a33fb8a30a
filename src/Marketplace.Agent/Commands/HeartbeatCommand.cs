using System.CommandLine;
using Marketplace.Agent.Heartbeats;
using Marketplace.Agent.Market;
using Spectre.Console;

namespace Marketplace.Agent.Commands;

/// <summary><c>heartbeat</c>: looks once, and sends all that waits.</summary>
internal static class HeartbeatCommand
{
    public static Command New(AgentEnvironment environment)
    {
        var command = new Command("heartbeat", "Look at this node once and send every beat that was not acknowledged. The service does this each minute.");
        command.Does(environment, async (context, _, cancellation) =>
        {
            using var held = context.Folder.Lock();
            var enrolment = Enrolment.Require(context.Folder);
            using var key = NodeVoice.RequireKey(context.Folder);
            var buffer = new HeartbeatBuffer(context.Folder);
            var beat = buffer.Add(await new HeartbeatSampler(context.Environment.Machine, context.Folder, context.Environment.Time).SampleAsync(cancellation).ConfigureAwait(false));
            var reply = (await new HeartbeatSender(
                buffer, context.Environment.MarketAt(enrolment.Market), new NodeVoice(context.Folder, key, context.Environment.Time), enrolment.NodeId, HeartbeatSampler.BootId(context.Environment.Machine)).FlushAsync(cancellation).ConfigureAwait(false))!;
            context.Screen.Result(new { beat.Sequence, reply.Acknowledged, Waiting = buffer.Waiting.Count, reply.Challenge }, console =>
            {
                console.WriteLine($"Beat {beat.Sequence}; the marketplace keeps all up to {reply.Acknowledged}, {buffer.Waiting.Count} wait.");
                if (reply.Challenge is { } challenge)
                {
                    console.WriteLine($"Challenge {challenge} waits for this node: marketplace-agent benchmark.");
                }
            });
            return ExitCode.Done;
        });
        return command;
    }
}
