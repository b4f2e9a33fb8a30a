using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Verification;

/// <summary>The proof of memory: filled, asked, read.</summary>
public static partial class BenchmarkRunDecisions
{
    /// <summary>
    /// Takes that a node's memory is filled, and asks it to read. The same message again is asked the same; a later one, as of an
    /// agent that was cut short, something new.
    /// </summary>
    public static Decision<BenchmarkRunFact> Decide(BenchmarkRun? run, FillMemory command)
    {
        var body = command.Body;
        if (Refuse(run, body.NodeId, body.RunId, body.Nonce) is { } refusal)
        {
            return refusal;
        }

        var answer = run!.AnswerOf(body.NodeId)!;
        var known = answer.Memory;
        return run.Challenge!.Memory is null ? Refusal.Of(BenchmarkRunRefusal.MemoryNotAsked, $"{run.Id} asks for no memory.")
            : answer.Commitments.IsEmpty ? Refusal.Of(BenchmarkRunRefusal.NotCommitted, $"{body.NodeId} has committed to nothing.")
            : known?.Sequence == body.Sequence ? Decision<BenchmarkRunFact>.Nothing
            : answer.Report is not null ? Refusal.Of(BenchmarkRunRefusal.ReportedOtherwise, $"{body.NodeId} reported at {answer.ReportedAt}.")
            : known is { Read.IsEmpty: false } ? Refusal.Of(BenchmarkRunRefusal.MemoryReadOtherwise, $"{body.NodeId} read its memory at {known.ReadAt}.")
            : command.RealNow > run.Challenge.AnswerBy ? Late("Memory was shown", run.Challenge.AnswerBy)
            : body.Devices.IsEmpty || body.Devices.Distinct().Count() != body.Devices.Length || body.Devices.Except(Challenge.DevicesOf(run.GpusPerNode)).Any()
                ? Refusal.Of(BenchmarkRunRefusal.MemoryDevicesWrong, $"A node of this pool has the devices {string.Join(", ", Challenge.DevicesOf(run.GpusPerNode))}.", "devices")
            : known?.Fills >= MemoryAnswer.MostFills ? Refusal.Of(BenchmarkRunRefusal.MemoryFillsSpent, $"{body.NodeId} filled its memory {known.Fills} times and read none of it.")
            : new MemoryFilled(body.NodeId, new MemoryAnswer(body.Sequence, body.Devices, command.Seed, command.RealNow, (known?.Fills ?? 0) + 1));
    }

    /// <summary>Takes the digests of the words a node read. How long it took is judged with the report.</summary>
    public static Decision<BenchmarkRunFact> Decide(BenchmarkRun? run, ReadMemory command)
    {
        var body = command.Body;
        if (Refuse(run, body.NodeId, body.RunId, body.Nonce) is { } refusal)
        {
            return refusal;
        }

        var answer = run!.AnswerOf(body.NodeId)!;
        return answer.Memory is not { } memory ? Refusal.Of(BenchmarkRunRefusal.MemoryNotFilled, $"{body.NodeId} has not said that its memory is filled.")
            : !memory.Read.IsEmpty ? memory.Read.SequenceEqual(body.Devices)
                ? Decision<BenchmarkRunFact>.Nothing
                : Refusal.Of(BenchmarkRunRefusal.MemoryReadOtherwise, $"{body.NodeId} read its memory at {memory.ReadAt}.")
            : command.RealNow < memory.AskedAt ? Refusal.Of(BenchmarkRunRefusal.MemoryNotFilled, $"The words came at {command.RealNow}, and were asked for at {memory.AskedAt}.")
            : answer.Report is not null ? Refusal.Of(BenchmarkRunRefusal.ReportedOtherwise, $"{body.NodeId} reported at {answer.ReportedAt}.")
            : command.RealNow > run.Challenge!.AnswerBy ? Late("Memory was shown", run.Challenge.AnswerBy)
            : !body.Devices.Select(device => device.Device).SequenceEqual(memory.Devices) || body.Devices.Any(device => device.Sha256.Length != Challenge.NonceLength || !device.Sha256.All(char.IsAsciiHexDigitLower))
                ? Refusal.Of(BenchmarkRunRefusal.MemoryDevicesWrong, $"The devices {string.Join(", ", memory.Devices)} hold memory, in this order; each is named with 64 hexadecimal digits.", "devices")
            : new MemoryRead(body.NodeId, body.Devices, command.CheckSeed, command.RealNow);
    }
}
