using System.Collections.Immutable;

namespace Marketplace.Domain.Verification.Tools;

/// <summary>A tool that operators already have, whose raw output is evidence.</summary>
public enum Tool
{
    /// <summary><c>nvidia-smi -q -x</c>: inventory and state of NVIDIA GPUs, XML of the schemas v11 to v13.</summary>
    NvidiaSmi,

    /// <summary><c>rocm-smi -a --json</c>: inventory and state of AMD GPUs.</summary>
    RocmSmi,

    /// <summary><c>dcgmi diag -r N -j</c>: NVIDIA's diagnostic, old and new keys.</summary>
    DcgmDiag,

    /// <summary>nccl-tests or rccl-tests: collective bandwidth between GPUs.</summary>
    NcclTests,

    /// <summary>nvbandwidth, as text or with <c>-j</c>: copy bandwidth between host and devices.</summary>
    Nvbandwidth,

    /// <summary>gpu-burn: sustained arithmetic with result checks.</summary>
    GpuBurn,

    /// <summary>High-Performance Linpack.</summary>
    Hpl,

    /// <summary>STREAM on the CPU: sustained main-memory bandwidth.</summary>
    Stream,

    /// <summary>SuperBench's gpu_stream: sustained device-memory bandwidth.</summary>
    GpuStream,

    /// <summary>CUDA's bandwidthTest.</summary>
    CudaBandwidth,

    /// <summary>A GEMM sweep that prints <c>key=value</c> lines: achieved arithmetic with an error against a reference.</summary>
    GemmSweep,

    /// <summary>perftest's ib_write_bw and its siblings: bandwidth of one network port.</summary>
    RdmaBandwidth,

    /// <summary>MLPerf LoadGen's <c>mlperf_log_summary.txt</c>.</summary>
    MlperfSummary,

    /// <summary>MLPerf's system description, JSON.</summary>
    MlperfSystem,

    /// <summary><c>fio --output-format=json</c>: storage.</summary>
    Fio,

    /// <summary><c>iperf3 --json</c>: network throughput.</summary>
    Iperf3,

    /// <summary>The kernel's log: Xid errors of NVIDIA's driver.</summary>
    KernelLog,
}

/// <summary>What a tool itself says of its run.</summary>
public enum ToolVerdict
{
    /// <summary>It only reads state, or it judges nothing.</summary>
    None,

    /// <summary>Every check it made held.</summary>
    Passed,

    /// <summary>It ran, but what it left out is too much to call it a pass.</summary>
    Inconclusive,

    /// <summary>A check failed.</summary>
    Failed,
}

/// <summary>The unit of a <see cref="Measure"/>.</summary>
public enum MeasureUnit
{
    /// <summary>10^9 bytes a second.</summary>
    GigabytesPerSecond,

    /// <summary>10^9 bits a second.</summary>
    GigabitsPerSecond,

    /// <summary>10^12 floating-point operations a second.</summary>
    Teraflops,

    /// <summary>Tokens a second.</summary>
    TokensPerSecond,

    /// <summary>Samples a second.</summary>
    SamplesPerSecond,

    /// <summary>Operations a second.</summary>
    OperationsPerSecond,

    /// <summary>10^-6 s.</summary>
    Microseconds,

    /// <summary>A number without a unit.</summary>
    Count,
}

/// <summary>One figure of a tool's output.</summary>
/// <param name="Name">What was measured, in the tool's own words, such as <c>busbw</c> or <c>host_to_device_memcpy_ce</c>.</param>
/// <param name="Value">The figure, as printed.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Gpu">Index of the GPU it is of; null when it is of all together or of none.</param>
/// <param name="Bytes">Size of the message or buffer it was measured with; null where there is none.</param>
public sealed record Measure(string Name, decimal Value, MeasureUnit Unit, int? Gpu = null, long? Bytes = null);

/// <summary>What a tool says of one GPU. What it does not know, or hides, is null.</summary>
public sealed record GpuReading
{
    /// <summary>Position in the output, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Marketing name as printed.</summary>
    public string? Model { get; init; }

    /// <summary>The driver's lasting id of the device.</summary>
    public string? Uuid { get; init; }

    /// <summary>Board serial number.</summary>
    public string? Serial { get; init; }

    /// <summary>PCI address, <c>domain:bus:device.function</c> in lower case.</summary>
    public string? PciAddress { get; init; }

    /// <summary>PCI device id, four hexadecimal digits in lower case.</summary>
    public string? PciDeviceId { get; init; }

    /// <summary>Version of the video BIOS.</summary>
    public string? Vbios { get; init; }

    /// <summary>Device memory, MiB.</summary>
    public long? MemoryMebibytes { get; init; }

    /// <summary>Power drawn now, W.</summary>
    public decimal? PowerDrawWatts { get; init; }

    /// <summary>Power limit in force, W.</summary>
    public decimal? PowerLimitWatts { get; init; }

    /// <summary>Highest limit that may be set, W.</summary>
    public decimal? MostPowerWatts { get; init; }

    /// <summary>Clock of the multiprocessors now, MHz.</summary>
    public int? ClockMegahertz { get; init; }

    /// <summary>Highest clock of the multiprocessors, MHz.</summary>
    public int? MostClockMegahertz { get; init; }

    /// <summary>Temperature of the core, °C.</summary>
    public decimal? TemperatureCelsius { get; init; }

    /// <summary>PCIe generation now.</summary>
    public int? PcieGeneration { get; init; }

    /// <summary>Highest PCIe generation of the link.</summary>
    public int? MostPcieGeneration { get; init; }

    /// <summary>PCIe lanes now.</summary>
    public int? PcieWidth { get; init; }

    /// <summary>PCIe lanes the device could use.</summary>
    public int? MostPcieWidth { get; init; }

    /// <summary>Whether memory errors are corrected; null where the device cannot.</summary>
    public bool? EccEnabled { get; init; }

    /// <summary>Uncorrectable memory errors since the driver was loaded.</summary>
    public long? UncorrectableErrors { get; init; }

    /// <summary>Whether the device is cut into instances.</summary>
    public bool? IsPartitioned { get; init; }

    /// <summary>Reasons for which it runs below its clocks now, as the tool names them; idleness is none.</summary>
    public ImmutableArray<string> ThrottleReasons { get; init; } = [];
}

/// <summary>One kernel message of NVIDIA's driver about a GPU.</summary>
/// <param name="Code">Xid number.</param>
/// <param name="PciAddress">PCI address of the GPU, in lower case.</param>
/// <param name="Text">What follows the number.</param>
public sealed record XidError(int Code, string PciAddress, string Text);

/// <summary>A tool's raw output, understood as a whole. A summary written by anybody else is never taken in its place.</summary>
/// <param name="Tool">Which tool.</param>
/// <param name="Verdict">What the tool itself concluded.</param>
public sealed record ToolReading(Tool Tool, ToolVerdict Verdict)
{
    /// <summary>Version of the tool, driver or schema as printed; null where it prints none.</summary>
    public string? Version { get; init; }

    /// <summary>Every GPU it names, in its order.</summary>
    public ImmutableArray<GpuReading> Gpus { get; init; } = [];

    /// <summary>Every figure, in its order.</summary>
    public ImmutableArray<Measure> Measures { get; init; } = [];

    /// <summary>Kernel messages about GPUs.</summary>
    public ImmutableArray<XidError> Xids { get; init; } = [];

    /// <summary>Failures, skipped parts and warnings, in the tool's words.</summary>
    public ImmutableArray<string> Remarks { get; init; } = [];
}

/// <summary>Why an output could not be understood.</summary>
/// <param name="Line">Line, from 1; null when the output as a whole is wrong.</param>
/// <param name="Reason">What is wrong, and what was expected.</param>
public sealed record ToolFault(int? Line, string Reason);

/// <summary>An output understood as a whole, or the first reason why it was not. There is no half.</summary>
public sealed record ToolResult
{
    private ToolResult()
    {
    }

    /// <summary>What was read; null with a <see cref="Fault"/>.</summary>
    public ToolReading? Reading { get; private init; }

    /// <summary>What is wrong; null with a <see cref="Reading"/>.</summary>
    public ToolFault? Fault { get; private init; }

    /// <summary>A success.</summary>
    public static implicit operator ToolResult(ToolReading reading) => new() { Reading = reading };

    /// <summary>A failure.</summary>
    public static implicit operator ToolResult(ToolFault fault) => new() { Fault = fault };
}
