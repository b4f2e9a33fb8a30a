using MudBlazor;

namespace Marketplace.Portal.Shell;

/// <summary>Colours and type. Every text on its ground keeps a contrast of 4.5 to 1, which the tests measure in a browser.</summary>
internal static class PortalTheme
{
    private static readonly string[] Fonts = ["Inter", "system-ui", "Segoe UI", "Roboto", "Helvetica", "Arial", "sans-serif"];

    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#1747b5",
            PrimaryContrastText = "#ffffff",
            Secondary = "#8a3ffc",
            Success = "#14693a",
            Warning = "#8a5200",
            Error = "#b3261e",
            Info = "#1747b5",
            Background = "#f5f6f8",
            Surface = "#ffffff",
            AppbarBackground = "#ffffff",
            AppbarText = "#10151d",
            DrawerBackground = "#ffffff",
            DrawerText = "#10151d",
            TextPrimary = "#10151d",
            TextSecondary = "#4d5866",
            ActionDefault = "#4d5866",
            Divider = "#dfe3e8",
            LinesDefault = "#dfe3e8",
            LinesInputs = "#8b95a3",
            TableLines = "#e7eaee",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#93b4ff",
            PrimaryContrastText = "#0a1222",
            Secondary = "#c9a7ff",
            Success = "#6fd49a",
            SuccessContrastText = "#06190e",
            Warning = "#f2bd62",
            WarningContrastText = "#1d1200",
            Error = "#ff9d94",
            ErrorContrastText = "#240503",
            Info = "#93b4ff",
            InfoContrastText = "#0a1222",
            Background = "#0b0f15",
            Surface = "#131922",
            AppbarBackground = "#0f141c",
            AppbarText = "#eef2f7",
            DrawerBackground = "#131922",
            DrawerText = "#eef2f7",
            TextPrimary = "#eef2f7",
            TextSecondary = "#a6b1bf",
            ActionDefault = "#a6b1bf",
            Divider = "#263040",
            LinesDefault = "#263040",
            LinesInputs = "#5c6a7d",
            TableLines = "#212a37",
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Fonts, FontSize = ".9375rem", LineHeight = "1.5", LetterSpacing = "normal" },
            Button = new ButtonTypography { FontFamily = Fonts, FontWeight = "600", FontSize = ".9375rem", TextTransform = "none", LetterSpacing = "normal" },
        },
    };
}
