using System.Collections.Immutable;
using Marketplace.Agent.Machines;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Tools;
using NodaTime;

namespace Marketplace.Agent.Heartbeats;

/// <summary>Looks at the GPUs and at the kernel's log for one beat. What cannot be looked at is left out, never guessed.</summary>
/// <param name="machine">Where.</param>
/// <param name="time">Dates beats.</param>
internal sealed class HeartbeatSampler(Machine machine, TimeProvider time)
{
    // A beat that comes late counts as an outage: tools that hang must not hold it up.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Xid lines already told. The log is read from the boot on, as its lines have no lasting number.</summary>
    private int? _toldXids;

    /// <summary>Looks now.</summary>
    /// <returns>A beat that only lacks its number.</returns>
    public async Task<Func<long, Heartbeat>> SampleAsync(CancellationToken cancellation = default)
    {
        var gpus = await GpusAsync(cancellation).ConfigureAwait(false);
        var xids = await XidsAsync(cancellation).ConfigureAwait(false);
        var at = Instant.FromDateTimeOffset(time.GetUtcNow());
        return sequence => new Heartbeat(sequence, at, gpus, xids);
    }

    /// <summary>Boot id of the machine: another at every start.</summary>
    public static string BootId(Machine machine) => machine.ReadLine("/proc/sys/kernel/random/boot_id")
        ?? throw new AgentException(ExitCode.Unexpected, "The kernel tells no boot id (/proc/sys/kernel/random/boot_id): the agent runs on Linux.");

    private async Task<ImmutableArray<GpuSample>?> GpusAsync(CancellationToken cancellation)
    {
        foreach (var (tool, name, arguments) in new[] { (Tool.NvidiaSmi, "nvidia-smi", new[] { "-q", "-x" }), (Tool.RocmSmi, "rocm-smi", ["-a", "--json"]) })
        {
            if (machine.Find(name) is { } executable
                && await machine.RunAsync(executable, arguments, Patience, cancellation: cancellation).ConfigureAwait(false) is var run
                && ToolOutput.Read(tool, run.Output).Reading is { } reading)
            {
                return [.. reading.Gpus.Select(gpu => new GpuSample(
                    gpu.Index, gpu.TemperatureCelsius, gpu.ThrottleReasons.Any(IsThrottle), gpu.PcieWidth, gpu.MostPcieWidth, gpu.UncorrectableErrors))];
            }
        }

        return null;
    }

    // Settings of the operator's and waiting for others slow a GPU as well, but are neither heat nor a fault.
    private static bool IsThrottle(string reason) => reason is not ("applications_clocks_setting" or "sync_boost");

    private async Task<ImmutableArray<XidSample>?> XidsAsync(CancellationToken cancellation)
    {
        if (machine.Find("dmesg") is not { } dmesg)
        {
            return null;
        }

        var run = await machine.RunAsync(dmesg, ["--kernel", "--nopager"], Patience, cancellation: cancellation).ConfigureAwait(false);
        if (!run.Succeeded || ToolOutput.Read(Tool.KernelLog, run.Output).Reading is not { } log)
        {
            return null;
        }

        // The log is a ring: when it holds fewer than were told, the oldest fell out. The first look tells none: they are of before.
        var told = Math.Min(_toldXids ?? log.Xids.Length, log.Xids.Length);
        _toldXids = log.Xids.Length;
        return [.. log.Xids.Skip(told).Select(xid => new XidSample(xid.Code, xid.PciAddress))];
    }
}
