using System.Collections.Immutable;

namespace Marketplace.Domain.Capacity;

public static partial class HardwareCatalogue
{
    private static ImmutableArray<HardwareModel> Gpus { get; } =
    [
        new()
        {
            Id = SkuId.From("nvidia-a100-sxm4-40gb"), Vendor = "NVIDIA", Name = "A100 SXM4 40GB", FormFactor = "SXM4", Year = 2020, PowerWatts = 400,
            Gpu = new()
            {
                Fp64Teraflops = 9.7m, Fp64MatrixTeraflops = 19.5m, Fp32Teraflops = 19.5m, Tf32Teraflops = 156m,
                Bf16Teraflops = 312m, MeasuredBf16Teraflops = 271.2m,
                MemoryGigabytes = 40, MemoryType = "HBM2", MemoryBandwidthGigabytesPerSecond = 1555m,
                ScaleUpLink = "NVLink 3", ScaleUpGigabytesPerSecond = 600m,
            },
            Source = new(
                "https://www.nvidia.com/en-us/data-center/a100/",
                "maker's page, read through stas00/ml-engineering@744d01e compute/accelerator",
                FigureConfidence.Medium,
                "No FP8; measured matmul is for the 80 GB part; FP64 figures not re-read on the maker's page."),
        },
        new()
        {
            Id = SkuId.From("nvidia-a100-sxm4-80gb"), Vendor = "NVIDIA", Name = "A100 SXM4 80GB", FormFactor = "SXM4", Year = 2020, PowerWatts = 400,
            Gpu = new()
            {
                Fp64Teraflops = 9.7m, Fp64MatrixTeraflops = 19.5m, Fp32Teraflops = 19.5m, Tf32Teraflops = 156m,
                Bf16Teraflops = 312m, MeasuredBf16Teraflops = 271.2m,
                MemoryGigabytes = 80, MemoryType = "HBM2e", MemoryBandwidthGigabytesPerSecond = 2039m,
                ScaleUpLink = "NVLink 3", ScaleUpGigabytesPerSecond = 600m,
            },
            Source = new(
                "https://www.nvidia.com/en-us/data-center/a100/",
                "maker's page, read through stas00/ml-engineering@744d01e compute/accelerator",
                FigureConfidence.Medium,
                "No FP8; custom cooling up to 500 W; FP64 figures not re-read on the maker's page."),
        },
        new()
        {
            Id = SkuId.From("nvidia-a100-pcie-80gb"), Vendor = "NVIDIA", Name = "A100 PCIe 80GB", FormFactor = "PCIe", Year = 2021, PowerWatts = 300,
            Gpu = new()
            {
                Fp64Teraflops = 9.7m, Fp64MatrixTeraflops = 19.5m, Fp32Teraflops = 19.5m, Tf32Teraflops = 156m,
                Bf16Teraflops = 312m, MeasuredBf16Teraflops = 252.9m,
                MemoryGigabytes = 80, MemoryType = "HBM2e", MemoryBandwidthGigabytesPerSecond = 1935m,
                ScaleUpLink = "NVLink bridge", ScaleUpGigabytesPerSecond = 600m,
            },
            Source = new(
                "https://www.nvidia.com/en-us/data-center/a100/",
                "maker's page, read through stas00/ml-engineering@744d01e compute/accelerator",
                FigureConfidence.Medium,
                "FP64 figures not re-read on the maker's page."),
        },
        new()
        {
            Id = SkuId.From("nvidia-h100-sxm5-80gb"), Vendor = "NVIDIA", Name = "H100 SXM5 80GB", FormFactor = "SXM5", Year = 2022, PowerWatts = 700,
            Gpu = new()
            {
                Fp64Teraflops = 34m, Fp64MatrixTeraflops = 67m, Fp32Teraflops = 67m, Tf32Teraflops = 494.5m,
                Bf16Teraflops = 989m, Fp8Teraflops = 1979m, MeasuredBf16Teraflops = 794.5m,
                MemoryGigabytes = 80, MemoryType = "HBM3", MemoryBandwidthGigabytesPerSecond = 3350m,
                ScaleUpLink = "NVLink 4", ScaleUpGigabytesPerSecond = 900m,
            },
            Source = new(
                "https://www.nvidia.com/en-us/data-center/h100/",
                "maker's page, read through stas00/ml-engineering@744d01e compute/accelerator",
                FigureConfidence.Medium,
                "No FP4; vendor page prints sparse figures (2x); FP64 figures not re-read on the maker's page."),
        },
        new()
        {
            Id = SkuId.From("nvidia-h100-pcie-80gb"), Vendor = "NVIDIA", Name = "H100 PCIe 80GB", FormFactor = "PCIe", Year = 2022, PowerWatts = 350,
            Gpu = new()
            {
                Fp64Teraflops = 26m, Fp64MatrixTeraflops = 51m, Fp32Teraflops = 51m, Tf32Teraflops = 378m,
                Bf16Teraflops = 756m, Fp8Teraflops = 1513m,
                MemoryGigabytes = 80, MemoryType = "HBM2e", MemoryBandwidthGigabytesPerSecond = 2000m,
                ScaleUpLink = "NVLink bridge", ScaleUpGigabytesPerSecond = 600m,
            },
            Source = new(
                "https://www.nvidia.com/en-us/data-center/h100/",
                "maker's product brief PB-11133-001 (350 W, >2,000 GB/s) and stas00/ml-engineering@744d01e compute/accelerator",
                FigureConfidence.Medium,
                "Ml-engineering says HBM3; NVIDIA brief: HBM2e; FP64 figures not re-read on the maker's page."),
        },
        new()
        {
            Id = SkuId.From("nvidia-h100-nvl-94gb"), Vendor = "NVIDIA", Name = "H100 NVL 94GB", FormFactor = "PCIe", Year = 2023, PowerWatts = 400,
            Gpu = new()
            {
                Fp64Teraflops = 30m, Fp64MatrixTeraflops = 60m, Fp32Teraflops = 60m, Tf32Teraflops = 417.5m,
                Bf16Teraflops = 835.5m, Fp8Teraflops = 1670.5m,
                MemoryGigabytes = 94, MemoryType = "HBM3", MemoryBandwidthGigabytesPerSecond = 3900m,
                ScaleUpLink = "NVLink bridge", ScaleUpGigabytesPerSecond = 600m,
            },
            Source = new(
                "https://www.nvidia.com/en-us/data-center/h100/",
                "maker's page figures halved from the sparse ones it prints",
                FigureConfidence.Low,
                "TDP 350-400 W configurable; re-check with the maker."),
        },
        new()
        {
            Id = SkuId.From("nvidia-h200-sxm5-141gb"), Vendor = "NVIDIA", Name = "H200 SXM 141GB", FormFactor = "SXM5", Year = 2024, PowerWatts = 700,
            Gpu = new()
            {
                Fp64Teraflops = 34m, Fp64MatrixTeraflops = 67m, Fp32Teraflops = 67m, Tf32Teraflops = 494.5m,
                Bf16Teraflops = 989m, Fp8Teraflops = 1979m, MeasuredBf16Teraflops = 794.5m,
                MemoryGigabytes = 141, MemoryType = "HBM3e", MemoryBandwidthGigabytesPerSecond = 4800m,
                ScaleUpLink = "NVLink 4", ScaleUpGigabytesPerSecond = 900m,
            },
            Source = new(
                "https://www.nvidia.com/en-us/data-center/h200/",
                "maker's page, read through stas00/ml-engineering@744d01e compute/accelerator",
                FigureConfidence.Medium,
                "Same compute die as H100; FP64 figures not re-read on the maker's page."),
        },
        new()
        {
            Id = SkuId.From("nvidia-h200-nvl-141gb"), Vendor = "NVIDIA", Name = "H200 NVL 141GB", FormFactor = "PCIe", Year = 2024, PowerWatts = 600,
            Gpu = new()
            {
                Fp64Teraflops = 30m, Fp64MatrixTeraflops = 60m, Fp32Teraflops = 60m, Tf32Teraflops = 417.5m,
                Bf16Teraflops = 835.5m, Fp8Teraflops = 1670.5m,
                MemoryGigabytes = 141, MemoryType = "HBM3e", MemoryBandwidthGigabytesPerSecond = 4800m,
                ScaleUpLink = "NVLink bridge", ScaleUpGigabytesPerSecond = 900m,
            },
            Source = new(
                "https://www.nvidia.com/en-us/data-center/h200/",
                "maker's page with power read through stas00/ml-engineering@744d01e compute/accelerator",
                FigureConfidence.Medium,
                "FP64 figures not re-read on the maker's page."),
        },
        new()
        {
            Id = SkuId.From("nvidia-b200-sxm6-180gb"), Vendor = "NVIDIA", Name = "B200 SXM 180GB", FormFactor = "SXM6", Year = 2024, PowerWatts = 1000,
            Gpu = new()
            {
                Fp64Teraflops = 37m, Fp64MatrixTeraflops = 37m, Fp32Teraflops = 80m, Tf32Teraflops = 1125m,
                Bf16Teraflops = 2250m, Fp8Teraflops = 4500m, Fp4Teraflops = 9000m, MeasuredBf16Teraflops = 1745m,
                MemoryGigabytes = 180, MemoryType = "HBM3e", MemoryBandwidthGigabytesPerSecond = 8000m,
                ScaleUpLink = "NVLink 5", ScaleUpGigabytesPerSecond = 1800m,
            },
            Source = new(
                "https://resources.nvidia.com/en-us-dgx-systems/dgx-b200-datasheet",
                "maker's page, read through stas00/ml-engineering@744d01e compute/accelerator",
                FigureConfidence.High,
                "FP64 is 37 or 40 depending on the sheet (glennklockwood.com/garden/processors/B200 says 40); memory bandwidth 7.7 or 8.0 TB/s; 192 GB physical, 180 usable."),
        },
        new()
        {
            Id = SkuId.From("nvidia-gb200-nvl-186gb"), Vendor = "NVIDIA", Name = "GB200 (per GPU)", FormFactor = "NVL72/NVL4", Year = 2024, PowerWatts = 1200,
            Gpu = new()
            {
                Fp64Teraflops = 40m, Fp64MatrixTeraflops = 40m, Fp32Teraflops = 80m, Tf32Teraflops = 1250m,
                Bf16Teraflops = 2500m, Fp8Teraflops = 5000m, Fp4Teraflops = 10000m, MeasuredBf16Teraflops = 1822m,
                MemoryGigabytes = 186, MemoryType = "HBM3e", MemoryBandwidthGigabytesPerSecond = 8000m,
                ScaleUpLink = "NVLink 5", ScaleUpGigabytesPerSecond = 1800m,
            },
            Source = new(
                "https://www.nvidia.com/en-us/data-center/gb200-nvl72/",
                "maker's page, read through stas00/ml-engineering@744d01e compute/accelerator",
                FigureConfidence.High,
                "Halved from the superchip; glennklockwood says FP64 45 at 1,200 W."),
        },
        new()
        {
            Id = SkuId.From("nvidia-b300-sxm6-288gb"), Vendor = "NVIDIA", Name = "B300 SXM 288GB", FormFactor = "SXM6", Year = 2025, PowerWatts = 1000,
            Gpu = new()
            {
                Fp64Teraflops = 1.25m, Fp64MatrixTeraflops = 1.25m, Fp32Teraflops = 80m, Tf32Teraflops = 1125m,
                Bf16Teraflops = 2250m, Fp8Teraflops = 4500m, Fp4Teraflops = 12600m, MeasuredBf16Teraflops = 1769m,
                MemoryGigabytes = 288, MemoryType = "HBM3e", MemoryBandwidthGigabytesPerSecond = 8000m,
                ScaleUpLink = "NVLink 5", ScaleUpGigabytesPerSecond = 1800m,
            },
            Source = new(
                "https://resources.nvidia.com/en-us-dgx-systems/dgx-b300-datasheet",
                "maker's page, read through stas00/ml-engineering@744d01e compute/accelerator",
                FigureConfidence.Medium,
                "FP4 dense is printed as 12.6, 13.5 or 15 PFLOPS on different NVIDIA pages; power 1,000-1,400 W by configuration; FP64 much reduced; FP64 figures not re-read on the maker's page."),
        },
        new()
        {
            Id = SkuId.From("nvidia-gb300-nvl72-288gb"), Vendor = "NVIDIA", Name = "GB300 (per GPU)", FormFactor = "NVL72", Year = 2025, PowerWatts = 1400,
            Gpu = new()
            {
                Fp64Teraflops = 1.4m, Fp64MatrixTeraflops = 1.4m, Fp32Teraflops = 80m, Tf32Teraflops = 1250m,
                Bf16Teraflops = 2500m, Fp8Teraflops = 5000m, Fp4Teraflops = 15000m,
                MemoryGigabytes = 288, MemoryType = "HBM3e", MemoryBandwidthGigabytesPerSecond = 8000m,
                ScaleUpLink = "NVLink 5", ScaleUpGigabytesPerSecond = 1800m,
            },
            Source = new(
                "https://www.nvidia.com/en-us/data-center/gb300-nvl72/",
                "maker's page, read through stas00/ml-engineering@744d01e compute/accelerator",
                FigureConfidence.Medium,
                "Some sheets print 279 GB usable; FP64 figures not re-read on the maker's page."),
        },
        new()
        {
            Id = SkuId.From("nvidia-l40s-48gb"), Vendor = "NVIDIA", Name = "L40S", FormFactor = "PCIe", Year = 2023, PowerWatts = 350,
            Gpu = new()
            {
                Fp64Teraflops = 1.4m, Fp32Teraflops = 91.6m, Tf32Teraflops = 183m, Bf16Teraflops = 362m,
                Fp8Teraflops = 733m,
                MemoryGigabytes = 48, MemoryType = "GDDR6", MemoryBandwidthGigabytesPerSecond = 864m,
                ScaleUpLink = "PCIe 4 x16", ScaleUpGigabytesPerSecond = 64m,
            },
            Source = new(
                "https://www.nvidia.com/en-us/data-center/l40s/",
                "maker's page, read through stas00/ml-engineering@744d01e compute/accelerator",
                FigureConfidence.Medium,
                "No NVLink; FP64 figures not re-read on the maker's page."),
        },
        new()
        {
            Id = SkuId.From("nvidia-rtx-4090-24gb"), Vendor = "NVIDIA", Name = "GeForce RTX 4090", FormFactor = "PCIe", Year = 2022, PowerWatts = 450,
            Gpu = new()
            {
                Fp64Teraflops = 1.29m, Fp32Teraflops = 82.6m, Tf32Teraflops = 82.6m, Bf16Teraflops = 165.2m,
                Fp8Teraflops = 330.3m,
                MemoryGigabytes = 24, MemoryType = "GDDR6X", MemoryBandwidthGigabytesPerSecond = 1008m,
                ScaleUpLink = "PCIe 4 x16", ScaleUpGigabytesPerSecond = 64m,
            },
            Source = new(
                "NVIDIA Ada GPU architecture whitepaper",
                "whitepaper (FP32-accumulate rows), BF16/bandwidth/power confirmed by a public repository that quotes it",
                FigureConfidence.Low,
                "No NVLink; FP8 660.6 with FP16 accumulate; GeForce licence bars data-centre use; re-check with the maker."),
        },
        new()
        {
            Id = SkuId.From("nvidia-rtx-5090-32gb"), Vendor = "NVIDIA", Name = "GeForce RTX 5090", FormFactor = "PCIe", Year = 2025, PowerWatts = 575,
            Gpu = new()
            {
                Fp64Teraflops = 1.64m, Fp32Teraflops = 104.8m, Tf32Teraflops = 104.8m, Bf16Teraflops = 209.5m,
                Fp8Teraflops = 419m, Fp4Teraflops = 1676m,
                MemoryGigabytes = 32, MemoryType = "GDDR7", MemoryBandwidthGigabytesPerSecond = 1792m,
                ScaleUpLink = "PCIe 5 x16", ScaleUpGigabytesPerSecond = 128m,
            },
            Source = new(
                "NVIDIA RTX Blackwell GPU architecture whitepaper",
                "whitepaper (FP32-accumulate rows), BF16/bandwidth/power confirmed by a public repository that quotes it",
                FigureConfidence.Low,
                "FP8 838 with FP16 accumulate; re-check with the maker."),
        },
        new()
        {
            Id = SkuId.From("nvidia-rtx-pro-6000-96gb"), Vendor = "NVIDIA", Name = "RTX PRO 6000 Blackwell Server", FormFactor = "PCIe", Year = 2025, PowerWatts = 600,
            Gpu = new()
            {
                MemoryGigabytes = 96, MemoryType = "GDDR7", MemoryBandwidthGigabytesPerSecond = 1597m,
                ScaleUpLink = "PCIe 5 x16", ScaleUpGigabytesPerSecond = 128m,
            },
            Source = new(
                "https://www.nvidia.com/en-us/data-center/rtx-pro-6000-blackwell-server-edition/",
                "maker's page, read through stas00/ml-engineering@744d01e compute/accelerator",
                FigureConfidence.Medium,
                "Peak TFLOPS not verified here; FP64 figures not re-read on the maker's page."),
        },
        new()
        {
            Id = SkuId.From("amd-mi300x-192gb"), Vendor = "AMD", Name = "Instinct MI300X", FormFactor = "OAM", Year = 2023, PowerWatts = 750,
            Gpu = new()
            {
                Fp64Teraflops = 81.7m, Fp64MatrixTeraflops = 163.4m, Fp32Teraflops = 163.4m, Tf32Teraflops = 653.7m,
                Bf16Teraflops = 1307m, Fp8Teraflops = 2615m, MeasuredBf16Teraflops = 668.4m,
                MemoryGigabytes = 192, MemoryType = "HBM3", MemoryBandwidthGigabytesPerSecond = 5300m,
                ScaleUpLink = "Infinity Fabric (xGMI)", ScaleUpGigabytesPerSecond = 896m,
            },
            Source = new(
                "https://www.amd.com/en/products/accelerators/instinct/mi300/mi300x.html",
                "maker's page, read through stas00/ml-engineering@744d01e compute/accelerator",
                FigureConfidence.Medium,
                "Measured share of peak is low (51%); FP64 figures not re-read on the maker's page."),
        },
        new()
        {
            Id = SkuId.From("amd-mi325x-256gb"), Vendor = "AMD", Name = "Instinct MI325X", FormFactor = "OAM", Year = 2024, PowerWatts = 1000,
            Gpu = new()
            {
                Fp64Teraflops = 81.7m, Fp64MatrixTeraflops = 163.4m, Fp32Teraflops = 163.4m, Tf32Teraflops = 653.7m,
                Bf16Teraflops = 1307m, Fp8Teraflops = 2615m, MeasuredBf16Teraflops = 784.9m,
                MemoryGigabytes = 256, MemoryType = "HBM3e", MemoryBandwidthGigabytesPerSecond = 6000m,
                ScaleUpLink = "Infinity Fabric (xGMI)", ScaleUpGigabytesPerSecond = 896m,
            },
            Source = new(
                "https://www.amd.com/en/products/accelerators/instinct/mi300/mi325x.html",
                "maker's page, read through stas00/ml-engineering@744d01e compute/accelerator",
                FigureConfidence.Medium,
                "FP64 figures not re-read on the maker's page."),
        },
        new()
        {
            Id = SkuId.From("amd-mi355x-288gb"), Vendor = "AMD", Name = "Instinct MI355X", FormFactor = "OAM", Year = 2025, PowerWatts = 1400,
            Gpu = new()
            {
                Fp64Teraflops = 78.6m, Fp64MatrixTeraflops = 78.6m, Fp32Teraflops = 157.3m, Bf16Teraflops = 2500m,
                Fp8Teraflops = 5000m, Fp4Teraflops = 10100m, MeasuredBf16Teraflops = 1565m,
                MemoryGigabytes = 288, MemoryType = "HBM3e", MemoryBandwidthGigabytesPerSecond = 8000m,
                ScaleUpLink = "Infinity Fabric (xGMI)", ScaleUpGigabytesPerSecond = 1075m,
            },
            Source = new(
                "https://www.amd.com/en/products/accelerators/instinct/mi350/mi355x.html",
                "maker's page, read through stas00/ml-engineering@744d01e compute/accelerator",
                FigureConfidence.Medium,
                "FP6 = FP4 = 10,100; FP64 figures not re-read on the maker's page."),
        },
    ];
}
