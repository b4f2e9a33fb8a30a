using Marketplace.Client;

namespace Marketplace.Portal.Shell;

/// <summary>How many notices the viewer has not read: as the API keeps it, and what happened since.</summary>
public sealed class NoticeCount : IDisposable
{
    private readonly PortalSession session;
    private readonly EventFollower follower;
    private bool isStarted;

    /// <summary>One for each connection.</summary>
    /// <param name="session">Who looks.</param>
    /// <param name="follower">What happens meanwhile.</param>
    public NoticeCount(PortalSession session, EventFollower follower)
    {
        (this.session, this.follower) = (session, follower);
        follower.Happened += OnHappened;
    }

    /// <summary>Raised, on any thread, when it changed.</summary>
    public event Action? Changed;

    /// <summary>Notices not read.</summary>
    public long Unread { get; private set; }

    /// <summary>Reads it once.</summary>
    public async Task StartAsync()
    {
        if (isStarted || session.Me is null)
        {
            return;
        }

        isStarted = true;
        try
        {
            Stand((await session.Api.GetNoticesReadAsync()).Result.Unread);
        }
        catch (Exception error) when (Trouble.Of(error) is not null)
        {
            // Without the right to events there is nothing to count; a page says what is the matter.
        }
    }

    /// <summary>Says how many there are now.</summary>
    /// <param name="unread">Notices not read.</param>
    public void Stand(long unread)
    {
        Unread = unread;
        Changed?.Invoke();
    }

    /// <inheritdoc/>
    public void Dispose() => follower.Happened -= OnHappened;

    private void OnHappened(Event it) => Stand(Unread + 1);
}
