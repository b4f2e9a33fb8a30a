using Marketplace.Client;

namespace Marketplace.Portal.Shell;

/// <summary>
/// What happens to the organization while somebody looks: one stream for all pages of a connection. A page that shows a
/// thing is told when something happened to it, and reads it again.
/// </summary>
public sealed class EventFollower(PortalSession session, TimeProvider time) : IAsyncDisposable
{
    private const int MostKept = 50;
    private static readonly TimeSpan UntilItStands = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource ending = new();
    private readonly LinkedList<Event> recent = new();
    private Task? following;

    /// <summary>Raised, on any thread, for each event after it was kept.</summary>
    public event Action<Event>? Happened;

    /// <summary>
    /// Raised once, on any thread, when the stream has surely begun: what happened between the reading of a page and the beginning of
    /// the stream was told to nobody, so a page then reads its thing once more.
    /// </summary>
    public event Action? Stands;

    /// <summary>
    /// Raised once, on any thread, when nobody is let in with this connection's session any more: it ended, the person left the
    /// organization, or the session was switched to another one. What is shown is then no longer the viewer's to see.
    /// </summary>
    public event Action? ShutOut;

    /// <summary>The latest events since the connection began, newest first.</summary>
    public IReadOnlyList<Event> Recent
    {
        get
        {
            lock (recent)
            {
                return [.. recent];
            }
        }
    }

    /// <summary>Begins, once, if somebody is signed in.</summary>
    public void Start()
    {
        if (session.Me is not null)
        {
            following ??= Task.WhenAll(FollowAsync(), StandAsync());
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        if (following is { } last)
        {
            await last;
        }

        ending.Dispose();
    }

    private async Task StandAsync()
    {
        try
        {
            await Task.Delay(UntilItStands, time, ending.Token);
            Stands?.Invoke();
        }
        catch (OperationCanceledException)
        {
            // The viewer left.
        }
    }

    private async Task FollowAsync()
    {
        try
        {
            await foreach (var (it, _) in session.Api.FollowEventsAsync(cancellation: ending.Token))
            {
                lock (recent)
                {
                    recent.AddFirst(it);
                    if (recent.Count > MostKept)
                    {
                        recent.RemoveLast();
                    }
                }

                Happened?.Invoke(it);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The viewer left.
        }
        catch (MarketplaceException error) when (error.StatusCode == 401 || error.Code is "no_organization" or "organization_switched")
        {
            ShutOut?.Invoke();
        }
        catch (MarketplaceException)
        {
            // Without the right to events, pages show what they read when they were opened.
        }
    }
}
