using Marketplace.Grains.Organizations;
using Marketplace.Grains.Ports;
using NodaTime;

namespace Marketplace.Api.Http;

/// <summary>
/// Writes into an organization's access log that one of its members or keys asked for what it may not do. The first of each kind in
/// ten minutes is written: whoever knocks on at a closed door is seen, and cannot fill the log.
/// </summary>
internal sealed partial class RefusedAccess(IRowStore rows, TimeProvider time, ILogger<RefusedAccess> log)
{
    /// <summary>Most kinds remembered; beyond it all are forgotten, and written once more.</summary>
    private const int MostRemembered = 10_000;

    private static readonly Duration Quiet = Duration.FromMinutes(10);
    private readonly Dictionary<(string Organization, string Actor, string Operation), Instant> written = [];
    private readonly Lock guard = new();

    /// <summary>Notes a refusal. It is refused in any case: an entry that cannot be written is told to the host's log.</summary>
    public async Task NoteAsync(HttpContext http, Caller caller, ApiOperation operation)
    {
        var now = Instant.FromDateTimeOffset(time.GetUtcNow());
        if (!IsNew((caller.Organization.Value, caller.Actor, operation.Id), now))
        {
            return;
        }

        var agent = http.Request.Headers.UserAgent.ToString();
        try
        {
            await AccessRows.AddAsync(rows, caller.Organization, now, AccessAct.Refused, caller.Actor, operation.Id, ClientAddress.Of(http), agent.Length > 200 ? agent[..200] : agent);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            NotWritten(error, operation.Id);
        }
    }

    private bool IsNew((string Organization, string Actor, string Operation) kind, Instant now)
    {
        lock (guard)
        {
            if (written.TryGetValue(kind, out var at) && now - at < Quiet)
            {
                return false;
            }

            if (written.Count >= MostRemembered)
            {
                written.Clear();
            }

            written[kind] = now;
            return true;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A refused {Operation} could not be written into the access log.")]
    private partial void NotWritten(Exception error, string operation);
}
