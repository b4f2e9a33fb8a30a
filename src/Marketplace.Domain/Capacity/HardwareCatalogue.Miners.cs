using System.Collections.Immutable;

namespace Marketplace.Domain.Capacity;

public static partial class HardwareCatalogue
{
    private static ImmutableArray<HardwareModel> Miners { get; } =
    [
        Miner(
            "bitmain-antminer-s19-95t", "Bitmain", "Antminer S19 95T", "air", 2020, 3250, 95m, 34.5m,
            new("manufacturer spec", "trade listings quoting the maker", FigureConfidence.Medium, null)),
        Miner(
            "bitmain-antminer-s19-pro-110t", "Bitmain", "Antminer S19 Pro 110T", "air", 2020, 3250, 110m, 29.5m,
            new("https://studio.glassnode.com/charts/btc-asic-fleet-count", "chart model table", FigureConfidence.Medium, null)),
        Miner(
            "bitmain-antminer-s19j-pro-100t", "Bitmain", "Antminer S19j Pro 100T", "air", 2021, 3050, 100m, 30.5m,
            new("https://lmc-mining.vercel.app/university/asic-miner-efficiency-explained", "article", FigureConfidence.Medium, null)),
        Miner(
            "bitmain-antminer-s19-xp-140t", "Bitmain", "Antminer S19 XP 140T", "air", 2022, 3010, 140m, 21.5m,
            new("http://miningstore.com/understanding-the-bitcoin-mining-rig-market/is-the-antminer-s19-xp-worth-it-part-1/", "article (announcement figures)", FigureConfidence.Medium, null)),
        Miner(
            "bitmain-antminer-s19-xp-hyd-255t", "Bitmain", "Antminer S19 XP Hyd 255T", "hydro", 2022, 5304, 255m, 20.8m,
            new("https://studio.glassnode.com/charts/btc-asic-fleet-count", "chart model table", FigureConfidence.Medium, null)),
        Miner(
            "bitmain-antminer-s21-200t", "Bitmain", "Antminer S21 200T", "air", 2023, 3500, 200m, 17.5m,
            new("https://hackernoon.com (Antminer S21 review)", "review citing the maker: 200T, 17.5 J/T", FigureConfidence.Medium, null)),
        Miner(
            "bitmain-antminer-s21-pro-234t", "Bitmain", "Antminer S21 Pro 234T", "air", 2024, 3510, 234m, 15.0m,
            new("https://lmc-mining.vercel.app/university/asic-miner-efficiency-explained", "article", FigureConfidence.Medium, "3,531 W in other listings.")),
        Miner(
            "bitmain-antminer-s21-xp-270t", "Bitmain", "Antminer S21 XP 270T", "air", 2024, 3645, 270m, 13.5m,
            new("manufacturer spec", "listings; best-in-class air 13.5 J/TH per lmc-mining article", FigureConfidence.Medium, null)),
        Miner(
            "bitmain-antminer-s21-hyd-335t", "Bitmain", "Antminer S21 Hyd 335T", "hydro", 2023, 5360, 335m, 16.0m,
            new("public repository price list", "listing", FigureConfidence.Medium, null)),
        Miner(
            "bitmain-antminer-s21-plus-216t", "Bitmain", "Antminer S21+ 216T", "air", 2025, 3564, 216m, 16.5m,
            new("https://btcminermarketplace.com/how-to-calculate-profitability-of-antminer-s21-3", "listing (216 TH/s); power from maker, to be re-checked", FigureConfidence.Medium, null)),
        Miner(
            "bitmain-antminer-s21-plus-hyd-319t", "Bitmain", "Antminer S21+ Hyd 319T", "hydro", 2025, 4785, 319m, 15.0m,
            new("https://top-crypto-mining-asics.com/?p=4692", "listing", FigureConfidence.Medium, null)),
        Miner(
            "bitmain-antminer-s21-xp-hyd-473t", "Bitmain", "Antminer S21 XP Hyd 473T", "hydro", 2024, 5676, 473m, 12.0m,
            new("public repository constants", "listing", FigureConfidence.Medium, null)),
        Miner(
            "microbt-whatsminer-m60-172t", "MicroBT", "Whatsminer M60 172T", "air", 2023, 3422, 172m, 19.9m,
            new("manufacturer spec", "trade listings, to be re-checked", FigureConfidence.Low, "Sold in bins of 156-172 TH/s at 19.9 J/TH; re-check with the maker.")),
        Miner(
            "microbt-whatsminer-m60s-186t", "MicroBT", "Whatsminer M60S 186T", "air", 2023, 3441, 186m, 18.5m,
            new("public repository constants (3 agree on 186 TH/s, 3,422-3,441 W)", "listing", FigureConfidence.Medium, "Sold in bins of 170-186 TH/s at 18.5 J/TH.")),
        Miner(
            "microbt-whatsminer-m63s-390t", "MicroBT", "Whatsminer M63S 390T", "hydro", 2023, 7215, 390m, 18.5m,
            new("manufacturer spec", "trade listings, to be re-checked", FigureConfidence.Low, "Bins 360-390; re-check with the maker.")),
        Miner(
            "microbt-whatsminer-m66s-298t", "MicroBT", "Whatsminer M66S 298T", "immersion", 2023, 5513, 298m, 18.5m,
            new("manufacturer spec", "listing (298 TH/s, 5,348-5,513 W)", FigureConfidence.Medium, null)),
    ];

    private static HardwareModel Miner(
        string id, string vendor, string name, string cooling, int year, int watts, decimal terahashes, decimal joulesPerTerahash, FigureSource source) => new()
        {
            Id = SkuId.From(id),
            Vendor = vendor,
            Name = name,
            FormFactor = cooling,
            Year = year,
            PowerWatts = watts,
            Miner = new(terahashes, joulesPerTerahash, "SHA-256"),
            Source = source,
        };
}
