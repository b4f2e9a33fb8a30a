using Marketplace.Client;
using Marketplace.Portal.Language;
using Microsoft.JSInterop;

namespace Marketplace.Portal.Shell;

/// <summary>Who looks, as their browser says: language, zone, light or dark. Kept in the browser, one per connection.</summary>
public sealed class Viewer(IJSRuntime js)
{
    /// <summary>Languages there are, with their names in themselves.</summary>
    public static readonly (string Code, string Name)[] Languages = [("en", "English"), ("de", "Deutsch")];

    /// <summary>Raised when language or theme changed, for whoever shows them.</summary>
    public event Action? Changed;

    /// <summary>Whether the browser was asked.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Whether the dark theme is shown.</summary>
    public bool IsDark { get; private set; }

    /// <summary>Whether the window was wide enough for two columns when it was opened.</summary>
    public bool IsWide { get; private set; }

    /// <summary>IANA zone of the browser.</summary>
    public string Zone { get; private set; } = "UTC";

    /// <summary>Whether the tour of the product was seen or put aside.</summary>
    public bool HasSeenTour { get; private set; }

    /// <summary>Words in the viewer's language.</summary>
    public Texts Texts { get; private set; } = new("en");

    /// <summary>Numbers and time as the viewer writes them.</summary>
    public Formats Formats { get; private set; } = new("en", null);

    /// <summary>Asks the browser.</summary>
    public async Task StartAsync()
    {
        var told = await js.InvokeAsync<Told>("marketplace.viewer");
        Zone = told.Zone;
        IsDark = told.Dark;
        IsWide = told.Wide;
        HasSeenTour = told.Tour;
        Speak(told.Language);
        IsKnown = true;
    }

    /// <summary>Shows the other theme from now on.</summary>
    public async Task ToggleDarkAsync()
    {
        IsDark = !IsDark;
        await js.InvokeVoidAsync("marketplace.keep", "theme", IsDark ? "dark" : "light");
        Changed?.Invoke();
    }

    /// <summary>Speaks another language from now on. Pages are drawn anew.</summary>
    public async Task SpeakAsync(string language)
    {
        await js.InvokeVoidAsync("marketplace.keep", "language", language);
        Speak(language);
        Changed?.Invoke();
    }

    /// <summary>Two letters of a language that the account names.</summary>
    internal static string Code(SpokenLanguage language) => language == SpokenLanguage.De ? "de" : "en";

    /// <summary>Shows the tour no more, or again.</summary>
    public async Task KeepTourAsync(bool seen)
    {
        HasSeenTour = seen;
        await js.InvokeVoidAsync("marketplace.keep", "tour", seen ? "seen" : "");
    }

    private void Speak(string language)
    {
        var spoken = Array.Exists(Languages, known => known.Code == language) ? language : "en";
        Texts = new Texts(spoken, Zone);
        Formats = Texts.Formats;
    }

    /// <summary>What the browser tells.</summary>
    /// <param name="Language">Two letters.</param>
    /// <param name="Zone">IANA zone.</param>
    /// <param name="Dark">Whether dark is wanted.</param>
    /// <param name="Tour">Whether the tour was seen.</param>
    /// <param name="Wide">Whether the window is wide.</param>
    internal sealed record Told(string Language, string Zone, bool Dark, bool Tour, bool Wide);
}
