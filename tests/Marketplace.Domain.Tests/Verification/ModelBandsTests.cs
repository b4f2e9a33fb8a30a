using Marketplace.Domain.Capacity;
using Marketplace.Domain.Verification;

namespace Marketplace.Domain.Tests.Verification;

public sealed class ModelBandsTests
{
    private static readonly HardwareModel H100 = HardwareCatalogue.Find(SkuId.From("nvidia-h100-sxm5-80gb"))!;

    [Theory]
    [InlineData(989.1, FindingWeight.Reject)]
    [InlineData(1979, FindingWeight.Reject)]
    [InlineData(835, FindingWeight.Review)]
    [InlineData(834, null)]
    [InlineData(676, null)]
    [InlineData(675, FindingWeight.Downgrade)]
    public void Bf16_has_its_bands(double teraflops, FindingWeight? weight) => Assert.Equal(weight, ModelBands.Bf16(H100, (decimal)teraflops)?.Weight);

    [Theory]
    [InlineData(3351, FindingWeight.Reject)]
    [InlineData(3349, null)]
    [InlineData(2421, null)]
    [InlineData(2420, FindingWeight.Downgrade)]
    public void Memory_bandwidth_has_its_bands(double gigabytes, FindingWeight? weight) => Assert.Equal(weight, ModelBands.MemoryBandwidth(H100, (decimal)gigabytes)?.Weight);

    [Theory]
    [InlineData("nvidia-h100-sxm5-80gb", 4099, FindingWeight.Review)]
    [InlineData("nvidia-h100-sxm5-80gb", 3900, null)]
    [InlineData("nvidia-h100-sxm5-80gb", 3300, FindingWeight.Downgrade)]
    [InlineData("nvidia-a100-sxm4-80gb", 9000, null)]
    public void Mlperf_is_compared_with_what_was_published(string sku, double tokens, FindingWeight? weight) =>
        Assert.Equal(weight, ModelBands.Mlperf(HardwareCatalogue.Find(SkuId.From(sku))!, (decimal)tokens)?.Weight);

    [Fact]
    public void Every_published_range_is_of_a_model_in_the_catalogue() => Assert.Equal(7, HardwareCatalogue.All.Count(model => ModelBands.TokensPerSecond(model.Id) is not null));

    [Fact]
    public void The_score_is_a_hundred_at_what_is_usual_and_follows_its_formula()
    {
        Assert.Equal(100m, ProvenScore.Of(H100, 794.5m, null, 3350 * 0.85m));
        Assert.Equal(Math.Round(100 * (decimal)(Math.Pow(0.9, 0.6) * Math.Pow(1.1, 0.4)), 1), ProvenScore.Of(H100, 794.5m * 0.9m, null, 3350 * 0.85m * 1.1m));
        Assert.Equal(100m, ProvenScore.Of(H100, null, 3900, 3350 * 0.85m));
        Assert.Null(ProvenScore.Of(H100, 794.5m, null, null));
        Assert.Null(ProvenScore.Of(H100, null, null, 3000));
    }
}
