using System.Collections.Immutable;
using Marketplace.Agent.Inventory;
using Marketplace.Domain.Verification.Tools;

namespace Marketplace.Agent.Tests.Inventory;

/// <summary>Every source is asked, what contradicts is kept and shown, and what is missing is named.</summary>
public sealed class InventoryTakerTests
{
    private const string Gpu0 = "gpu 0000:18:00.0";

    [Fact]
    public async Task A_gpu_is_one_subject_whatever_way_its_address_is_written()
    {
        using var node = Whole();

        var taken = await Take(node);

        var uuid = taken.Properties.Single(property => property is { Subject: Gpu0, Name: "uuid" });
        Assert.Equal(["/proc/driver/nvidia", "nvidia-smi", "nvidia-smi nvlink"], uuid.Claims.Select(claim => claim.Source));
        Assert.False(uuid.Disagrees);
        Assert.Equal(["/sys/bus/pci/devices", "lspci", "nvidia-smi"], Claims(taken, Gpu0, "pciDeviceId").Select(claim => claim.Source));
        Assert.Equal("18", taken.Value(Gpu0, "nvlinks"));
        Assert.Equal("478.116", taken.Value(Gpu0, "nvlinkGigabytesPerSecond"));
        Assert.Equal(8, taken.Properties.Select(property => property.Subject).Distinct().Count(subject => subject.StartsWith("gpu ", StringComparison.Ordinal)));
        Assert.Empty(taken.Disagreements);
    }

    [Fact]
    public async Task Sources_that_contradict_are_all_kept()
    {
        using var node = Whole();
        node.WriteFile("/proc/driver/nvidia/gpus/0000:18:00.0/information", "Model: \t\t NVIDIA GeForce RTX 4090\nGPU UUID: \t " + ToolTexts.Uuid(7) + "\n");
        node.WriteFile("/proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.54.03  Tue Jun  6 22:20:39 UTC 2023\n");

        var taken = await Take(node);

        Assert.Equal(
            [$"{Gpu0} model", $"{Gpu0} uuid", "node nvidiaDriver"],
            taken.Disagreements.Select(property => $"{property.Subject} {property.Name}"));
        Assert.Equal(["NVIDIA GeForce RTX 4090", ToolTexts.Model], Claims(taken, Gpu0, "model").Select(claim => claim.Value));
    }

    [Fact]
    public async Task A_gpu_that_a_tool_hides_is_missed_in_the_count()
    {
        using var node = Whole().WriteTool("nvidia-smi", ToolTexts.NvidiaSmi(gpus: 7));

        var count = (await Take(node)).Properties.Single(property => property is { Subject: "node", Name: "nvidiaGpus" });

        Assert.True(count.Disagrees);
        Assert.Equal(["8", "7"], count.Claims.Where(claim => claim.Source is "lspci" or "nvidia-smi").Select(claim => claim.Value));
    }

    [Fact]
    public async Task Raw_outputs_are_kept_under_their_digest_and_read_the_same_again()
    {
        using var node = Whole();

        var raw = Assert.Single((await Take(node)).Raw, raw => raw.Tool == Tool.NvidiaSmi);

        Assert.Equal(ToolTexts.NvidiaSmi(), node.AgentFolder.Raw(raw.Digest));
        Assert.Null(raw.Fault);
        File.AppendAllText(node.AgentFolder.FileOf("raw", raw.Digest), " ");
        Assert.Null(node.AgentFolder.Raw(raw.Digest));
    }

    [Fact]
    public async Task A_bare_machine_names_every_tool_it_lacks_and_how_to_get_it()
    {
        using var node = new FakeNode();
        var bare = new Marketplace.Agent.Machines.Machine(node.Root, node.Tools);

        var taken = await new InventoryTaker(bare, node.AgentFolder, TimeProvider.System).TakeAsync([], cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(["dmidecode", "lspci", "nvidia-smi", "rocm-smi", "dcgmi"], taken.Missing.Select(missing => missing.Source));
        Assert.All(taken.Missing, missing => Assert.Contains("package", missing.HowToGet, StringComparison.Ordinal));
        Assert.Empty(taken.Raw);
    }

    [Fact]
    public async Task A_tool_that_prints_nonsense_is_said_to()
    {
        using var node = Whole().WriteTool("nvidia-smi", "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", exitCode: 9);

        var raw = Assert.Single((await Take(node)).Raw, raw => raw.Tool == Tool.NvidiaSmi);

        Assert.Equal("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. (it ended with 9)", raw.Fault);
    }

    [Fact]
    public async Task The_machine_is_described_from_kernel_and_firmware()
    {
        using var node = Whole();

        var taken = await Take(node);

        Assert.Equal("AMD EPYC 9654", taken.Value("node", "cpu"));
        Assert.Equal(("2", "2", "4"), (taken.Value("node", "cpuSockets"), taken.Value("node", "cpuCores"), taken.Value("node", "cpuThreads")));
        Assert.Equal("false", taken.Value("node", "hypervisor"));
        Assert.Equal("1056558640", taken.Value("node", "memoryKibibytes"));
        Assert.Equal(["SN-4711", "SN-4711"], Claims(taken, "node", "serial").Select(claim => claim.Value));
        Assert.Null(taken.Value("node", "chassisSerial"));
        Assert.Equal("400 Gb/sec (4X NDR)", taken.Value("rdma mlx5_0 port 1", "rate"));
    }

    [Fact]
    public async Task Amd_cards_are_read_through_rocm_smi_and_the_kernel()
    {
        using var node = new FakeNode()
            .WriteTool("rocm-smi", """{"card0":{"Card series":"AMD Instinct MI300X","GPU ID":"0x74a1","Unique ID":"0x7a1c","PCI Bus":"0000:05:00.0","VRAM Total Memory (B)":"205822885888","Max Graphics Package Power (W)":"750.0"},"system":{"Driver version":"6.8.5"}}""");
        foreach (var (file, text) in new[] { ("class", "0x120000"), ("vendor", "0x1002"), ("device", "0x74a1"), ("mem_info_vram_total", "205822885888") })
        {
            node.WriteFile($"/sys/bus/pci/devices/0000:05:00.0/{file}", text + "\n");
        }

        var taken = await Take(node);

        Assert.Equal(["196288", "196288"], Claims(taken, "gpu 0000:05:00.0", "memoryMebibytes").Select(claim => claim.Value));
        Assert.Equal("AMD Instinct MI300X", taken.Value("gpu 0000:05:00.0", "model"));
    }

    private static ImmutableArray<Claim> Claims(NodeInventory taken, string subject, string name) =>
        taken.Properties.Single(property => property.Subject == subject && property.Name == name).Claims;

    private static Task<NodeInventory> Take(FakeNode node) =>
        new InventoryTaker(node.Machine, node.AgentFolder, TimeProvider.System).TakeAsync([], cancellation: TestContext.Current.CancellationToken);

    /// <summary>Two sockets, eight H100, one InfiniBand port; every tool present but AMD's and DCGM.</summary>
    private static FakeNode Whole()
    {
        var node = new FakeNode()
            .WriteScript("nvidia-smi", "if [ \"$1\" = nvlink ]; then cat \"$(dirname \"$0\")/nvlink.txt\"; else cat \"$(dirname \"$0\")/query.xml\"; fi\n")
            .WriteTool("lspci", ToolTexts.Lspci())
            .WriteTool("dmidecode", "BIOS Information\n\tVendor: American Megatrends\n\tVersion: 1.4b\n\nSystem Information\n\tManufacturer: Supermicro\n\tProduct Name: SYS-821GE\n\tSerial Number: SN-4711\n\nChassis Information\n\tSerial Number: To Be Filled By O.E.M.\n")
            .WriteFile("/proc/meminfo", "MemTotal:       1056558640 kB\nMemFree: 1 kB\n")
            .WriteFile("/proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.124.06  Release Build\n")
            .WriteFile("/sys/class/dmi/id/product_serial", "SN-4711\n")
            .WriteFile("/sys/class/dmi/id/chassis_serial", "To Be Filled By O.E.M.\n")
            .WriteFile("/sys/class/infiniband/mlx5_0/ports/1/rate", "400 Gb/sec (4X NDR)\n")
            .WriteFile("/proc/cpuinfo", string.Concat(Enumerable.Range(0, 4).Select(cpu => $"processor\t: {cpu}\nmodel name\t: AMD EPYC 9654\nphysical id\t: {cpu % 2}\ncore id\t: 0\nflags\t\t: fpu avx2\n\n")));
        File.WriteAllText(Path.Combine(node.Tools, "nvlink.txt"), ToolTexts.NvLink());
        File.WriteAllText(Path.Combine(node.Tools, "query.xml"), ToolTexts.NvidiaSmi());
        for (var gpu = 0; gpu < 8; gpu++)
        {
            var device = $"/sys/bus/pci/devices/{ToolTexts.Address(gpu)}";
            node.WriteFile($"{device}/class", "0x030200\n").WriteFile($"{device}/vendor", "0x10de\n").WriteFile($"{device}/device", "0x2330\n").WriteFile($"{device}/current_link_width", "16\n");
            node.WriteFile($"/proc/driver/nvidia/gpus/{ToolTexts.Address(gpu)}/information", $"Model: \t\t {ToolTexts.Model}\nIRQ:   \t\t 12\nGPU UUID: \t {ToolTexts.Uuid(gpu)}\nVideo BIOS: \t 96.00.99.00.01\n");
        }

        return node;
    }
}
