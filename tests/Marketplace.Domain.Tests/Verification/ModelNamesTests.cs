using Marketplace.Domain.Capacity;
using Marketplace.Domain.Verification;

namespace Marketplace.Domain.Tests.Verification;

public sealed class ModelNamesTests
{
    [Theory]
    [InlineData("NVIDIA H100 80GB HBM3", "nvidia-h100-sxm5-80gb")]
    [InlineData("NVIDIA H100 PCIe", "nvidia-h100-pcie-80gb")]
    [InlineData("NVIDIA H100 NVL", "nvidia-h100-nvl-94gb")]
    [InlineData("NVIDIA H200", "nvidia-h200-sxm5-141gb")]
    [InlineData("NVIDIA H200 NVL", "nvidia-h200-nvl-141gb")]
    [InlineData("NVIDIA A100 80GB PCIe", "nvidia-a100-pcie-80gb")]
    [InlineData("NVIDIA B200", "nvidia-b200-sxm6-180gb")]
    [InlineData("NVIDIA GB200", "nvidia-gb200-nvl-186gb")]
    [InlineData("NVIDIA GB300", "nvidia-gb300-nvl72-288gb")]
    [InlineData("NVIDIA L40S", "nvidia-l40s-48gb")]
    [InlineData("NVIDIA GeForce RTX 4090", "nvidia-rtx-4090-24gb")]
    [InlineData("NVIDIA RTX PRO 6000 Blackwell Server Edition", "nvidia-rtx-pro-6000-96gb")]
    [InlineData("AMD Instinct MI300X OAM", "amd-mi300x-192gb")]
    public void A_printed_name_fits_one_model(string printed, string sku) => Assert.Equal(
        [sku], HardwareCatalogue.All.Where(model => model.Gpu is not null && ModelNames.Fits(model, printed)).Select(model => model.Id.Value));

    [Theory]
    [InlineData("nvidia-h100-sxm5-80gb", 81_559, true)]
    [InlineData("nvidia-a100-sxm4-40gb", 40_960, true)]
    [InlineData("nvidia-a100-sxm4-80gb", 40_960, false)]
    [InlineData("nvidia-h200-sxm5-141gb", 143_771, true)]
    [InlineData("nvidia-l40s-48gb", 46_068, true)]
    [InlineData("nvidia-h100-sxm5-80gb", 24_564, false)]
    public void Memory_sizes_are_those_the_driver_prints(string sku, long mebibytes, bool fits) =>
        Assert.Equal(fits, ModelNames.FitsMemory(HardwareCatalogue.Find(SkuId.From(sku))!, mebibytes));
}
