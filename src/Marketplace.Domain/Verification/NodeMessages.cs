using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Verification;

/// <summary>A node introduces itself and its key.</summary>
/// <param name="Token">The one-time token its operator was given for it.</param>
/// <param name="PublicKey">32 bytes of Ed25519, base64. The message is signed with this key.</param>
/// <param name="AgentVersion">Version of the program that speaks for the node.</param>
public sealed record NodeEnrolment(string Token, string PublicKey, string AgentVersion);

/// <summary>A node takes another key. The message carries two signatures: of the key in use, and of the new one.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="Sequence">Higher than that of every message before.</param>
/// <param name="PublicKey">The new key, 32 bytes, base64.</param>
public sealed record KeyRotation(NodeId NodeId, long Sequence, string PublicKey);

/// <summary>A node asks for the challenge it has to answer; when none is open, one is opened for its pool.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="Sequence">Higher than that of every message before.</param>
public sealed record ChallengeRequest(NodeId NodeId, long Sequence);

/// <summary>A node commits to the products it computed, before it learns which rows it has to open.</summary>
/// <param name="RunId">The challenge.</param>
/// <param name="NodeId">The node.</param>
/// <param name="Nonce">The challenge's nonce.</param>
/// <param name="Sequence">Higher than that of every message before.</param>
/// <param name="Devices">One for each GPU, or one for the CPU of a node without GPUs.</param>
public sealed record WorkCommitments(BenchmarkRunId RunId, NodeId NodeId, string Nonce, long Sequence, ImmutableArray<DeviceCommitment> Devices);

/// <summary>The product of one device.</summary>
/// <param name="Device"><c>cpu</c>, or a GPU's index in the node's inventory, decimal.</param>
/// <param name="Root">Root of the Merkle tree over the product's rows, 64 hexadecimal digits.</param>
public sealed record DeviceCommitment(string Device, string Root);

/// <summary>A node says that its devices hold the memory that the challenge asks for, all at once.</summary>
/// <param name="RunId">The challenge.</param>
/// <param name="NodeId">The node.</param>
/// <param name="Nonce">The challenge's nonce.</param>
/// <param name="Sequence">Higher than that of every message before. A later fill is asked a question of its own.</param>
/// <param name="Devices">Devices that hold it, as in <see cref="DeviceCommitment"/>; those that cannot are left out.</param>
public sealed record MemoryFills(BenchmarkRunId RunId, NodeId NodeId, string Nonce, long Sequence, ImmutableArray<string> Devices);

/// <summary>A node commits to the words it read.</summary>
/// <param name="RunId">The challenge.</param>
/// <param name="NodeId">The node.</param>
/// <param name="Nonce">The challenge's nonce.</param>
/// <param name="Sequence">Higher than that of every message before.</param>
/// <param name="Devices">One for each device that holds memory.</param>
public sealed record MemoryReads(BenchmarkRunId RunId, NodeId NodeId, string Nonce, long Sequence, ImmutableArray<DeviceReads> Devices);

/// <summary>The words one device read.</summary>
/// <param name="Device">The device.</param>
/// <param name="Sha256">SHA-256 of the words, 64 lower-case hexadecimal digits; the words are uploaded with the report.</param>
public sealed record DeviceReads(string Device, string Sha256);

/// <summary>What a node reports. Everything that counts is read again from the outputs it names.</summary>
/// <param name="RunId">The challenge.</param>
/// <param name="NodeId">The node.</param>
/// <param name="Nonce">The challenge's nonce.</param>
/// <param name="Sequence">Higher than that of every message before.</param>
/// <param name="AgentVersion">Version of the program that speaks for the node.</param>
/// <param name="Clock">The node's own clock.</param>
/// <param name="Machine">What tells this machine from others.</param>
/// <param name="Gpus">Every GPU it found, in the order of their indices.</param>
/// <param name="Outputs">What was run, by digest; the bytes are uploaded next.</param>
/// <param name="Figures">What the outputs come to in the node's reading; any that differs from the marketplace's is refused.</param>
public sealed record BenchmarkReport(
    BenchmarkRunId RunId,
    NodeId NodeId,
    string Nonce,
    long Sequence,
    string AgentVersion,
    ReportClock Clock,
    ReportedMachine Machine,
    ImmutableArray<ReportedGpu> Gpus,
    ImmutableArray<ReportedOutput> Outputs,
    ImmutableArray<ReportedFigure> Figures);

/// <summary>Readings of the node's clock.</summary>
/// <param name="ChallengeAt">When it got the challenge.</param>
/// <param name="StartedAt">When the first test started.</param>
/// <param name="FinishedAt">When the last one ended.</param>
/// <param name="LatencyMilliseconds">Shortest round trip to the marketplace that it measured, ms; shown beside timed work, never subtracted. Null when not measured.</param>
public sealed record ReportClock(Instant ChallengeAt, Instant StartedAt, Instant FinishedAt, decimal? LatencyMilliseconds = null);

/// <summary>A machine, as its operating system and firmware know it. What it hides is null.</summary>
/// <param name="BootId">Linux's <c>/proc/sys/kernel/random/boot_id</c>: another at every start of every machine.</param>
/// <param name="SystemSerial">Serial number of the system in DMI.</param>
/// <param name="Cpu">Model of the CPU.</param>
/// <param name="Differences">Properties of which several sources said different things, each with all that was said.</param>
public sealed record ReportedMachine(string BootId, string? SystemSerial = null, string? Cpu = null, ImmutableArray<string>? Differences = null);

/// <summary>A GPU a node found.</summary>
/// <param name="Index">Its index, from 0.</param>
/// <param name="Model">Its name.</param>
/// <param name="Uuid">The driver's lasting id of it.</param>
/// <param name="Serial">Board serial number; null where the device has none.</param>
/// <param name="PciAddress">PCI address in lower case.</param>
public sealed record ReportedGpu(int Index, string Model, string? Uuid, string? Serial = null, string? PciAddress = null);

/// <summary>What an uploaded output is.</summary>
public enum OutputKind
{
    /// <summary>What a tool printed, UTF-8.</summary>
    ToolOutput,

    /// <summary>Opened rows of one device's product: for each row its n numbers as 32-bit little-endian integers, then the digests of its path, 32 bytes each, lowest first.</summary>
    OpenedRows,

    /// <summary>NVIDIA's SPDM report of one GPU, bytes.</summary>
    AttestationReport,

    /// <summary>The certificate chain of one GPU, PEM.</summary>
    AttestationChain,

    /// <summary>Words that one device read from the memory it held: 64-bit little-endian, in the order they were read.</summary>
    MemoryWords,
}

/// <summary>An output, named by digest.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Sha256">SHA-256 of its bytes, 64 lower-case hexadecimal digits.</param>
/// <param name="Bytes">Its length, 1 to 8 MiB.</param>
/// <param name="Tool">The tool that printed it; null for what no tool printed.</param>
/// <param name="Device">The device it is of, as in <see cref="DeviceCommitment"/>; null when it is of the whole node.</param>
public sealed record ReportedOutput(OutputKind Kind, string Sha256, long Bytes, Tools.Tool? Tool = null, string? Device = null);

/// <summary>A figure as the node read it from an output.</summary>
/// <param name="Sha256">The output.</param>
/// <param name="Name">The measure's name.</param>
/// <param name="Value">The figure.</param>
/// <param name="Gpu">Index of the GPU within the output; null when it is of none.</param>
/// <param name="Bytes">Message size it was measured with; null where there is none.</param>
public sealed record ReportedFigure(string Sha256, string Name, decimal Value, int? Gpu = null, long? Bytes = null);

/// <summary>A node shows that it is alive. Beats that were not acknowledged are sent again.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="BootId">As in <see cref="ReportedMachine"/>.</param>
/// <param name="Beats">1 to 1,000 beats in ascending order of sequence.</param>
public sealed record Heartbeats(NodeId NodeId, string BootId, ImmutableArray<Heartbeat> Beats);

/// <summary>One beat, about a minute after the one before.</summary>
/// <param name="Sequence">Grows by one with every beat, over restarts too.</param>
/// <param name="At">The node's clock.</param>
/// <param name="Gpus">What the GPUs looked like that could be seen; null when nobody looked.</param>
/// <param name="Xids">Xid errors since the beat before, each told once; null when the kernel's log could not be read.</param>
public sealed record Heartbeat(long Sequence, Instant At, ImmutableArray<GpuSample>? Gpus = null, ImmutableArray<XidSample>? Xids = null);

/// <summary>One GPU at one beat.</summary>
/// <param name="Index">Its index.</param>
/// <param name="TemperatureCelsius">Temperature of the core, °C.</param>
/// <param name="IsThrottled">Whether it runs below its clocks for heat, a power brake or a fault; a cap on its power is none of these.</param>
/// <param name="PcieWidth">PCIe lanes in use.</param>
/// <param name="MostPcieWidth">PCIe lanes it could use.</param>
/// <param name="UncorrectableErrors">Uncorrectable memory errors since the driver was loaded.</param>
public sealed record GpuSample(int Index, decimal? TemperatureCelsius = null, bool IsThrottled = false, int? PcieWidth = null, int? MostPcieWidth = null, long? UncorrectableErrors = null);

/// <summary>An Xid error of NVIDIA's driver.</summary>
/// <param name="Code">Its number.</param>
/// <param name="PciAddress">PCI address of the GPU; null when unknown.</param>
public sealed record XidSample(int Code, string? PciAddress = null);
