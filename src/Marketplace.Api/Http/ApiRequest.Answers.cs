using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Serialization;

namespace Marketplace.Api.Http;

/// <content>The ways to answer.</content>
internal sealed partial class ApiRequest
{
    public const string ReplayHeader = "Idempotent-Replay";

    /// <summary>A model, with the operation's status.</summary>
    public IResult Ok<TModel>(TModel model) => Results.Json(model, ApiJson.Options, ApiJson.ContentType, operation.Status);

    /// <summary>A noun as it stands, with its version as ETag; 304 when the caller has that version already.</summary>
    public IResult Ok<TState, TModel>(Snapshot<TState> snapshot, Func<TState, TModel> toModel)
    {
        var tag = TagOf(snapshot.Version);
        http.Response.Headers.ETag = tag;
        return HttpMethods.IsGet(http.Request.Method) && http.Request.Headers.IfNoneMatch == tag
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Ok(toModel(snapshot.State));
    }

    /// <summary>What a grain answered to a command: the noun after it, or the refusal as a problem.</summary>
    public IResult Answer<TState, TModel>(Answer<Snapshot<TState>> answer, Func<TState, TModel> toModel, string? location = null)
    {
        var snapshot = Granted(answer);
        if (location is not null)
        {
            http.Response.Headers.Location = location;
        }

        return Ok(snapshot, toModel);
    }

    /// <summary>The value of a granted answer; a refusal ends the request.</summary>
    public T Granted<T>(Answer<T> answer)
    {
        if (!answer.IsGranted)
        {
            throw new ProblemException(Problem.Of(answer.Refusal));
        }

        // A grain without an operation log says that nothing had to change; only the key says whether this is a repetition.
        if (answer.Replayed && repeated is not false)
        {
            MarkReplayed();
        }

        return answer.Value;
    }

    /// <summary>Says that this answer repeats the one an earlier request with the same key got.</summary>
    public void MarkReplayed() => http.Response.Headers[ReplayHeader] = "true";

    /// <summary>
    /// A page of list rows, newest first unless <paramref name="ascending"/>. Rows that <paramref name="where"/> refuses are
    /// passed over; a page that looked at many ends early, with a cursor to go on.
    /// </summary>
    public Task<IResult> PageAsync<TState, TModel>(string table, string partition, Func<TState, TModel> toModel, Func<TState, bool>? where = null, bool ascending = false) =>
        PageAsync<TState, TModel>(table, partition, state => ValueTask.FromResult(toModel(state)), where, ascending);

    /// <summary>The same where each item shown has to be asked for: all of a page at once.</summary>
    public async Task<IResult> PageAsync<TState, TModel>(
        string table, string partition, Func<TState, ValueTask<TModel>> toModel, Func<TState, bool>? where = null, bool ascending = false)
    {
        var (limit, cursor) = Paging();
        var items = new List<TState>();
        string? last = null;
        var from = ascending ? cursor is null ? null : cursor + "!" : null;
        var until = ascending ? null : cursor;
        for (var seen = 0; ;)
        {
            var page = await Rows.ScanAsync(table, partition, from, until, limit, descending: !ascending, Cancellation);
            foreach (var row in page.Rows)
            {
                if (items.Count == limit)
                {
                    return await ShowAsync(last);
                }

                var state = JsonSerializer.Deserialize<TState>(row.Data.Span, MarketJson.Options)!;
                last = row.Key;
                seen++;
                if (where is null || where(state))
                {
                    items.Add(state);
                }
            }

            if (page.NextFrom is null)
            {
                return await ShowAsync(null);
            }

            if (seen >= ScanBudget || items.Count == limit)
            {
                return await ShowAsync(last);
            }

            from = ascending ? page.NextFrom : null;
            until = ascending ? null : page.NextFrom;
        }

        async Task<IResult> ShowAsync(string? next) => Ok(new Page<TModel>(
            [.. await Task.WhenAll(items.Select(item => toModel(item).AsTask()))], next is not null, next is null ? null : Page.CursorOf(next)));
    }

    /// <summary>A page of what is all in memory; the cursor is the position.</summary>
    public IResult PageOf<T, TModel>(IReadOnlyList<T> items, Func<T, TModel> toModel)
    {
        var (shown, next) = PageOf(items);
        return Ok(new Page<TModel>([.. shown.Select(toModel)], next is not null, next));
    }

    /// <summary>The same where each item shown has to be asked for.</summary>
    public async Task<IResult> PageOfAsync<T, TModel>(IReadOnlyList<T> items, Func<T, Task<TModel>> toModel)
    {
        var (shown, next) = PageOf(items);
        return Ok(new Page<TModel>([.. await Task.WhenAll(shown.Select(toModel))], next is not null, next));
    }

    private (ImmutableArray<T> Shown, string? Next) PageOf<T>(IReadOnlyList<T> items)
    {
        var (limit, cursor) = Paging();
        var start = 0;
        if (cursor is not null && (!int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out start) || start > items.Count))
        {
            throw InvalidCursor();
        }

        var shown = items.Skip(start).Take(limit).ToImmutableArray();
        var end = start + shown.Length;
        return (shown, end < items.Count ? Page.CursorOf(end.ToString(CultureInfo.InvariantCulture)) : null);
    }

    /// <summary>Limit and cursor key of a listing.</summary>
    public (int Limit, string? After) Paging()
    {
        var limit = Page.DefaultLimit;
        if (http.Request.Query["limit"] is { Count: > 0 } text && (text.Count != 1 || !int.TryParse(text[0], NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > Page.MostItems))
        {
            throw Problem.Invalid("limit", Faults.OutOfRange, $"Expected 1 to {Page.MostItems}.");
        }

        return http.Request.Query["startingAfter"] is { Count: > 0 } cursor
            ? (limit, Page.KeyOf(cursor.ToString()) ?? throw InvalidCursor())
            : (limit, null);
    }

    private static ProblemException InvalidCursor() => Problem.Invalid("startingAfter", Faults.InvalidFormat, "Pass nextCursor of the page before as it was.");

    private static string TagOf(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");
}
