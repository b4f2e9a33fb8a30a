using Marketplace.Client;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;

namespace Marketplace.Portal.Shell;

/// <summary>A page that reads something when it is opened, and again when something happened to it.</summary>
public abstract class PortalPage : PortalComponent, IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource leaving = new();
    private string? shown;
    private int misses;
    private bool isWaiting;
    private string path = "";
    private bool isReading;
    private bool isStale;
    private bool isGone;

    [Inject]
    private EventFollower Follower { get; set; } = null!;

    /// <summary>What went wrong while it was read; null while nothing did.</summary>
    protected Trouble? Trouble { get; private set; }

    /// <summary>Whether it was read at least once.</summary>
    protected bool IsRead { get; private set; }

    /// <summary>What the page depends on: when it changes with the address, the page is read anew.</summary>
    protected virtual string Subject => "";

    /// <summary>Whether what is shown also depends on the query of the address, such as filters: it is then read again when that changes, and what is shown stays until it is there.</summary>
    protected virtual bool DependsOnQuery => false;

    /// <summary>Whether an event concerns what is shown.</summary>
    protected virtual bool Concerns(Event it) => Subject.Length > 0 && it.Subject == Subject;

    /// <summary>Reads what the page shows.</summary>
    protected abstract Task ReadAsync();

    /// <summary>Reads it again, keeping what is shown until it is there.</summary>
    protected async Task ReadAgainAsync()
    {
        if (isReading)
        {
            isStale = true;
            return;
        }

        isReading = true;
        try
        {
            do
            {
                isStale = false;
                await ReadAsync();
            }
            while (isStale && !isGone);
            Trouble = null;
            IsRead = true;
            misses = 0;
        }
        catch (Exception error) when (Shell.Trouble.Of(error) is { } trouble)
        {
            Trouble = trouble;
        }
        finally
        {
            isReading = false;
        }

        if (!isGone)
        {
            StateHasChanged();
            if (Trouble is { PassesByItself: true })
            {
                _ = ReadLaterAsync();
            }
        }
    }

    /// <summary>The organization one acts for. Without one the API's refusal, which the page shows, says what to do.</summary>
    protected async Task<string> OrganizationAsync() => Session.Me?.OrganizationId ?? (await Api.GetMeAsync()).Result.OrganizationId;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        Follower.Happened += OnHappened;
        Follower.Stands += OnTimeChanged;
        Market.Changed += OnTimeChanged;
        Navigation.LocationChanged += OnMoved;
        path = PathOf(Navigation.Uri);
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (shown != Subject)
        {
            shown = Subject;
            IsRead = false;
            await ReadAgainAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what the page began.</summary>
    /// <param name="disposing">Always true.</param>
    protected virtual void Dispose(bool disposing)
    {
        isGone = true;
        leaving.Cancel();
        leaving.Dispose();
        Follower.Happened -= OnHappened;
        Follower.Stands -= OnTimeChanged;
        Market.Changed -= OnTimeChanged;
        Navigation.LocationChanged -= OnMoved;
    }

    /// <summary>Reads again by itself what could not be had just now, after pauses that grow.</summary>
    private async Task ReadLaterAsync()
    {
        if (isWaiting)
        {
            return;
        }

        isWaiting = true;
        try
        {
            var pause = TimeSpan.FromSeconds(1 << Math.Min(++misses, 5));
            await Task.Delay(pause < LongestPause ? pause : LongestPause, leaving.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        finally
        {
            isWaiting = false;
        }

        await ReadAgainAsync();
    }

    private void OnHappened(Event it)
    {
        if (Concerns(it))
        {
            _ = InvokeAsync(ReadAgainAsync);
        }
    }

    private void OnMoved(object? sender, LocationChangedEventArgs moved)
    {
        if (DependsOnQuery && PathOf(moved.Location) == path)
        {
            _ = InvokeAsync(ReadAgainAsync);
        }
    }

    private static string PathOf(string address) => new Uri(address).AbsolutePath;

    /// <summary>Whatever it was, everything may stand otherwise than it was read.</summary>
    private void OnTimeChanged() => _ = InvokeAsync(ReadAgainAsync);
}
