using System.Globalization;
using Marketplace.Agent.Machines;
using Marketplace.Testing;

namespace Marketplace.Agent.Tests;

/// <summary>
/// A machine made of files: a folder that stands for <c>/</c>, and a folder of stub tools that print what a test wrote down.
/// A stub proves that the agent finds, runs and reads a tool; it says nothing of real hardware.
/// </summary>
internal sealed class FakeNode : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FakeNode()
    {
        Directory.CreateDirectory(Root);
        Directory.CreateDirectory(Tools);
        Directory.CreateDirectory(_folder.File("out"));
        WriteFile("/proc/sys/kernel/random/boot_id", Guid.NewGuid().ToString() + "\n");
        Machine = new Machine(Root, Tools + ":/usr/bin:/bin");
        AgentFolder = AgentFolder.Open(_folder.File("agent"));
    }

    public Machine Machine { get; }

    public AgentFolder AgentFolder { get; }

    public string Root => _folder.File("root");

    public string Tools => _folder.File("tools");

    /// <summary>Puts a file under the folder that stands for <c>/</c>.</summary>
    public FakeNode WriteFile(string path, string text)
    {
        var full = Path.Combine(Root, path.TrimStart('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return this;
    }

    /// <summary>Puts a stub on the path that prints a text, whatever it is asked, and ends so.</summary>
    public FakeNode WriteTool(string name, string prints, int exitCode = 0)
    {
        var output = Path.Combine(_folder.File("out"), name);
        File.WriteAllText(output, prints);
        return WriteScript(name, string.Create(CultureInfo.InvariantCulture, $"cat '{output}'\nexit {exitCode}\n"));
    }

    /// <summary>Puts a script on the path.</summary>
    public FakeNode WriteScript(string name, string body)
    {
        var file = Path.Combine(Tools, name);
        if (File.Exists(file) && File.ReadAllText(file) == "#!/bin/sh\n" + body)
        {
            // A script that is being written cannot be run, and a process started elsewhere at that moment keeps it so.
            return this;
        }

        File.WriteAllText(file, "#!/bin/sh\n" + body);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return this;
    }

    /// <summary>Tools of a node whose GPUs are nobody else's, and which print what no other node's do.</summary>
    public FakeNode WriteTools(string node)
    {
        var less = int.Parse(node, CultureInfo.InvariantCulture) * 0.21m;
        return WriteTool("nvidia-smi", ToolTexts.NvidiaSmi(node: node))
            .WriteTool("lspci", ToolTexts.Lspci())
            .WriteScript("gemm-sweep", ToolTexts.GemmSweepOnEach(781.4m - less))
            .WriteTool("gpu_stream", ToolTexts.GpuStream(less: less))
            .WriteTool("all_reduce_perf", ToolTexts.NcclTests(average: "468.9" + node));
    }

    public void Dispose() => _folder.Dispose();
}
