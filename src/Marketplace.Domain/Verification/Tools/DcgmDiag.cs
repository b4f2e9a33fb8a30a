using System.Collections.Immutable;
using System.Text.Json;

namespace Marketplace.Domain.Verification.Tools;

/// <summary>
/// <c>dcgmi diag -r N -j</c>. A run whose plugins were mostly skipped is no pass; a check that failed for the persistence mode
/// alone (error 29) is mere configuration and counts as a warning.
/// </summary>
internal static class DcgmDiag
{
    private const string NewKey = "DCGM Diagnostic";
    private const string OldKey = "DCGM GPU Diagnostic";
    private const string Passed = "Pass";
    private const string Failed = "Fail";
    private const string Warned = "Warn";
    private const int PersistenceModeOff = 29;

    public static ToolReading Read(JsonElement root)
    {
        var diagnostic = root.Find(NewKey) ?? root.Find(OldKey) ?? throw JsonOutput.Wrong($"Neither '{NewKey}' nor '{OldKey}' is there.");
        if (diagnostic.OptionalText("runtime_error") is { Length: > 0 } error)
        {
            return new ToolReading(Tool.DcgmDiag, ToolVerdict.Failed) { Version = Version(root, diagnostic), Remarks = [error] };
        }

        var statuses = new List<string>();
        var remarks = ImmutableArray.CreateBuilder<string>();
        foreach (var test in diagnostic.Items("test_categories").SelectMany(category => category.Items("tests")))
        {
            var name = test.Text("name");
            foreach (var result in test.Items("results"))
            {
                var status = Status(result.Text("status"), name);
                if (status == Failed && IsConfiguration(result))
                {
                    status = Warned;
                }

                statuses.Add(status);
                if (status != Passed)
                {
                    remarks.Add($"{name}{Where(result)}: {status}{string.Concat(Warnings(result).Select(warning => ". " + warning))}");
                }
            }
        }

        if (statuses.Count == 0)
        {
            throw JsonOutput.Wrong("The diagnostic has no results.");
        }

        var passed = statuses.Count(status => status == Passed);
        var verdict = statuses.Contains(Failed) ? ToolVerdict.Failed
            : passed * 2 > statuses.Count && !statuses.Contains(Warned) ? ToolVerdict.Passed
            : ToolVerdict.Inconclusive;
        return new ToolReading(Tool.DcgmDiag, verdict)
        {
            Version = Version(root, diagnostic),
            Gpus = [.. root.OptionalItems("entity_groups").SelectMany(group => group.OptionalText("entity_group") == "GPU" ? group.OptionalItems("entities") : []).Select(Gpu)],
            Remarks = remarks.ToImmutable(),
        };
    }

    private static string Status(string text, string test) => text.ToUpperInvariant() switch
    {
        "PASS" => Passed,
        "FAIL" => Failed,
        "WARN" => Warned,
        "SKIP" or "NOT RUN" => "Skip",
        _ => throw JsonOutput.Wrong($"{test}: '{Figures.Shown(text)}' is no status of the diagnostic."),
    };

    // Nothing is broken: the operator has to set a mode and run it again.
    private static bool IsConfiguration(JsonElement result) => result.Find("warnings") is { ValueKind: JsonValueKind.Array } warnings && warnings.GetArrayLength() > 0
        && warnings.EnumerateArray().All(warning => warning.Find("error_id") is { ValueKind: JsonValueKind.Number } id && id.TryGetInt32(out var number) && number == PersistenceModeOff);

    private static string? Version(JsonElement root, JsonElement diagnostic) => root.Find("metadata")?.OptionalText("version") ?? diagnostic.OptionalText("version");

    private static GpuReading Gpu(JsonElement entity) => new()
    {
        Index = entity.Whole("entity_id"),
        PciDeviceId = entity.OptionalText("device_id")?.ToLowerInvariant(),
        Serial = Figures.Serial(entity.OptionalText("serial_num")),
    };

    private static string Where(JsonElement result) =>
        result.Find("entity_id") is { ValueKind: JsonValueKind.Number } entity ? $" of {result.OptionalText("entity_group") ?? "GPU"} {entity.GetRawText()}"
        : result.OptionalText("gpu_ids") is { } ids ? $" of GPU {Figures.Shown(ids)}"
        : "";

    // Old versions print warnings as texts.
    private static IEnumerable<string> Warnings(JsonElement result) => result.Find("warnings") switch
    {
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray().Select(warning =>
            warning.ValueKind == JsonValueKind.String ? warning.GetString()! : $"{warning.OptionalText("warning")} (error {warning.Find("error_id")?.GetRawText() ?? "unknown"})"),
        { ValueKind: JsonValueKind.String } text => [text.GetString()!],
        _ => [],
    };
}
