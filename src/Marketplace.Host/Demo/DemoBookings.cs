namespace Marketplace.Host.Demo;

/// <summary>Six fictional AI companies and what they reserved in two years.</summary>
internal static class DemoBookings
{
    /// <summary>The month in which the demo is seeded.</summary>
    public const int Today = 24;

    public static (string Key, string Name, string Country, string Address)[] Tenants { get; } =
    [
        ("lumen", "Lumen Foundry AI", "US", "410 Congress Street, Austin TX"),
        ("parallax", "Parallax Models", "GB", "7 Mill Lane, Cambridge"),
        ("harbor", "Quiet Harbor Research", "CA", "22 Water Street, Halifax NS"),
        ("nimbus", "Nimbus Protein", "US", "3 Harbour Road, Houston TX"),
        ("atlas", "Atlas Speech", "DE", "Lindenweg 12, Karlsruhe"),
        ("meridian", "Meridian Robotics", "US", "88 Foundry Row, Dallas TX"),
    ];

    public static DemoBooking[] All { get; } =
    [
        new(2.2, "lumen", "reykjanes.a100", 16, 3, 21, DemoFate.Renews),
        new(3.3, "parallax", "rjukan.h100", 32, 4, 12, DemoFate.Runs),
        new(4.1, "harbor", "sundsvall.h100", 24, 5, 24, DemoFate.Runs),
        new(4.8, "meridian", "caprock.h200", 48, 7, 36, DemoFate.Runs),
        new(5.2, "atlas", "massena.mi300x", 16, 7, 18, DemoFate.LeavesEarly),
        new(6.4, "lumen", "becancour.h200", 32, 8, 24, DemoFate.LosesANode),
        new(8.3, "nimbus", "butte.l40s", 20, 9, 6, DemoFate.Runs),
        new(8.5, "parallax", "caprock.power", 8_000, 11, 120, DemoFate.Runs),
        new(9.5, "harbor", "williston.rtx4090", 12, 10, 3, DemoFate.Runs),
        new(10.2, "atlas", "itaipu.h100", 24, 12, 24, DemoFate.Runs),
        new(10.4, "lumen", "caprock.gb200", 6, 15, 36, DemoFate.Runs),
        new(12.6, "meridian", "becancour.b200", 40, 20, 24, DemoFate.Runs),
        new(13.1, "parallax", "sundsvall.mi325x", 24, 14, 18, DemoFate.FallsBehind),
        new(15.2, "nimbus", "mesa.b200", 32, 18, 24, DemoFate.Runs),
        new(16.3, "lumen", "caprock.gb300", 12, 31, 36, DemoFate.Waits),
        new(17.4, "harbor", "butte.mi355x", 16, 20, 12, DemoFate.Cancels),
        new(18.2, "parallax", "becancour.gb300", 10, 32, 36, DemoFate.Waits),
        new(19.3, "atlas", "rjukan.b200", 24, 21, 12, DemoFate.Declined),
        new(20.1, "atlas", "tyne.h200", 16, 22, 24, DemoFate.HalfDelivered),
        new(21.4, "harbor", "reykjanes.h200", 16, 23, 12, DemoFate.AwaitsAcceptance),
        new(21.8, "meridian", "massena.b300", 16, 24, 12, DemoFate.Pending),
        new(23.8, "meridian", "itaipu.power", 20_000, 36, 120, DemoFate.AwaitsSignature),
        new(23.9, "parallax", "mesa.gb300", 20, 31, 60, DemoFate.AwaitsDeposit),
        new(23.9, "harbor", "caprock.h200", 24, 26, 12, DemoFate.Pending),
        new(23.95, "nimbus", "williston.rtx5090", 8, 25, 3, DemoFate.Pending),
    ];
}
