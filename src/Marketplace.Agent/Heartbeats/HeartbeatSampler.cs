using System.Collections.Immutable;
using Marketplace.Agent.Machines;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Tools;
using NodaTime;

namespace Marketplace.Agent.Heartbeats;

/// <summary>Looks at the GPUs and at the kernel's log for one beat. What cannot be looked at is left out, never guessed.</summary>
/// <param name="machine">Where.</param>
/// <param name="folder">Remembers what was told.</param>
/// <param name="time">Dates beats.</param>
internal sealed class HeartbeatSampler(Machine machine, AgentFolder folder, TimeProvider time)
{
    // A beat that comes late counts as an outage: tools that hang must not hold it up.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly XidLog _xids = new(folder);

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
        var isNoneSeen = false;
        foreach (var (tool, name, arguments) in new[] { (Tool.NvidiaSmi, "nvidia-smi", new[] { "-q", "-x" }), (Tool.RocmSmi, "rocm-smi", ["-a", "--json"]) })
        {
            if (machine.Find(name) is not { } executable)
            {
                continue;
            }

            var run = await machine.RunAsync(executable, arguments, Patience, cancellation: cancellation).ConfigureAwait(false);
            if (ToolOutput.Read(tool, run.Output).Reading is { } reading)
            {
                return [.. reading.Gpus.Select(gpu => new GpuSample(
                    gpu.Index, gpu.TemperatureCelsius, gpu.ThrottleReasons.Any(IsThrottle), gpu.PcieWidth, gpu.MostPcieWidth, gpu.UncorrectableErrors))];
            }

            // A GPU that fell off the bus makes nvidia-smi give up on all of them: it looked, and none can be seen.
            isNoneSeen |= run is { End: ToolEnd.Ended, ExitCode: not 0 };
        }

        return isNoneSeen ? [] : null;
    }

    // A cap on power, settings of the operator's and waiting for others slow a GPU as well, but are neither heat nor a fault: a GPU at full load
    // runs into its power limit all the time.
    private static bool IsThrottle(string reason) => reason is not ("applications_clocks_setting" or "display_clocks_setting" or "sync_boost" or "sw_power_cap");

    private async Task<ImmutableArray<XidSample>?> XidsAsync(CancellationToken cancellation)
    {
        if (machine.Find("dmesg") is not { } dmesg)
        {
            return null;
        }

        var run = await machine.RunAsync(dmesg, ["--kernel", "--nopager"], Patience, cancellation: cancellation).ConfigureAwait(false);
        return run.Succeeded && _xids.Take(BootId(machine), run.Output) is { } xids ? [.. xids.Select(xid => new XidSample(xid.Code, xid.PciAddress))] : null;
    }
}
