using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Agent.Machines;
using Marketplace.Domain.Verification.Tools;

namespace Marketplace.Agent.Benchmarks;

/// <summary>What an operator's tool needs to run.</summary>
/// <param name="Gpus">GPUs of the node.</param>
/// <param name="ScratchFolder">A folder on the disk that storage is measured on.</param>
/// <param name="NetworkPeer">Host that runs <c>iperf3 -s</c> and <c>ib_write_bw</c>; null when none was named.</param>
/// <param name="MlperfFolder">Folder with <c>mlperf_log_summary.txt</c> and a system description; null when none was named.</param>
/// <param name="Linpack">Folder with <c>HPL.dat</c>; null when none was named.</param>
/// <param name="BurnSeconds">How long sustained load lasts, s.</param>
internal sealed record BenchmarkOptions(int Gpus, string ScratchFolder, string? NetworkPeer = null, string? MlperfFolder = null, string? Linpack = null, int BurnSeconds = 60);

/// <summary>How one tool is found and run.</summary>
/// <param name="Tool">What reads its output.</param>
/// <param name="Name">Its usual name, for people.</param>
/// <param name="Executables">Names it is looked for under, the best first.</param>
/// <param name="Limit">How long it may take.</param>
/// <param name="HowToGet">What to do where it is missing.</param>
/// <param name="Arguments">How it is called; null where something it needs was not named.</param>
internal sealed record BenchmarkTool(
    Tool Tool, string Name, ImmutableArray<string> Executables, TimeSpan Limit, string HowToGet, Func<BenchmarkOptions, string[]?> Arguments)
{
    /// <summary>Whether it runs on one GPU: then it is run on each by itself, on all at once.</summary>
    public bool PerDevice { get; init; }

    /// <summary>What to name where <see cref="Arguments"/> are null.</summary>
    public string? Needs { get; init; }

    /// <summary>The file that holds its output, where it prints none; of the same options.</summary>
    public Func<BenchmarkOptions, string?>? File { get; init; }

    /// <summary>Every tool the agent can run or read, by what its output proves.</summary>
    public static ImmutableArray<BenchmarkTool> All { get; } =
    [
        new(Tool.NvidiaSmi, "nvidia-smi", ["nvidia-smi"], Minutes(1), "It comes with NVIDIA's driver (package nvidia-utils).", _ => ["-q", "-x"]),
        new(Tool.RocmSmi, "rocm-smi", ["rocm-smi"], Minutes(1), "It comes with ROCm (package rocm-smi-lib).", _ => ["-a", "--json"]),
        new(Tool.DcgmDiag, "dcgmi diag", ["dcgmi"], Minutes(30), "It comes with NVIDIA DCGM (package datacenter-gpu-manager-4).", _ => ["diag", "-r", "2", "-j"]),
        new(Tool.NcclTests, "nccl-tests", ["all_reduce_perf"], Minutes(15), "Build https://github.com/NVIDIA/nccl-tests (AMD: https://github.com/ROCm/rccl-tests) and put all_reduce_perf on the path.",
            options => ["-b", "8", "-e", "8G", "-f", "2", "-g", Number(Math.Max(1, options.Gpus))]),
        new(Tool.Nvbandwidth, "nvbandwidth", ["nvbandwidth"], Minutes(15), "Build https://github.com/NVIDIA/nvbandwidth and put nvbandwidth on the path.", _ => []),
        new(Tool.GpuBurn, "gpu-burn", ["gpu_burn", "gpu-burn"], Minutes(90), "Build https://github.com/wilicc/gpu-burn and put gpu_burn on the path.", options => [Number(options.BurnSeconds)]),
        new(Tool.GpuStream, "gpu_stream", ["gpu_stream"], Minutes(15), "It is part of SuperBench (https://github.com/microsoft/superbenchmark); put gpu_stream on the path.",
            _ => ["--size", "4294967296", "--num_warm_up", "10", "--num_loops", "40", "--check_data"]),
        new(Tool.CudaBandwidth, "bandwidthTest", ["bandwidthTest"], Minutes(5), "It is one of NVIDIA's CUDA samples (https://github.com/NVIDIA/cuda-samples, before 13.0).", _ => ["--dtod", "--csv"]) { PerDevice = true },
        new(Tool.GemmSweep, "gemm-sweep", ["gemm-sweep"], Minutes(15), "Any program of this name that prints key=value lines as docs/agent.md describes; glimmer-burnin has one.", _ => []) { PerDevice = true },
        new(Tool.Hpl, "HPL", ["xhpl"], Minutes(120), "Install NVIDIA's HPC benchmarks, or the package hpcc, and put xhpl on the path.",
            options => options.Linpack is null ? null : [])
        {
            Needs = "--hpl FOLDER, where HPL.dat lies",
        },
        new(Tool.Stream, "STREAM", ["stream", "stream_c.exe"], Minutes(10), "Build https://github.com/jeffhammond/STREAM and put it on the path as stream.", _ => []),
        new(Tool.RdmaBandwidth, "perftest", ["ib_write_bw"], Minutes(5), "Install the package perftest.", options => options.NetworkPeer is null ? null : ["-a", "-F", options.NetworkPeer])
        {
            Needs = "--peer HOST, which runs ib_write_bw -a",
        },
        new(Tool.Fio, "fio", ["fio"], Minutes(5), "Install the package fio.",
            options => ["--name=sequential-read", $"--directory={options.ScratchFolder}", "--size=1G", "--rw=read", "--bs=1M", "--iodepth=32", "--ioengine=libaio", "--direct=1", "--unlink=1", "--output-format=json"]),
        new(Tool.Iperf3, "iperf3", ["iperf3"], Minutes(2), "Install the package iperf3.", options => options.NetworkPeer is null ? null : ["-c", options.NetworkPeer, "-P", "8", "-t", "10", "--json"])
        {
            Needs = "--peer HOST, which runs iperf3 -s",
        },
        new(Tool.MlperfSummary, "MLPerf result", [], Minutes(1), "Run MLPerf Inference with LoadGen (https://github.com/mlcommons/inference).", Nothing)
        {
            Needs = "--mlperf FOLDER, where mlperf_log_summary.txt lies",
            File = options => options.MlperfFolder is { } folder ? Path.Combine(folder, "mlperf_log_summary.txt") : null,
        },
        new(Tool.MlperfSystem, "MLPerf system description", [], Minutes(1), "It is the JSON file that a submission to MLPerf holds for its system.", Nothing)
        {
            Needs = "--mlperf FOLDER, where system.json lies",
            File = options => options.MlperfFolder is { } folder ? Path.Combine(folder, "system.json") : null,
        },
        new(Tool.KernelLog, "kernel log", ["dmesg"], Minutes(1), "dmesg is part of util-linux; run the agent as root, or set kernel.dmesg_restrict=0.", _ => ["--kernel", "--nopager"]),
    ];

    /// <summary>The entry of a tool.</summary>
    public static BenchmarkTool Of(Tool tool) => All.Single(entry => entry.Tool == tool);

    /// <summary>Where it lies on this machine; null when it is missing.</summary>
    public string? Find(Machine machine) => machine.Find(Executables);

    private static string[]? Nothing(BenchmarkOptions options) => [];

    private static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
