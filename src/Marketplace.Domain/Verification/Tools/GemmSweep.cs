namespace Marketplace.Domain.Verification.Tools;

/// <summary>A GEMM sweep that prints <c>key=value</c> lines and its verdict last.</summary>
internal static class GemmSweep
{
    private const string Passed = "GEMM_SWEEP_PASS";
    private const string Failed = "GEMM_SWEEP_FAIL";

    public static ToolReading Read(Lines lines)
    {
        var values = new Dictionary<string, (int At, string Value)>(StringComparer.Ordinal);
        var end = lines.Find(line => line.Trim() is Passed or Failed);
        if (end < 0)
        {
            throw new ToolFormatException(null, "The verdict is missing: the run did not end, or its output is cut off.");
        }

        for (var at = 0; at < end; at++)
        {
            var parts = lines[at].Split('=', 2);
            if (parts.Length == 2 && !values.TryAdd(parts[0], (at, parts[1])))
            {
                throw Lines.Wrong(at, $"{parts[0]} stands there twice.");
            }
        }

        (int At, string Value) Value(string key) => values.TryGetValue(key, out var value) ? value : throw new ToolFormatException(null, $"{key} is missing.");
        decimal Number(string key) => Lines.Number(Value(key).At, Value(key).Value);
        var sound = lines[end].Trim() == Passed && Number("nonfinite_count") == 0;
        return new ToolReading(Tool.GemmSweep, sound ? ToolVerdict.Passed : ToolVerdict.Failed)
        {
            Gpus = [new GpuReading { Index = 0, Model = Value("gpu_name").Value }],
            Measures =
            [
                new Measure(Value("gemm_precision").Value, Number("achieved_tflops"), MeasureUnit.Teraflops, 0),
                new Measure("max_relative_error", Number("max_relative_error"), MeasureUnit.Count, 0),
            ],
        };
    }
}
