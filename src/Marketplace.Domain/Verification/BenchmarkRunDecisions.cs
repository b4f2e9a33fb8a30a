using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Verification;

/// <summary>What may happen to a challenge, and what follows.</summary>
public static partial class BenchmarkRunDecisions
{
    /// <summary>Most outputs of one report.</summary>
    public const int MostOutputs = 128;

    /// <summary>Longest output, bytes.</summary>
    public const long LongestOutput = 8 << 20;

    /// <summary>Most bytes of all outputs of a report.</summary>
    public const long MostBytes = 96L << 20;

    private const int LongestReason = 1000;
    private const int LongestBootId = 100;
    private static readonly Duration Margin = Duration.FromMinutes(5);

    /// <summary>Opens a challenge.</summary>
    public static Decision<BenchmarkRunFact> Decide(BenchmarkRun? run, OpenBenchmarkRun command, Instant now) =>
        run is not null ? Decision<BenchmarkRunFact>.Nothing
        : command.Nodes.Length is 0 or > BenchmarkRun.MostNodes || command.Nodes.Distinct().Count() != command.Nodes.Length || HardwareCatalogue.Find(command.Sku)?.Gpu is null
            ? Refusal.Of(BenchmarkRunRefusal.Invalid, $"{command.Nodes.Length} nodes of {command.Sku}.")
        : new RunOpened(command, now);

    /// <summary>Gives the challenge out.</summary>
    public static Decision<BenchmarkRunFact> Decide(BenchmarkRun? run, AskChallenge command, Instant now)
    {
        if (Refuse(run, command.Node) is { } refusal)
        {
            return refusal;
        }

        if (run!.Challenge is { } issued)
        {
            return command.RealNow > issued.AnswerBy ? Late("The challenge ended", issued.AnswerBy) : Decision<BenchmarkRunFact>.Nothing;
        }

        return Challenge.IsNonce(command.Nonce)
            ? new ChallengeIssued(Challenge.Issue(command.Nonce, command.RealNow, command.WorkSize, MemoryTerms.For(HardwareCatalogue.Find(run.Sku)!, command.MemoryMebibytes)), now + Challenge.AnswerLife + Margin)
            : throw new ArgumentException("A nonce has 32 bytes.", nameof(command));
    }

    /// <summary>Takes the roots of a node's products.</summary>
    public static Decision<BenchmarkRunFact> Decide(BenchmarkRun? run, CommitWork command)
    {
        var body = command.Body;
        if (Refuse(run, body.NodeId, body.RunId, body.Nonce) is { } refusal)
        {
            return refusal;
        }

        var answer = run!.AnswerOf(body.NodeId)!;
        if (!answer.Commitments.IsEmpty)
        {
            return answer.Commitments.SequenceEqual(body.Devices)
                ? Decision<BenchmarkRunFact>.Nothing
                : Refusal.Of(BenchmarkRunRefusal.CommittedOtherwise, $"{body.NodeId} committed at {answer.CommittedAt}.");
        }

        return command.RealNow > run.Challenge!.CommitBy ? Late("Commitments were taken", run.Challenge.CommitBy)
            : !body.Devices.Select(device => device.Device).Order(StringComparer.Ordinal).SequenceEqual(Challenge.DevicesOf(run.GpusPerNode).Order(StringComparer.Ordinal))
                || body.Devices.Any(device => device.Root.Length != Challenge.NonceLength || !device.Root.All(char.IsAsciiHexDigitLower))
                ? Refusal.Of(BenchmarkRunRefusal.DevicesWrong, $"A node of this pool has the devices {string.Join(", ", Challenge.DevicesOf(run.GpusPerNode))}; each commits to one root of 64 hexadecimal digits.", "devices")
            : new WorkCommitted(body.NodeId, body.Devices, command.Seed, command.RealNow);
    }

    /// <summary>Takes a report. Its outputs come next.</summary>
    public static Decision<BenchmarkRunFact> Decide(BenchmarkRun? run, TakeReport command)
    {
        var body = command.Body;
        if (Refuse(run, body.NodeId, body.RunId, body.Nonce) is { } refusal)
        {
            return refusal;
        }

        var answer = run!.AnswerOf(body.NodeId)!;
        if (answer.Report is not null)
        {
            return answer.Report == command.Digest
                ? Decision<BenchmarkRunFact>.Nothing
                : Refusal.Of(BenchmarkRunRefusal.ReportedOtherwise, $"{body.NodeId} reported at {answer.ReportedAt}.");
        }

        return command.RealNow > run.Challenge!.AnswerBy ? Late("Reports were taken", run.Challenge.AnswerBy)
            : answer.Commitments.IsEmpty ? Refusal.Of(BenchmarkRunRefusal.NotCommitted, $"{body.NodeId} has committed to nothing.")
            : body.Outputs.Length is 0 or > MostOutputs || body.Outputs.DistinctBy(output => output.Sha256).Count() != body.Outputs.Length || body.Outputs.Any(output => !Fits(output)) || body.Outputs.Sum(output => output.Bytes) > MostBytes
                || body.Machine.BootId.Length is 0 or > LongestBootId
                ? Refusal.Of(BenchmarkRunRefusal.OutputsInvalid, $"{body.Outputs.Length} outputs are named; see what each must carry.", "outputs")
            : new ReportTaken(body.NodeId, command.Digest, body.Machine.BootId, body.Outputs, command.RealNow);
    }

    /// <summary>Notes an output that came.</summary>
    public static Decision<BenchmarkRunFact> Decide(BenchmarkRun? run, TakeOutput command)
    {
        if (run is null)
        {
            return Refusal.Of(BenchmarkRunRefusal.NotFound, "There is no such challenge.");
        }

        var named = run.Answers.Where(answer => answer.Outputs.Any(output => output.Sha256 == command.Sha256 && output.Bytes == command.Bytes)).ToList();
        return named.Count == 0 ? Refusal.Of(BenchmarkRunRefusal.OutputUnknown, $"{command.Sha256} of {command.Bytes} bytes is named by no report.")
            : named.All(answer => answer.Arrived.Contains(command.Sha256)) ? Decision<BenchmarkRunFact>.Nothing
            : run.Status != BenchmarkRunStatus.Issued ? Over(run)
            : command.RealNow > run.Challenge!.AnswerBy ? Late("Outputs were taken", run.Challenge.AnswerBy)
            : new OutputArrived(command.Sha256);
    }

    /// <summary>Gives a verdict on a whole answer; the last one decides the challenge.</summary>
    public static Decision<BenchmarkRunFact> Decide(BenchmarkRun run, GiveVerdict command, Instant now) =>
        run.Status != BenchmarkRunStatus.Issued ? Decision<BenchmarkRunFact>.Nothing : Closing(run, now, new VerdictGiven(command.Node, command.Verdict, command.Digits));

    /// <summary>Decides what was in review.</summary>
    public static Decision<BenchmarkRunFact> Decide(BenchmarkRun? run, DecideReview command, Instant now)
    {
        if (run is null)
        {
            return Refusal.Of(BenchmarkRunRefusal.NotFound, "There is no such challenge.");
        }

        if (run.AnswerOf(command.Node)?.Verdict is not { Outcome: NodeOutcome.InReview } verdict || run.Status != BenchmarkRunStatus.InReview)
        {
            return Refusal.Of(BenchmarkRunRefusal.NothingInReview, $"{command.Node} does not wait for a decision.");
        }

        if (command.Reason.Length is 0 or > LongestReason)
        {
            return Refusal.Of(BenchmarkRunRefusal.ReasonMissing, $"Expected 1 to {LongestReason} characters.", "reason");
        }

        var findings = verdict.Findings.Where(finding => finding.Weight != FindingWeight.Review)
            .Concat(verdict.Findings.Where(finding => finding.Weight == FindingWeight.Review).Select(finding => finding with { Weight = FindingWeight.Note }))
            .Append(new Finding(FindingKind.Statistics, command.Passed ? FindingWeight.Note : FindingWeight.Reject, $"Decided after review: {command.Reason}"));
        return Closing(run, now, new VerdictGiven(command.Node, NodeVerdict.Of(findings, verdict.Figures, verdict.Score, verdict.Attested), run.AnswerOf(command.Node)!.Digits));
    }

    /// <summary>Does what has fallen due: ends a challenge whose time is over, and a verdict's validity.</summary>
    public static Decision<BenchmarkRunFact> Meet(BenchmarkRun run, Instant now)
    {
        if (run.DueAt() is not { } due || due > now)
        {
            return Decision<BenchmarkRunFact>.Nothing;
        }

        return run.Status == BenchmarkRunStatus.Concluded
            ? new RunExpired(now)
            : Closing(run, now, [.. run.Answers.Where(answer => answer.Verdict is null).Select(answer => new VerdictGiven(answer.Node, NodeVerdict.Silent(Left(run, answer)), []))]);
    }

    /// <summary>The challenge after a fact.</summary>
    /// <exception cref="InvalidOperationException">The fact does not fit.</exception>
    public static BenchmarkRun Evolve(BenchmarkRun? run, BenchmarkRunFact fact) => fact switch
    {
        RunOpened { As: var opened, At: var at } => new BenchmarkRun
        {
            Id = opened.Id,
            Purpose = opened.Purpose,
            OperatorId = opened.Operator,
            PoolId = opened.Pool,
            Sku = opened.Sku,
            GpusPerNode = opened.GpusPerNode,
            Population = opened.Population,
            LeaseId = opened.Lease,
            TenantId = opened.Tenant,
            OpenedAt = at,
            ClosesAt = at + (opened.Purpose == BenchmarkPurpose.Acceptance ? BenchmarkRun.AcceptanceWaitingLife : BenchmarkRun.WaitingLife),
            Status = BenchmarkRunStatus.Waiting,
            Answers = [.. opened.Nodes.Select(node => new NodeAnswer(node))],
        },
        _ => EvolveOpened(run ?? throw new InvalidOperationException($"{fact.GetType().Name} of a challenge that was never opened."), fact),
    };

    private static BenchmarkRun EvolveOpened(BenchmarkRun run, BenchmarkRunFact fact) => fact switch
    {
        ChallengeIssued issued => run with { Challenge = issued.Challenge, ClosesAt = issued.ClosesAt, Status = BenchmarkRunStatus.Issued },
        WorkCommitted committed => With(run, committed.Node, answer => answer with { Commitments = committed.Devices, Seed = committed.Seed, CommittedAt = committed.At }),
        MemoryFilled filled => With(run, filled.Node, answer => answer with { Memory = filled.Memory }),
        MemoryRead read => With(run, read.Node, answer => answer with { Memory = answer.Memory! with { Read = read.Devices, CheckSeed = read.CheckSeed, ReadAt = read.At } }),
        ReportTaken taken => With(run, taken.Node, answer => answer with { Report = taken.Digest, BootId = taken.BootId, Outputs = taken.Outputs, ReportedAt = taken.At }),
        OutputArrived arrived => run with
        {
            Answers = [.. run.Answers.Select(answer => answer.Outputs.Any(output => output.Sha256 == arrived.Sha256) && !answer.Arrived.Contains(arrived.Sha256)
                ? answer with { Arrived = answer.Arrived.Add(arrived.Sha256) }
                : answer)],
        },
        VerdictGiven given => With(run, given.Node, answer => answer with { Verdict = given.Verdict, Digits = given.Digits }),
        ReviewBegan => run with { Status = BenchmarkRunStatus.InReview },
        RunConcluded concluded => run with { Status = BenchmarkRunStatus.Concluded, Result = concluded.Result },
        RunExpired => run with { Status = BenchmarkRunStatus.Expired },
        _ => throw new InvalidOperationException($"{fact.GetType().Name} is no fact of a challenge."),
    };

    private static Decision<BenchmarkRunFact> Closing(BenchmarkRun run, Instant now, params ImmutableArray<BenchmarkRunFact> verdicts)
    {
        var after = verdicts.Aggregate(run, Evolve);
        return after.Answers.Any(answer => answer.Verdict is null) ? Decision<BenchmarkRunFact>.Of(verdicts)
            : after.Answers.Any(answer => answer.Verdict!.Outcome == NodeOutcome.InReview)
                ? Decision<BenchmarkRunFact>.Of(run.Status == BenchmarkRunStatus.InReview ? verdicts : [.. verdicts, new ReviewBegan()])
            : Decision<BenchmarkRunFact>.Of([.. verdicts, new RunConcluded(VerificationLevels.ResultOf(after, now))]);
    }

    private static BenchmarkRun With(BenchmarkRun run, NodeId node, Func<NodeAnswer, NodeAnswer> change) => run with
    {
        Answers = [.. run.Answers.Select(answer => answer.Node == node ? change(answer) : answer)],
    };

    private static Refusal? Refuse(BenchmarkRun? run, NodeId node) =>
        run is null ? Refusal.Of(BenchmarkRunRefusal.NotFound, "There is no such challenge.")
        : run.AnswerOf(node) is null ? Refusal.Of(BenchmarkRunRefusal.NodeNotChallenged, $"{node} is not among the {run.Answers.Length} of {run.Population} nodes drawn for {run.Id}.")
        : run.Status is not (BenchmarkRunStatus.Waiting or BenchmarkRunStatus.Issued) ? Over(run)
        : null;

    private static Refusal? Refuse(BenchmarkRun? run, NodeId node, BenchmarkRunId named, string nonce) =>
        Refuse(run, node)
        ?? (run!.Challenge is null ? Refusal.Of(BenchmarkRunRefusal.NotIssued, $"{run.Id} waits for the first node to ask for it.")
            : named != run.Id || nonce != run.Challenge.Nonce ? Refusal.Of(BenchmarkRunRefusal.NonceForeign, $"It answers {named} under another nonce than the one {run.Id} gave out.", "nonce")
            : null);

    private static bool Fits(ReportedOutput output) =>
        output.Bytes is > 0 and <= LongestOutput && output.Sha256.Length == Challenge.NonceLength && output.Sha256.All(char.IsAsciiHexDigitLower)
        && output.Kind == OutputKind.ToolOutput == output.Tool is not null && output.Device is null or { Length: > 0 and <= 8 };

    private static string Left(BenchmarkRun run, NodeAnswer answer) =>
        run.Challenge is null ? "The node never asked for the challenge."
        : answer.Commitments.IsEmpty ? "The node committed to no work in time. Its agent has to run, be enrolled and reach the marketplace."
        : answer.Report is null ? "The node sent no report in time."
        : $"{answer.Outputs.Count(output => !answer.Arrived.Contains(output.Sha256))} of {answer.Outputs.Length} outputs it named did not come in time.";

    private static Refusal Over(BenchmarkRun run) => Refusal.Of(BenchmarkRunRefusal.Over, $"{run.Id} is {run.Status.Spelled()}.");

    private static Refusal Late(string what, Instant by) => Refusal.Of(BenchmarkRunRefusal.Late, $"{what} until {by}, on the marketplace's clock.");
}
