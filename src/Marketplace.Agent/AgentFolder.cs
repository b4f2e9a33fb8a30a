using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Marketplace.Agent;

/// <summary>
/// Where the agent keeps its key, what it was told at enrolment, reports, raw outputs and heartbeats not yet acknowledged.
/// Only its user may look inside. A file is replaced whole or not at all.
/// </summary>
internal sealed class AgentFolder
{
    /// <summary>Names the folder when the command line does not.</summary>
    public const string Variable = "MARKETPLACE_AGENT_FOLDER";

    private const string RawFolder = "raw";
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;

    private AgentFolder(string path)
    {
        Path = path;
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>The folder when nobody names one: root's lies under /var/lib, a user's under the home folder.</summary>
    public static string Default => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named
        : Environment.IsPrivilegedProcess ? "/var/lib/marketplace-agent"
        : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "marketplace-agent");

    /// <summary>Opens a folder, which is made when it is not there.</summary>
    public static AgentFolder Open(string path)
    {
        try
        {
            return new AgentFolder(Directory.CreateDirectory(System.IO.Path.GetFullPath(path), OwnerFolder).FullName);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new AgentException(ExitCode.Folder, $"The folder {path} cannot be used: {wrong.Message} Name another with --folder or {Variable}.", wrong);
        }
    }

    /// <summary>Path of a file of the folder.</summary>
    public string FileOf(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>The text of a file; null when there is none.</summary>
    public string? ReadText(params string[] parts)
    {
        try
        {
            return File.ReadAllText(FileOf(parts));
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new AgentException(ExitCode.Folder, $"{FileOf(parts)} cannot be read: {wrong.Message}", wrong);
        }
    }

    /// <summary>A file as a value; null when there is none.</summary>
    public T? Read<T>(params string[] parts)
        where T : class
    {
        try
        {
            return ReadText(parts) is { } text ? JsonSerializer.Deserialize<T>(text, AgentJson.Page) : null;
        }
        catch (JsonException wrong)
        {
            throw new AgentException(ExitCode.Folder, $"{FileOf(parts)} is damaged: {wrong.Message}", wrong);
        }
    }

    /// <summary>Replaces a file; when this returns, it is on disk.</summary>
    public void WriteText(string text, params string[] parts) => WriteBytes(Encoding.UTF8.GetBytes(text), parts);

    /// <summary>Replaces a file with a value.</summary>
    public void Write<T>(T value, params string[] parts) => WriteText(JsonSerializer.Serialize(value, AgentJson.Page) + "\n", parts);

    /// <summary>Keeps a raw output under its digest.</summary>
    /// <returns>SHA-256 of its UTF-8, lower-case hexadecimal.</returns>
    public string Keep(string raw) => Keep(Encoding.UTF8.GetBytes(raw));

    /// <summary>Keeps bytes under their digest.</summary>
    /// <returns>SHA-256, lower-case hexadecimal.</returns>
    public string Keep(byte[] raw)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(raw));
        if (!File.Exists(FileOf(RawFolder, digest)))
        {
            WriteBytes(raw, [RawFolder, digest]);
        }

        return digest;
    }

    /// <summary>Lets go of bytes that were kept.</summary>
    public void Forget(string digest) => File.Delete(FileOf(RawFolder, digest));

    /// <summary>Kept bytes by their digest; null when they are not kept here, or are no longer what the digest says.</summary>
    public byte[]? Bytes(string digest)
    {
        if (digest.Length != 2 * SHA256.HashSizeInBytes || !digest.All(char.IsAsciiHexDigitLower) || !File.Exists(FileOf(RawFolder, digest)))
        {
            return null;
        }

        var bytes = File.ReadAllBytes(FileOf(RawFolder, digest));
        return Convert.ToHexStringLower(SHA256.HashData(bytes)) == digest ? bytes : null;
    }

    /// <summary>A raw output by its digest; null as with <see cref="Bytes"/>.</summary>
    public string? Raw(string digest) => Bytes(digest) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>Names inside a folder of this one, oldest first.</summary>
    public IReadOnlyList<string> Names(string folder) => Directory.Exists(FileOf(folder))
        ? [.. new DirectoryInfo(FileOf(folder)).EnumerateFiles().OrderBy(file => file.LastWriteTimeUtc).Select(file => file.Name)]
        : [];

    /// <summary>Lets one process at a time beat and change keys. Held until disposed.</summary>
    public IDisposable Lock() => Lock("agent.lock", $"Another agent works in {Path}: stop it first (systemctl stop marketplace-agent).");

    /// <summary>Lets one process at a time answer a challenge. Held until disposed.</summary>
    public IDisposable LockChallenges() => Lock("challenge.lock", $"Another agent of {Path} answers a challenge: wait until it is done.");

    private FileStream Lock(string name, string taken)
    {
        try
        {
            return new FileStream(FileOf(name), new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = OwnerFile });
        }
        catch (IOException wrong)
        {
            throw new AgentException(ExitCode.Folder, taken, wrong);
        }
    }

    private void WriteBytes(byte[] bytes, string[] parts)
    {
        var file = FileOf(parts);
        var beside = $"{file}.{Environment.ProcessId}.new";
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!, OwnerFolder);
            using (var stream = new FileStream(beside, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerFile }))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }

            File.Move(beside, file, overwrite: true);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new AgentException(ExitCode.Folder, $"{file} cannot be written: {wrong.Message}", wrong);
        }
    }
}
