using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Domain.Verification.Work;

namespace Marketplace.Domain.Verification;

/// <summary>Looks whether every device held the memory that the challenge asked for.</summary>
internal static class HeldMemoryCheck
{
    /// <summary>What was found, the memory each device was shown to hold in GB, and the seconds its reads took.</summary>
    public static (ImmutableArray<Finding> Findings, decimal? Shown, decimal? Seconds) Look(ReportCase given)
    {
        var challenge = given.Run.Challenge!;
        if (challenge.Memory is not { } terms)
        {
            return ([], null, null);
        }

        var gigabytes = Math.Round(terms.Bytes / 1_000_000_000m, 1);
        var memory = given.Answer.Memory;
        var silent = Challenge.DevicesOf(given.Run.GpusPerNode).Except(memory?.Devices ?? []).ToList();
        if (silent.Count > 0)
        {
            return ([Downgrade($"Memory was not shown of {Named(silent)}: {Shown(gigabytes)} GB of each have to be free, and within reach of CUDA. Stop what holds them and test again.")], null, null);
        }

        if (memory is not { ReadAt: { } readAt, CheckSeed: { } seed })
        {
            return ([Downgrade("The node said that its memory is filled, and did not read it as it was asked.")], null, null);
        }

        var seconds = Math.Round((decimal)(readAt - memory.AskedAt).TotalSeconds, 3);
        var question = new MemoryQuestion(memory.Seed);
        var wrong = memory.Read.Select(device => Fault(given, question, seed, device)).OfType<Finding>().ToImmutableArray();
        return !wrong.IsEmpty ? (wrong, null, seconds)
            : readAt < memory.AskedAt ? ([Downgrade("The words that were read came before they were asked for.")], null, seconds)
            : readAt - memory.AskedAt > MemoryTerms.Limit
                ? ([Downgrade($"Reading the memory took {Shown(seconds)} s; who holds it needs less than {Shown((decimal)MemoryTerms.Limit.TotalSeconds)} s, network included. If the network was slow, test again.", seconds, (decimal)MemoryTerms.Limit.TotalSeconds)], null, seconds)
            : ([], gigabytes, seconds);
    }

    private static Finding? Fault(ReportCase given, MemoryQuestion question, string seed, DeviceReads device)
    {
        if (!given.Report.Outputs.Any(output => output.Kind == OutputKind.MemoryWords && output.Sha256 == device.Sha256))
        {
            return Reject($"Device {device.Device} committed to the words it read from its memory and did not send them.");
        }

        var challenge = given.Run.Challenge!.MemoryOf(given.Report.NodeId, device.Device)!;
        return MemoryCheck.Verify(challenge, question, seed, given.Outputs[device.Sha256].AsSpan()) switch
        {
            null => null,
            MemoryFault.WrongLength => Reject($"Device {device.Device} sent other than {challenge.Reads} words of its memory."),
            _ => Reject($"Device {device.Device}: a word is not what stands in the memory of this challenge: it was not held, or is another device's."),
        };
    }

    private static string Named(List<string> devices) => devices.Count == 1 ? $"device {devices[0]}" : $"the devices {string.Join(", ", devices)}";

    private static string Shown(decimal value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static Finding Reject(string detail) => new(FindingKind.Memory, FindingWeight.Reject, detail);

    private static Finding Downgrade(string detail, decimal? measured = null, decimal? expected = null) => new(FindingKind.Memory, FindingWeight.Downgrade, detail, measured, expected);
}
