using Marketplace.Domain.Energy;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using static Marketplace.Domain.Energy.EnergySource;
using static Marketplace.Host.Demo.DemoOffer;

namespace Marketplace.Host.Demo;

/// <summary>
/// Twelve fictional operators with thirty pools. Prices, phases and terms lie in the range of public contracts of miners with
/// AI companies; names and places of sites are invented.
/// </summary>
internal static class DemoSites
{
    // kW per node are the published server figures: the GPUs with their host, fans and network.
    private static readonly DemoHardware A100 = new("nvidia-a100-sxm4-80gb", "A100 80GB", 8, 6.5m, "NVLink 3", "InfiniBand HDR 200, rail-optimised");
    private static readonly DemoHardware H100 = new("nvidia-h100-sxm5-80gb", "H100 SXM", 8, 10.2m, "NVLink 4", "InfiniBand NDR 400, rail-optimised");
    private static readonly DemoHardware H200 = new("nvidia-h200-sxm5-141gb", "H200 SXM", 8, 10.2m, "NVLink 4", "InfiniBand NDR 400, rail-optimised");
    private static readonly DemoHardware B200 = new("nvidia-b200-sxm6-180gb", "B200", 8, 14.3m, "NVLink 5", "InfiniBand XDR 800, rail-optimised");
    private static readonly DemoHardware B300 = new("nvidia-b300-sxm6-288gb", "B300", 8, 15.1m, "NVLink 5", "InfiniBand XDR 800, rail-optimised");
    private static readonly DemoHardware Gb200 = new("nvidia-gb200-nvl-186gb", "GB200 NVL72", 72, 132m, "NVLink 5, one domain of 72", "InfiniBand XDR 800");
    private static readonly DemoHardware Gb300 = new("nvidia-gb300-nvl72-288gb", "GB300 NVL72", 72, 142m, "NVLink 5, one domain of 72", "InfiniBand XDR 800");
    private static readonly DemoHardware Mi300 = new("amd-mi300x-192gb", "MI300X", 8, 10.5m, "Infinity Fabric", "RoCE 400, rail-optimised");
    private static readonly DemoHardware Mi325 = new("amd-mi325x-256gb", "MI325X", 8, 11.5m, "Infinity Fabric", "RoCE 400, rail-optimised");
    private static readonly DemoHardware Mi355 = new("amd-mi355x-288gb", "MI355X", 8, 16.5m, "Infinity Fabric 4", "RoCE 400, rail-optimised");
    private static readonly DemoHardware L40S = new("nvidia-l40s-48gb", "L40S", 8, 4.4m, "PCIe 4", "Ethernet 200");
    private static readonly DemoHardware Rtx4090 = new("nvidia-rtx-4090-24gb", "RTX 4090", 8, 4.8m, "PCIe 4", "Ethernet 100");
    private static readonly DemoHardware Rtx5090 = new("nvidia-rtx-5090-32gb", "RTX 5090", 8, 6.2m, "PCIe 5", "Ethernet 100");

    public static DemoSite[] All { get; } =
    [
        new("caprock", "Caprock Compute", "Caprock Ridge", At("US", "TX", "Dickens County", 33.62m, -100.79m), "America/Chicago", 180, 140,
            CoolingKind.DirectLiquid, 1.25m, 58, Mix((Wind, 44), (NaturalGas, 38), (Solar, 14), (Nuclear, 4)),
            [new("Hall A", 40, 6), new("Hall B", 50, 14, 11, 16), new("Hall C", 50, 30, 22, 33)],
            [
                new("h200", H200, 2.45m, Contract, 256),
                new("gb200", Gb200, 3.95m, Contract, 0, 96),
                new("gb300", Gb300, 4.75m, Contract, 0, 0, 160),
                new("power", null, 125m, Colocation, 20_000, 20_000, 20_000),
            ]),
        new("sundsvall", "Northlight Power", "Ljungan Halls", At("SE", "Vasternorrland", "Sundsvall", 62.39m, 17.31m), "Europe/Stockholm", 90, 75,
            CoolingKind.Air, 1.14m, 98, Mix((Hydro, 72), (Wind, 26), (Nuclear, 2)),
            [new("Block 1", 20, 4), new("Block 2", 25, 12), new("Block 3", 30, 27)],
            [
                new("h100", H100, 2.15m, Contract, 320),
                new("mi325x", Mi325, 2.20m, Contract, 0, 192),
                new("power", null, 118m, Colocation, 8_000, 16_000, 28_000),
            ]),
        new("rjukan", "Fjordkraft Hosting", "Maana Valley", At("NO", "Telemark", "Rjukan", 59.88m, 8.59m), "Europe/Oslo", 60, 51,
            CoolingKind.Air, 1.12m, 99, Mix((Hydro, 96), (Wind, 4)),
            [new("Hall 1", 15, 3), new("Hall 2", 20, 20), new("Hall 3", 16, 34)],
            [
                new("h100", H100, 2.25m, OnDemand, 128),
                new("b200", B200, 3.60m, Contract, 0, 160, 96),
            ]),
        new("butte", "Copper Basin Energy", "Silver Bow", At("US", "MT", "Silver Bow County", 45.97m, -112.59m), "America/Denver", 120, 96,
            CoolingKind.Hybrid, 1.22m, 61, Mix((Hydro, 42), (Coal, 33), (Wind, 19), (NaturalGas, 6)),
            [new("Phase 1", 30, 8), new("Phase 2", 30, 18), new("Phase 3", 36, 33)],
            [
                new("l40s", L40S, 0.84m, OnDemand, 200),
                new("mi355x", Mi355, 2.95m, Contract, 0, 256, 256),
                new("power", null, 112m, Colocation, 15_000, 15_000, 24_000),
            ]),
        new("massena", "Great Lakes Digital", "Raquette Works", At("US", "NY", "Massena", 44.95m, -74.91m), "America/New_York", 100, 80,
            CoolingKind.DirectLiquid, 1.20m, 89, Mix((Hydro, 81), (Nuclear, 11), (Wind, 8)),
            [new("Building 1", 24, 5), new("Building 2", 24, 19, 17, 22), new("Building 3", 32, 36)],
            [
                new("mi300x", Mi300, 1.92m, Contract, 144),
                new("b300", B300, 4.20m, Contract, 0, 128, 128),
            ]),
        new("williston", "Prairie Flare", "Bakken Yard", At("US", "ND", "Williams County", 48.15m, -103.62m), "America/Chicago", 40, 30,
            CoolingKind.Immersion, 1.08m, 0, Mix((FlaredGas, 88), (NaturalGas, 12)),
            [new("Pad 1", 10, 9), new("Pad 2", 20, 28)],
            [
                new("rtx4090", Rtx4090, 0.39m, OnDemand, 240),
                new("rtx5090", Rtx5090, 0.64m, OnDemand, 160, 320),
            ]),
        new("becancour", "Maple Ridge Data", "Becancour Park", At("CA", "QC", "Becancour", 46.34m, -72.43m), "America/Toronto", 150, 125,
            CoolingKind.DirectLiquid, 1.16m, 99, Mix((Hydro, 94), (Wind, 6)),
            [new("Module 1", 40, 7), new("Module 2", 40, 19), new("Module 3", 45, 31)],
            [
                new("h200", H200, 2.55m, Contract, 224),
                new("b200", B200, 3.55m, Contract, 0, 320),
                new("gb300", Gb300, 4.60m, Contract, 0, 0, 120),
            ]),
        new("mildura", "Austral Grid", "Murray Sun", At("AU", "VIC", "Mildura", -34.19m, 142.16m), "Australia/Melbourne", 70, 54,
            CoolingKind.Evaporative, 1.28m, 64, Mix((Solar, 46), (Grid, 36), (Wind, 18)),
            [new("Stage 1", 18, 26), new("Stage 2", 36, 40)],
            [
                new("h100", H100, 2.40m, OnDemand, 96),
                new("power", null, 131m, Colocation, 10_000, 30_000),
            ]),
        new("reykjanes", "Reykja Compute", "Sudurnes", At("IS", "Reykjanes", "Reykjanesbaer", 63.99m, -22.56m), "Atlantic/Reykjavik", 45, 40,
            CoolingKind.Air, 1.10m, 100, Mix((Geothermal, 55), (Hydro, 45)),
            [new("House 1", 20, 2), new("House 2", 20, 23)],
            [
                new("a100", A100, 1.08m, OnDemand, 96),
                new("h200", H200, 2.50m, Contract, 0, 160),
            ]),
        new("itaipu", "Itaipu Norte Hosting", "Alto Parana", At("PY", "Alto Parana", "Hernandarias", -25.41m, -54.64m), "America/Asuncion", 110, 88,
            CoolingKind.Evaporative, 1.24m, 100, Mix((Hydro, 100)),
            [new("Etapa 1", 28, 11), new("Etapa 2", 60, 35)],
            [
                new("h100", H100, 1.98m, Contract, 160),
                new("power", null, 96m, Colocation, 18_000, 45_000),
            ]),
        new("mesa", "Blue Mesa Compute", "Palo Seco", At("US", "AZ", "Maricopa County", 33.39m, -112.86m), "America/Phoenix", 200, 160,
            CoolingKind.DirectLiquid, 1.27m, 41, Mix((Nuclear, 48), (Solar, 41), (NaturalGas, 11)),
            [new("Unit 1", 40, 17), new("Unit 2", 60, 30), new("Unit 3", 60, 42)],
            [
                new("b200", B200, 3.70m, Contract, 384),
                new("gb300", Gb300, 4.90m, Contract, 0, 240),
                new("power", null, 134m, Colocation, 0, 20_000, 50_000),
            ]),
        new("tyne", "Tyne Valley Power", "Blyth Quay", At("GB", "England", "Northumberland", 55.13m, -1.51m), "Europe/London", 50, 40,
            CoolingKind.Hybrid, 1.18m, 67, Mix((Wind, 67), (Nuclear, 19), (NaturalGas, 14)),
            [new("Hall 1", 16, 21), new("Hall 2", 24, 38)],
            [
                new("h200", H200, 2.75m, Contract, 128),
                new("b300", B300, 4.45m, Contract, 0, 192),
            ]),
    ];

    private static SiteLocation At(string country, string region, string locality, decimal latitude, decimal longitude) =>
        new(country, region, locality, new SiteCoordinates(latitude, longitude, Approximate: true));

    private static EnergyShare[] Mix(params (EnergySource Source, decimal Share)[] shares) =>
        [.. shares.Select(share => new EnergyShare(share.Source, Percentage.From(share.Share)))];
}
