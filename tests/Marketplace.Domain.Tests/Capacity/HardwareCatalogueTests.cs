using System.Globalization;
using System.Text;
using Marketplace.Domain.Capacity;

namespace Marketplace.Domain.Tests.Capacity;

public sealed class HardwareCatalogueTests
{
    [Theory]
    [InlineData("nvidia-h100-sxm5-80gb")]
    [InlineData("nvidia-h200-sxm5-141gb")]
    [InlineData("nvidia-b200-sxm6-180gb")]
    [InlineData("nvidia-b300-sxm6-288gb")]
    [InlineData("nvidia-gb200-nvl-186gb")]
    [InlineData("nvidia-gb300-nvl72-288gb")]
    [InlineData("amd-mi300x-192gb")]
    [InlineData("amd-mi325x-256gb")]
    [InlineData("amd-mi355x-288gb")]
    [InlineData("nvidia-l40s-48gb")]
    [InlineData("nvidia-a100-sxm4-80gb")]
    [InlineData("nvidia-rtx-4090-24gb")]
    [InlineData("nvidia-rtx-5090-32gb")]
    [InlineData("bitmain-antminer-s21-xp-270t")]
    public void What_the_market_asks_for_is_in_it(string id)
    {
        Assert.True(HardwareCatalogue.TryFind(id, out var model));
        Assert.Equal(id, model.Id.Value);
    }

    [Theory]
    [InlineData("nvidia-h100-sxm5-81gb")]
    [InlineData("NVIDIA-H100-SXM5-80GB")]
    [InlineData("")]
    [InlineData(null)]
    public void Unknown_hardware_is_not_found(string? id) => Assert.False(HardwareCatalogue.TryFind(id, out _));

    [Fact]
    public void Every_model_is_either_a_gpu_or_a_miner_and_names_its_source()
    {
        Assert.All(HardwareCatalogue.All, model =>
        {
            Assert.NotEqual(model.Gpu is null, model.Miner is null);
            Assert.NotEmpty(model.Source.Reference);
            Assert.NotEmpty(model.Source.Basis);
            Assert.True(model.Source.Confidence != FigureConfidence.Low || model.Source.Caveat is not null, $"{model.Id}: low confidence needs a caveat.");
        });
    }

    [Fact]
    public void Peaks_double_as_precision_halves_and_measured_ones_stay_below()
    {
        Assert.All(HardwareCatalogue.All.Where(model => model.Gpu is not null), model =>
        {
            var gpu = model.Gpu!;
            Assert.True(gpu.Fp8Teraflops is null || gpu.Fp8Teraflops >= 1.9m * gpu.Bf16Teraflops, model.Id.Value);
            Assert.True(gpu.Fp4Teraflops is null || gpu.Fp4Teraflops >= 1.9m * gpu.Fp8Teraflops, model.Id.Value);
            Assert.True(gpu.MeasuredBf16Teraflops is null || gpu.MeasuredBf16Teraflops < gpu.Bf16Teraflops, model.Id.Value);
        });
    }

    [Fact]
    public void A_miners_power_is_its_hashrate_times_its_efficiency()
    {
        Assert.All(HardwareCatalogue.All.Where(model => model.Miner is not null), model =>
        {
            var watts = model.Miner!.TerahashesPerSecond * model.Miner.JoulesPerTerahash;
            Assert.InRange(model.PowerWatts, watts * 0.98m, watts * 1.02m);
        });
    }

    [Fact]
    public void Figures_agree_with_the_reference_table()
    {
        var rows = ReadCsv(SharedData.Require("hardware-reference.csv"));
        Assert.Equal(rows.Count, HardwareCatalogue.All.Length);
        Assert.All(rows, row =>
        {
            var model = Assert.Single(HardwareCatalogue.All, model => model.Vendor == row["vendor"] && model.Name == row["model"]);
            Assert.Equal(row["form_factor"], model.FormFactor);
            Assert.Equal(Number(row["year"]), model.Year);
            Assert.Equal(Number(row["power_w"]), model.PowerWatts);
            Assert.Equal(row["source"], model.Source.Reference);
            Assert.StartsWith(model.Source.Confidence.ToString(), row["confidence"], StringComparison.OrdinalIgnoreCase);
            Assert.Equal(row["kind"] == "gpu" ? HardwareKind.Gpu : HardwareKind.AsicMiner, model.Kind);

            Assert.Equal(Number(row["fp64_tflops"]), model.Gpu?.Fp64Teraflops);
            Assert.Equal(Number(row["fp64_matrix_tflops"]), model.Gpu?.Fp64MatrixTeraflops);
            Assert.Equal(Number(row["fp32_tflops"]), model.Gpu?.Fp32Teraflops);
            Assert.Equal(Number(row["tf32_dense_tflops"]), model.Gpu?.Tf32Teraflops);
            Assert.Equal(Number(row["bf16_dense_tflops"]), model.Gpu?.Bf16Teraflops);
            Assert.Equal(Number(row["fp8_dense_tflops"]), model.Gpu?.Fp8Teraflops);
            Assert.Equal(Number(row["fp4_dense_tflops"]), model.Gpu?.Fp4Teraflops);
            Assert.Equal(Number(row["bf16_measured_tflops"]), model.Gpu?.MeasuredBf16Teraflops);
            Assert.Equal(Number(row["memory_gb"]), model.Gpu?.MemoryGigabytes);
            Assert.Equal(row["memory_type"], model.Gpu?.MemoryType ?? "");
            Assert.Equal(Number(row["memory_bw_gbps"]), model.Gpu?.MemoryBandwidthGigabytesPerSecond);
            Assert.Equal(row["scaleup_link"], model.Gpu?.ScaleUpLink ?? "");
            Assert.Equal(Number(row["scaleup_bw_gbps_bidir"]), model.Gpu?.ScaleUpGigabytesPerSecond);
            Assert.Equal(Number(row["hash_ths"]), model.Miner?.TerahashesPerSecond);
            Assert.Equal(Number(row["efficiency_j_per_th"]), model.Miner?.JoulesPerTerahash);
            Assert.Equal(row["algorithm"], model.Miner?.Algorithm ?? "");
        });
    }

    private static decimal? Number(string text) => text.Length == 0 ? null : decimal.Parse(text, CultureInfo.InvariantCulture);

    private static List<Dictionary<string, string>> ReadCsv(string path)
    {
        var lines = File.ReadAllLines(path).Select(Fields).ToList();
        return [.. lines.Skip(1).Select(line => lines[0].Zip(line).ToDictionary(pair => pair.First, pair => pair.Second))];
    }

    private static List<string> Fields(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        foreach (var c in line)
        {
            if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }
        }

        fields.Add(field.ToString());
        return fields;
    }
}
