using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Marketplace.Domain.Verification.Tools;

namespace Marketplace.Agent.Machines;

/// <summary>The machine the agent runs on: the files of its kernel, and the tools its operator installed.</summary>
/// <param name="root">Folder that stands for <c>/</c>.</param>
/// <param name="searchPath">Folders of tools, colons between them; null for the process's own.</param>
/// <param name="time">Times runs.</param>
internal sealed class Machine(string root = "/", string? searchPath = null, TimeProvider? time = null)
{
    private const int LongestErrors = 64 << 10;

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>The text of a file; null when it is absent or the agent's user may not read it.</summary>
    public string? ReadText(string file)
    {
        try
        {
            return File.ReadAllText(Full(file));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A file that holds one line; null when it is absent, empty or not readable.</summary>
    public string? ReadLine(string file) => ReadText(file)?.Trim() is { Length: > 0 } line ? line : null;

    /// <summary>Names inside a folder, sorted; none when it is absent.</summary>
    public IReadOnlyList<string> Names(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(Full(folder)).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Name of what a link points to; null when it is no link.</summary>
    public string? TargetName(string link)
    {
        try
        {
            return File.ResolveLinkTarget(Full(link), returnFinalTarget: false) is { } target ? Path.GetFileName(target.FullName.TrimEnd('/')) : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Where a tool lies; null when it is on no folder of the path.</summary>
    public string? Find(params IEnumerable<string> names) => names
        .SelectMany(name => (searchPath ?? Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, name)))
        .FirstOrDefault(IsExecutable);

    /// <summary>What a tool's file is: its digest, and whether it is a script, which may print anything.</summary>
    public static (string Sha256, bool IsScript) Identify(string executable)
    {
        using var stream = File.OpenRead(executable);
        Span<byte> start = stackalloc byte[2];
        var isScript = stream.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start.SequenceEqual("#!"u8);
        stream.Position = 0;
        return (Convert.ToHexStringLower(SHA256.HashData(stream)), isScript);
    }

    /// <summary>
    /// Runs a tool to its end. Libraries that would be loaded ahead of its own are not passed on, and it speaks plain English.
    /// When it outlasts the limit, prints too much, or the caller gives up, it is ended with all it started.
    /// </summary>
    /// <param name="executable">Full path.</param>
    /// <param name="arguments">As they are.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="line">Told each line it prints, while it runs.</param>
    /// <param name="folder">Where it runs; null for where the agent runs.</param>
    /// <param name="gpu">Index of the one GPU it may see, in the order of PCI addresses; null for all.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<ToolRun> RunAsync(
        string executable, IReadOnlyList<string> arguments, TimeSpan limit, Action<string>? line = null, string? folder = null, int? gpu = null, CancellationToken cancellation = default)
    {
        var start = new ProcessStartInfo(executable) { WorkingDirectory = folder ?? "", RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Remove("LD_PRELOAD");
        start.Environment["LC_ALL"] = "C";
        if (gpu is { } index)
        {
            // CUDA's own order is by speed; the inventory's is by address.
            start.Environment["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID";
            start.Environment["CUDA_VISIBLE_DEVICES"] = start.Environment["HIP_VISIBLE_DEVICES"] = index.ToString(CultureInfo.InvariantCulture);
        }

        var startedAt = _time.GetUtcNow();
        var from = _time.GetTimestamp();
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception wrong)
        {
            return new ToolRun(executable, arguments, startedAt, TimeSpan.Zero, null, "", wrong.Message, ToolEnd.NotStarted);
        }

        process.StandardInput.Close();
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = _time.CreateTimer(_ => limited.Cancel(), null, limit, Timeout.InfiniteTimeSpan);
        var errors = ReadErrorsAsync(process.StandardError, limited.Token);
        var end = ToolEnd.Ended;
        var output = "";
        try
        {
            (output, var whole) = await ReadAsync(process.StandardOutput, ToolOutput.Longest, line, limited.Token).ConfigureAwait(false);
            end = whole ? ToolEnd.Ended : ToolEnd.PrintsTooMuch;
            if (whole)
            {
                await process.WaitForExitAsync(limited.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            end = ToolEnd.TimedOut;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        var said = await errors.ConfigureAwait(false);
        return new ToolRun(executable, arguments, startedAt, _time.GetElapsedTime(from), process.ExitCode, output, said, end);
    }

    private static async Task<(string Text, bool Whole)> ReadAsync(StreamReader reader, int longest, Action<string>? line, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        var buffer = new char[8192];
        var shown = 0;
        for (int read; (read = await reader.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
        {
            text.Append(buffer, 0, read);
            if (text.Length > longest)
            {
                return (text.ToString(0, longest), false);
            }

            shown = line is null ? 0 : Show(text, shown, line);
        }

        return (text.ToString(), true);
    }

    private static async Task<string> ReadErrorsAsync(StreamReader reader, CancellationToken cancellation)
    {
        try
        {
            return (await ReadAsync(reader, LongestErrors, null, cancellation).ConfigureAwait(false)).Text;
        }
        catch (OperationCanceledException)
        {
            return "";
        }
    }

    /// <summary>Tells the last whole line that was not told yet; a carriage return ends one as well.</summary>
    private static int Show(StringBuilder text, int shown, Action<string> line)
    {
        var fresh = text.ToString(shown, text.Length - shown);
        var end = fresh.LastIndexOfAny(['\n', '\r']);
        if (end < 0)
        {
            return shown;
        }

        if (fresh[..end].Split('\n', '\r').LastOrDefault(part => !string.IsNullOrWhiteSpace(part)) is { } last)
        {
            line(last.Trim());
        }

        return shown + end + 1;
    }

    private static bool IsExecutable(string file) =>
        File.Exists(file) && (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;

    private string Full(string file) => Path.Combine(root, file.TrimStart('/'));
}
