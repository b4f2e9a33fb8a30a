using System.Collections.Immutable;
using Marketplace.Domain.Verification.Tools;

namespace Marketplace.Domain.Verification;

/// <summary>Looks at devices: which there are, whether they are elsewhere too, and what state they are in.</summary>
internal static class DeviceCheck
{
    /// <summary>Highest power limit over the rated power that no variant of a model has.</summary>
    private const decimal MostPower = 1.35m;
    private const decimal LeastPower = 0.85m;

    private static readonly ImmutableArray<string> Ordinary = ["sw_power_cap", "sw_thermal_slowdown", "applications_clocks_setting", "sync_boost", "display_clocks_setting"];

    public static IEnumerable<Finding> Inventory(ReportCase given, ImmutableArray<OutputReading> readings)
    {
        var model = given.Model;
        var report = given.Report;
        if (report.Gpus.Length != given.Run.GpusPerNode)
        {
            yield return Reject($"The node shows {report.Gpus.Length} GPUs; nodes of this pool have {given.Run.GpusPerNode}.");
        }

        var inventories = readings.Where(reading => reading.Tool is Tool.NvidiaSmi or Tool.RocmSmi).ToList();
        if (inventories.Count == 0)
        {
            yield return new Finding(FindingKind.Inventory, FindingWeight.Reject, "No inventory came: add the output of nvidia-smi -q -x or rocm-smi -a --json.");
        }

        foreach (var inventory in inventories)
        {
            var found = inventory.Reading.Gpus;
            if (!found.Select(gpu => (gpu.Uuid, gpu.Serial)).Order().SequenceEqual(report.Gpus.Select(gpu => (gpu.Uuid, gpu.Serial)).Order()))
            {
                yield return Reject($"The GPUs the report names are not those in the output of {inventory.Tool}.");
            }

            foreach (var finding in ModelDevices.Look(model, found))
            {
                yield return finding;
            }

            foreach (var gpu in found.Where(gpu => gpu.MemoryMebibytes is { } memory && !ModelNames.FitsMemory(model, memory)).Take(1))
            {
                yield return new Finding(FindingKind.Memory, FindingWeight.Reject, $"GPU {gpu.Index} has {gpu.MemoryMebibytes} MiB of memory; a {model.Name} has {model.Gpu!.MemoryGigabytes} GB.", gpu.MemoryMebibytes, model.Gpu.MemoryGigabytes * 1024);
            }
        }

        foreach (var reading in readings)
        {
            if (reading.Reading.Gpus.FirstOrDefault(gpu => gpu.Model is { } name && !ModelNames.Fits(model, name)) is { } other)
            {
                yield return Reject($"{reading.Tool} ran on a {other.Model}; this pool is offered as {model.Vendor} {model.Name}.");
            }

            var uuids = reading.Reading.Gpus.Select(gpu => gpu.Uuid).OfType<string>().ToList();
            if (uuids.Except(report.Gpus.Select(gpu => gpu.Uuid)).FirstOrDefault() is { } stranger)
            {
                yield return Reject($"{reading.Tool} ran on GPU {stranger}, which this node does not name as its own.");
            }
        }

        if (report.Gpus.Any(gpu => gpu.Uuid is null && gpu.Serial is null))
        {
            yield return Reject("A GPU has neither UUID nor serial number, so nobody can tell whether it is offered twice.");
        }

        foreach (var difference in report.Machine.Differences ?? [])
        {
            yield return new Finding(FindingKind.Inventory, FindingWeight.Review, $"Sources on the node disagree: {(difference.Length <= 300 ? difference : difference[..300])}");
        }

        static Finding Reject(string detail) => new(FindingKind.Inventory, FindingWeight.Reject, detail);
    }

    public static IEnumerable<Finding> Uniqueness(ReportCase given)
    {
        foreach (var clash in given.Clashes.Where(clash => !clash.IsOutput))
        {
            yield return Reject(clash.IsBoot
                ? $"The boot id {clash.Identity["boot:".Length..]} is {clash.Elsewhere}: one machine answered for two nodes. If it is a node registered anew, take the old one out, or start the machine again."
                : $"{clash.Identity} is {clash.Elsewhere}. A device is offered in one place; if it moved, take it out there first.");
        }

        foreach (var twice in given.Report.Gpus.SelectMany(gpu => new[] { gpu.Uuid, gpu.Serial }).OfType<string>().GroupBy(identity => identity).Where(group => group.Count() > 1))
        {
            yield return Reject($"{twice.Key} stands for {twice.Count()} GPUs of this node.");
        }

        foreach (var other in given.Run.Answers.Where(answer => answer.Node != given.Report.NodeId && answer.Report is not null))
        {
            if (other.BootId == given.Report.Machine.BootId)
            {
                yield return Reject($"{other.Node} reported the same boot id for this challenge: one machine answered for two nodes.");
            }
        }

        static Finding Reject(string detail) => new(FindingKind.Uniqueness, FindingWeight.Reject, detail);
    }

    public static IEnumerable<Finding> State(ReportCase given, ImmutableArray<OutputReading> readings)
    {
        var rated = given.Model.PowerWatts;
        foreach (var gpu in readings.SelectMany(reading => reading.Reading.Gpus))
        {
            if (gpu.MostPowerWatts > rated * MostPower)
            {
                yield return new Finding(FindingKind.Power, FindingWeight.Review, $"GPU {gpu.Index} may draw {ModelBands.Shown(gpu.MostPowerWatts.Value)} W; a {given.Model.Name} is rated {rated} W.", gpu.MostPowerWatts, rated);
            }

            if (gpu.PowerLimitWatts < rated * LeastPower)
            {
                yield return new Finding(FindingKind.Power, FindingWeight.Downgrade, $"GPU {gpu.Index} is limited to {ModelBands.Shown(gpu.PowerLimitWatts.Value)} W; a {given.Model.Name} is rated {rated} W. Lift the limit and test again.", gpu.PowerLimitWatts, rated);
            }

            if (gpu.ThrottleReasons.Except(Ordinary).FirstOrDefault() is { } reason)
            {
                yield return new Finding(FindingKind.Power, FindingWeight.Downgrade, $"GPU {gpu.Index} is slowed down: {reason}.");
            }

            if (gpu.PcieWidth < gpu.MostPcieWidth)
            {
                yield return new Finding(FindingKind.Interconnect, FindingWeight.Downgrade, $"GPU {gpu.Index} uses {gpu.PcieWidth} of {gpu.MostPcieWidth} PCIe lanes.", gpu.PcieWidth, gpu.MostPcieWidth);
            }

            if (gpu.UncorrectableErrors > 0)
            {
                yield return new Finding(FindingKind.Health, FindingWeight.Downgrade, $"GPU {gpu.Index} had {gpu.UncorrectableErrors} uncorrectable memory errors since its driver was loaded.", gpu.UncorrectableErrors, 0);
            }

            if (gpu.IsPartitioned == true)
            {
                yield return new Finding(FindingKind.Inventory, FindingWeight.Downgrade, $"GPU {gpu.Index} is cut into instances; switch MIG off.");
            }
        }

        foreach (var reading in readings)
        {
            foreach (var xid in reading.Reading.Xids.DistinctBy(xid => xid.Code))
            {
                yield return new Finding(FindingKind.Health, FindingWeight.Downgrade, $"The kernel reported Xid {xid.Code} of the GPU at {xid.PciAddress}.");
            }

            if (reading.Reading.Verdict is ToolVerdict.Failed or ToolVerdict.Inconclusive)
            {
                var failed = reading.Reading.Verdict == ToolVerdict.Failed;
                var remarks = string.Join(" ", reading.Reading.Remarks.Take(3));
                yield return new Finding(FindingKind.Health, failed ? FindingWeight.Reject : FindingWeight.Downgrade, $"{reading.Tool} {(failed ? "failed" : "left out too much to be a pass")}. {(remarks.Length <= 400 ? remarks : remarks[..400])}");
            }
        }
    }
}
