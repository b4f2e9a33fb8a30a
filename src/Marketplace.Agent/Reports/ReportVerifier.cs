using System.Collections.Immutable;
using Marketplace.Agent.Keys;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Tools;

namespace Marketplace.Agent.Reports;

/// <summary>One thing that was checked of a report.</summary>
/// <param name="What">What.</param>
/// <param name="Holds">Whether it holds; null when it could not be looked at here.</param>
/// <param name="Detail">Why not.</param>
internal sealed record ReportCheckResult(string What, bool? Holds, string? Detail = null);

/// <summary>
/// Checks a report as far as a node can: signature, raw outputs by digest, and figures against the raw outputs. Whether the
/// figures are plausible, and the devices the node's own, only the marketplace judges.
/// </summary>
internal static class ReportVerifier
{
    /// <summary>Every check, in order.</summary>
    /// <param name="report">The report.</param>
    /// <param name="folder">Where raw outputs are kept.</param>
    public static ImmutableArray<ReportCheckResult> Verify(SavedReport report, AgentFolder folder)
    {
        var checks = ImmutableArray.CreateBuilder<ReportCheckResult>();
        checks.Add(report.Message.PayloadType == PayloadTypes.BenchmarkReport && report.Message.IsSignedBy(report.PublicKey, SigningKey.Check)
            ? new ReportCheckResult("signature", true)
            : new ReportCheckResult("signature", false, "The bytes are not the ones that this key signed."));
        if (report.Body() is not { Outputs.IsDefault: false, Figures.IsDefault: false } body)
        {
            checks.Add(new ReportCheckResult("content", false, "The signed bytes are no report."));
            return checks.ToImmutable();
        }

        var readings = new Dictionary<string, ToolReading>(StringComparer.Ordinal);
        foreach (var output in body.Outputs.Where(output => output.Kind == OutputKind.ToolOutput))
        {
            var what = $"output of {output.Tool} ({output.Sha256[..Math.Min(12, output.Sha256.Length)]})";
            if (folder.Raw(output.Sha256) is not { } raw)
            {
                checks.Add(File.Exists(folder.FileOf("raw", output.Sha256))
                    ? new ReportCheckResult(what, false, "The kept output was changed after the report.")
                    : new ReportCheckResult(what, null, "It is not kept in this folder."));
                continue;
            }

            var read = ToolOutput.Read(output.Tool!.Value, raw);
            checks.Add(new ReportCheckResult(what, read.Fault is null, read.Fault?.Reason));
            if (read.Reading is { } reading)
            {
                readings[output.Sha256] = reading;
            }
        }

        foreach (var figure in body.Figures.Where(figure => readings.TryGetValue(figure.Sha256, out var reading)
            && !reading.Measures.Any(measure => measure.Name == figure.Name && measure.Value == figure.Value && measure.Gpu == figure.Gpu && measure.Bytes == figure.Bytes)))
        {
            checks.Add(new ReportCheckResult("figure " + figure.Name, false, "The raw output says something else."));
        }

        if (body.Figures.Length > 0 && readings.Count > 0)
        {
            checks.Add(new ReportCheckResult("figures", checks.All(check => check.Holds != false || !check.What.StartsWith("figure ", StringComparison.Ordinal))));
        }

        return checks.ToImmutable();
    }
}
