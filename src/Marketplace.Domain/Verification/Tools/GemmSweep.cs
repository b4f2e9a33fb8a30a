namespace Marketplace.Domain.Verification.Tools;

/// <summary>A GEMM sweep that prints <c>key=value</c> lines and its verdict last.</summary>
internal static class GemmSweep
{
    private const string Passed = "GEMM_SWEEP_PASS";
    private const string Failed = "GEMM_SWEEP_FAIL";
    private const double Tolerance = 0.01;

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
        if (values.TryGetValue("gemm_shape", out var shape) && values.ContainsKey("gemm_iterations") && values.ContainsKey("total_kernel_ms"))
        {
            // The figure follows from the rest: one that was raised alone is found here.
            var milliseconds = Number("total_kernel_ms");
            var sides = shape.Value.Split('x').Select(side => Lines.Number(shape.At, side)).ToList();
            if (sides.Count != 3 || milliseconds <= 0 || sides.Any(side => side is <= 0 or > 1_000_000))
            {
                throw Lines.Wrong(shape.At, "Expected a shape such as 1024x1024x1024 and a time above 0.");
            }

            var follows = 2 * (double)sides[0] * (double)sides[1] * (double)sides[2] * (double)Number("gemm_iterations") / (double)milliseconds / 1e9;
            if (Math.Abs(follows - (double)Number("achieved_tflops")) > Tolerance * follows)
            {
                throw Lines.Wrong(Value("achieved_tflops").At, $"achieved_tflops is {Figures.Shown(Value("achieved_tflops").Value)}, but shape, iterations and time come to {follows:0.###}.");
            }
        }

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
