using System.CommandLine;
using Marketplace.Agent.Benchmarks;

namespace Marketplace.Agent.Commands;

/// <summary>Options by which tools are told what they need.</summary>
internal sealed class BenchmarkOptionSet
{
    private const int ShortestBurn = 10;
    private const int LongestBurn = 3_600;

    private readonly Option<string?> _scratch = new("--scratch") { Description = "Folder on the disk that fio measures; otherwise the agent's own.", HelpName = "folder" };
    private readonly Option<string?> _peer = new("--peer") { Description = "Host that runs iperf3 -s and ib_write_bw -a.", HelpName = "host" };
    private readonly Option<string?> _mlperf = new("--mlperf") { Description = "Folder with mlperf_log_summary.txt and system.json.", HelpName = "folder" };
    private readonly Option<string?> _linpack = new("--hpl") { Description = "Folder with HPL.dat.", HelpName = "folder" };
    private readonly Option<int> _burn = new("--burn-seconds") { Description = "How long gpu-burn loads the GPUs, 10 to 3600.", HelpName = "seconds", DefaultValueFactory = _ => 60 };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _scratch, _peer, _mlperf, _linpack, _burn })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What was given.</summary>
    public BenchmarkOptions Read(ParseResult parsed, AgentContext context)
    {
        var burn = parsed.GetValue(_burn);
        return burn is >= ShortestBurn and <= LongestBurn
            ? new BenchmarkOptions(0, parsed.GetValue(_scratch) ?? context.Folder.Path, parsed.GetValue(_peer), parsed.GetValue(_mlperf), parsed.GetValue(_linpack), burn)
            : throw new AgentException(ExitCode.Usage, $"--burn-seconds is {ShortestBurn} to {LongestBurn}.");
    }
}
