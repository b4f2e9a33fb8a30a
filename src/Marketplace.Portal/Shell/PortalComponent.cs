using Marketplace.Client;
using Marketplace.Portal.Language;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Marketplace.Portal.Shell;

/// <summary>What every part of a page has at hand.</summary>
public abstract class PortalComponent : ComponentBase
{
    /// <summary>Who looks.</summary>
    [Inject]
    protected Viewer Viewer { get; set; } = null!;

    /// <summary>Who is signed in.</summary>
    [Inject]
    protected PortalSession Session { get; set; } = null!;

    /// <summary>Market time.</summary>
    [Inject]
    protected MarketNow Market { get; set; } = null!;

    /// <summary>The address bar.</summary>
    [Inject]
    protected NavigationManager Navigation { get; set; } = null!;

    /// <summary>Short notices.</summary>
    [Inject]
    protected ISnackbar Notices { get; set; } = null!;

    /// <summary>Words in the viewer's language.</summary>
    protected Texts T => Viewer.Texts;

    /// <summary>Numbers and time as the viewer writes them.</summary>
    protected Formats F => Viewer.Formats;

    /// <summary>The API, called as whoever is signed in.</summary>
    protected MarketplaceClient Api => Session.Api;

    /// <summary>
    /// Whether a change is under way: its button is disabled meanwhile. Nothing depends on that, since a change carries a key
    /// that names what is wanted, and so is made once however often it is asked for.
    /// </summary>
    protected bool IsBusy { get; private set; }

    /// <summary>What was wrong with the last change that <see cref="TryAsync"/> made; null while nothing was. Its form shows it beside the fields.</summary>
    protected Trouble? Wrong { get; private set; }

    /// <summary>Makes a change, and says what went wrong if it did.</summary>
    /// <param name="change">The change.</param>
    /// <param name="done">What to say when it is made; null for nothing.</param>
    /// <returns>Whether it was made.</returns>
    protected Task<bool> DoAsync(Func<Task> change, string? done = null) =>
        MakeAsync(change, done, trouble => Notices.Add(trouble.Say(T), Severity.Error, options => options.RequireInteraction = true));

    /// <summary>Makes the change of a form that shows what went wrong itself, as <see cref="Wrong"/>.</summary>
    /// <param name="change">The change.</param>
    /// <param name="done">What to say when it is made; null for nothing.</param>
    /// <returns>Whether it was made.</returns>
    protected Task<bool> TryAsync(Func<Task> change, string? done = null)
    {
        Wrong = IsBusy ? Wrong : null;
        return MakeAsync(change, done, trouble => Wrong = trouble);
    }

    private async Task<bool> MakeAsync(Func<Task> change, string? done, Action<Trouble> onTrouble)
    {
        if (IsBusy)
        {
            return false;
        }

        IsBusy = true;
        try
        {
            await change();
            if (done is not null)
            {
                Notices.Add(done, Severity.Success);
            }

            return true;
        }
        catch (Exception error) when (Trouble.Of(error) is { } trouble)
        {
            onTrouble(trouble);
            return false;
        }
        finally
        {
            IsBusy = false;
        }
    }
}
