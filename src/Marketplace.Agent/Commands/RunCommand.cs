using System.CommandLine;
using Marketplace.Agent.Heartbeats;
using Marketplace.Agent.Market;
using Marketplace.Agent.Screens;

namespace Marketplace.Agent.Commands;

/// <summary><c>run</c>: beats each minute, and answers challenges as they come, until it is stopped.</summary>
internal static class RunCommand
{
    private static readonly TimeSpan Pace = TimeSpan.FromMinutes(1);

    public static Command New(AgentEnvironment environment)
    {
        var noChallenges = new Option<bool>("--no-challenges") { Description = "Beat only; challenges are left to be answered by hand." };
        var options = new BenchmarkOptionSet();
        var command = new Command("run", "Beat each minute and answer challenges, until stopped. Meant for systemd.") { noChallenges };
        options.AddTo(command);
        command.Does(environment, async (context, parsed, cancellation) =>
        {
            using var held = context.Folder.Lock();
            var enrolment = Enrolment.Require(context.Folder);
            using var key = NodeVoice.RequireKey(context.Folder);
            var voice = new NodeVoice(context.Folder, key, context.Environment.Time);
            var market = context.Environment.MarketAt(enrolment.Market);
            var buffer = new HeartbeatBuffer(context.Folder);
            var sampler = new HeartbeatSampler(context.Environment.Machine, context.Folder, context.Environment.Time);
            var sender = new HeartbeatSender(buffer, market, voice, enrolment.NodeId, HeartbeatSampler.BootId(context.Environment.Machine));
            context.Screen.Remark($"Beating for {enrolment.NodeId} at {enrolment.Market}, each minute.");
            var answers = new ChallengeAnswers(context, parsed.GetValue(noChallenges) ? null : options.Read(parsed, context));
            answers.Resume(cancellation);
            using var timer = new PeriodicTimer(Pace, context.Environment.Time);
            try
            {
                do
                {
                    buffer.Add(await sampler.SampleAsync(cancellation).ConfigureAwait(false));
                    answers.Consider(await FlushAsync(context.Screen, sender, cancellation).ConfigureAwait(false), cancellation);
                }
                while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false));
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // A service that is told to stop has done its work.
                context.Screen.Remark("Stopped.");
            }
            finally
            {
                await answers.EndAsync().ConfigureAwait(false);
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>A marketplace that is not reached is no reason to stop beating; one that refuses the node is.</summary>
    private static async Task<BeatReply?> FlushAsync(Screen screen, HeartbeatSender sender, CancellationToken cancellation)
    {
        try
        {
            return await sender.FlushAsync(cancellation).ConfigureAwait(false);
        }
        catch (AgentException failure) when (failure.Code == ExitCode.Unreachable)
        {
            screen.Remark(failure.Message);
            return null;
        }
    }

    /// <summary>Answers one challenge at a time beside the beats, which go on meanwhile.</summary>
    private sealed class ChallengeAnswers(AgentContext context, Benchmarks.BenchmarkOptions? options)
    {
        private Task _answering = Task.CompletedTask;
        private string? _last;

        public void Consider(BeatReply? reply, CancellationToken cancellation)
        {
            if (options is null || reply?.Challenge is not { } challenge || !_answering.IsCompleted || challenge == _last)
            {
                return;
            }

            context.Screen.Remark($"Challenge {challenge} waits for this node.");
            _last = challenge;
            _answering = AnswerAsync(challenge, cancellation);
        }

        /// <summary>Takes up what an agent before this one was answering when it was cut short.</summary>
        public void Resume(CancellationToken cancellation)
        {
            if (Benchmarks.OpenAnswer.Of(context.Folder) is { } left)
            {
                Consider(new BeatReply(0, left.Run), cancellation);
            }
        }

        public Task EndAsync() => _answering;

        private async Task AnswerAsync(string challenge, CancellationToken cancellation)
        {
            try
            {
                var summary = await BenchmarkCommand.AnswerAsync(context, BenchmarkCommand.FullSuite, options!, new PlainBoard(context.Environment.Errors), cancellation).ConfigureAwait(false);
                context.Screen.Remark(summary.Challenge is null ? "This node is not to be tested." : $"Answered challenge {summary.Challenge}: {summary.State?.Outcome ?? "not judged yet"}.");
            }
            catch (AgentException failure)
            {
                // Named again by the next beat, and tried again then, when it may be done later.
                _last = failure.Code == ExitCode.Unreachable ? null : _last;
                context.Screen.Remark($"Challenge {challenge} was not answered: {failure.Message}");
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                context.Screen.Remark($"Stopped while challenge {challenge} was being answered.");
            }
        }
    }
}
