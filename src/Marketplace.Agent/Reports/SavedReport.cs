using System.Text;
using System.Text.Json;
using Marketplace.Domain.Verification;

namespace Marketplace.Agent.Reports;

/// <summary>A report as it was sent, with the key it can be checked with.</summary>
/// <param name="PublicKey">32 bytes of Ed25519, base64.</param>
/// <param name="Message">The signed bytes.</param>
internal sealed record SavedReport(string PublicKey, SignedMessage Message)
{
    private const string FolderName = "reports";

    /// <summary>What it says; null when its bytes are no report.</summary>
    public BenchmarkReport? Body()
    {
        try
        {
            return Message.Bytes() is { } bytes ? JsonSerializer.Deserialize<BenchmarkReport>(Encoding.UTF8.GetString(bytes), AgentJson.Line) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Keeps it under its challenge.</summary>
    public void Save(AgentFolder folder, string run) => folder.Write(this, FolderName, run + ".json");

    /// <summary>The report of a challenge; null when none was kept.</summary>
    public static SavedReport? Of(AgentFolder folder, string run) => folder.Read<SavedReport>(FolderName, run + ".json");

    /// <summary>A report from a file, or the newest of the folder.</summary>
    public static SavedReport Load(AgentFolder folder, string? file)
    {
        if (file is null)
        {
            return folder.Names(FolderName) is [.., var newest]
                ? folder.Read<SavedReport>(FolderName, newest)!
                : throw new AgentException(ExitCode.Usage, "This node has sent no report yet: run marketplace-agent benchmark, or name a file.");
        }

        try
        {
            return JsonSerializer.Deserialize<SavedReport>(File.ReadAllText(file), AgentJson.Page) is { PublicKey: not null, Message.Payload: not null } report
                ? report
                : throw new AgentException(ExitCode.Unverified, $"{file} is no report.");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new AgentException(ExitCode.Folder, $"{file} cannot be read: {wrong.Message}", wrong);
        }
        catch (JsonException wrong)
        {
            throw new AgentException(ExitCode.Unverified, $"{file} is no report: {wrong.Message}", wrong);
        }
    }
}
