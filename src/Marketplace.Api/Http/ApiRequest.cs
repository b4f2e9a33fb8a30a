using System.Text.Json;
using Marketplace.Api.Events;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using NodaTime;

namespace Marketplace.Api.Http;

/// <summary>One request to an operation, as its handler sees it: who calls, ids, body, query, grains, and the ways to answer.</summary>
internal sealed partial class ApiRequest(HttpContext http, ApiOperation operation, Caller? caller, SignedIn? signedIn, string idempotencyKey)
{
    private const int ScanBudget = 2_000;
    private string inputHash = "";
    private bool? repeated;

    public HttpContext Http => http;

    public CancellationToken Cancellation => http.RequestAborted;

    /// <summary>The caller of an operation that needs a key.</summary>
    public Caller Caller => caller ?? throw new InvalidOperationException($"{operation.Id} is public; use {nameof(OptionalCaller)}.");

    /// <summary>The caller, if a valid key was sent.</summary>
    public Caller? OptionalCaller => caller;

    /// <summary>The person of an operation that is about the person who is signed in.</summary>
    public SignedIn SignedIn => signedIn ?? throw new InvalidOperationException($"{operation.Id} is not about a person; use {nameof(OptionalSignedIn)}.");

    /// <summary>The person who is signed in, if one is.</summary>
    public SignedIn? OptionalSignedIn => signedIn;

    /// <summary>For whom this acts: the caller, or of an operation about a person whom the person acts for.</summary>
    /// <exception cref="ProblemException">The person acts for nobody yet.</exception>
    public Caller ActedFor
    {
        get
        {
            var actedFor = caller ?? throw new ProblemException(new Problem(ProblemCode.NoOrganization, "You act for no organization, or no longer for the one chosen."));
            Gate.RefuseSwitched(http, actedFor);
            return actedFor;
        }
    }

    public IGrainFactory Grains => Service<IGrainFactory>();

    public IRowStore Rows => Service<IRowStore>();

    /// <summary>Names for what ids stand for, as the caller may know them; one for each answer.</summary>
    public Subjects Subjects() => new(Grains, Rows, ActedFor.Organization, ActedFor.IsPlatform);

    /// <summary>Market time.</summary>
    public Instant MarketNow => Service<IMarketClock>().Now;

    /// <summary>Real time, for keys and signatures.</summary>
    public Instant RealNow => Instant.FromDateTimeOffset(Service<TimeProvider>().GetUtcNow());

    /// <summary>
    /// What makes the command repeatable. The id is derived from organization, route, route values and idempotency key; the
    /// input hash is that of the body read by <see cref="ReadAsync{T}"/>, so read first.
    /// </summary>
    public Operation Operation => new(PublicId.Digest(Identity), inputHash);

    /// <summary>
    /// Binds the idempotency key to the body read, for commands whose grain keeps no operation log: the same key with another
    /// body is refused before anything else is written. What a repetition does is then the command's own business; that it is
    /// one is known here. Without a key, as a PUT or PATCH may be sent, there is nothing to bind and no repetition.
    /// </summary>
    public async Task BindKeyAsync()
    {
        repeated = false;
        if (idempotencyKey.Length == 0)
        {
            return;
        }

        var (id, hash) = Operation;
        var known = await RequestKeys.BindAsync(Rows, Caller.Organization.Value, id, hash, Service<TimeProvider>().GetUtcNow(), Cancellation);
        repeated = known is not null;
        if (known is false)
        {
            throw new ProblemException(Problem.Of(Refusal.Of(OperationRefusal.KeyReused, "This Idempotency-Key was used before with another body.")));
        }
    }

    /// <summary>Whether <see cref="BindKeyAsync"/> found that this request was sent before.</summary>
    public bool IsRepeated => repeated == true;

    /// <summary>Whether <see cref="BindKeyAsync"/> was granted for this request's key before.</summary>
    public async Task<bool> IsKeyBoundAsync() =>
        idempotencyKey.Length > 0 && await Rows.GetAsync(RequestKeys.Table, Caller.Organization.Value, Operation.Id, Cancellation) is not null;

    /// <summary>The version named by If-Match, or null when none is. Weak tags and lists are refused.</summary>
    public long? IfMatch
    {
        get
        {
            var header = http.Request.Headers.IfMatch.ToString();
            if (header.Length == 0 || header == "*")
            {
                return null;
            }

            return header.Length > 2 && header[0] == '"' && header[^1] == '"' && long.TryParse(header.AsSpan(1, header.Length - 2), out var version)
                ? version
                : throw Problem.Invalid("If-Match", Faults.InvalidFormat, "Send the ETag of the last answer as it was.");
        }
    }

    /// <summary>Ends the request with 412 when If-Match names another version.</summary>
    public void CheckVersion(long version)
    {
        if (IfMatch is { } expected && expected != version)
        {
            throw new ProblemException(new Problem(ProblemCode.PreconditionFailed, $"The present version is \"{version}\"."));
        }
    }

    public T Service<T>()
        where T : notnull => http.RequestServices.GetRequiredService<T>();

    public TGrain Grain<TGrain>(string key)
        where TGrain : IGrainWithStringKey => Grains.Of<TGrain>(key);

    /// <summary>The id of the noun this request creates: the same for every repetition. <paramref name="part"/> tells several apart.</summary>
    public TId NewId<TId>(string part = "")
        where TId : struct, IPublicId<TId> => PublicId.Derive<TId>([.. Identity, .. part.Length == 0 ? Array.Empty<string>() : [part]]);

    /// <summary>An id from the address; what is not even an id does not exist.</summary>
    public TId Id<TId>(string routeValue)
        where TId : struct, IPublicId<TId> => PublicId.TryParse<TId>(Text(routeValue), out var id)
            ? id
            : throw Problem.NotFound($"'{Text(routeValue)}' is not an id of this kind ({TId.Prefix}_…).");

    /// <summary>A part of the address as text.</summary>
    public string Text(string routeValue) => http.Request.RouteValues[routeValue]?.ToString() ?? throw new ArgumentException($"The route has no {routeValue}.", nameof(routeValue));

    /// <summary>The body, strictly read; all its faults end the request together.</summary>
    public async Task<T> ReadAsync<T>()
        where T : class => await ReadAsync<T, T>((body, _) => body);

    /// <summary>The body turned into a command; all faults of either step end the request together.</summary>
    public async Task<TCommand> ReadAsync<TBody, TCommand>(Func<TBody, Faults, TCommand> toCommand)
        where TBody : class
    {
        var faults = new Faults();
        using var json = await ParseAsync();
        var body = ModelReader.Read<TBody>(json.RootElement, faults);
        faults.ThrowIfAny();
        inputHash = ApiJson.HashOf(json.RootElement);
        var command = toCommand(body!, faults);
        faults.ThrowIfAny();
        return command;
    }

    /// <summary>The query string, strictly read; all its faults end the request together.</summary>
    public T ReadQuery<T>()
        where T : class
    {
        var faults = new Faults();
        var query = ModelReader.Read<T>(QueryItems(), operation.Pages ? PagingNames : NoNames, faults);
        faults.ThrowIfAny();
        return query!;
    }

    /// <summary>What the grain knows, if this caller may see it; otherwise it does not exist. The marketplace itself sees everything.</summary>
    public Snapshot<T> Visible<T>(Snapshot<T>? snapshot, Func<T, bool> isVisible) =>
        snapshot is not null && (caller is { IsPlatform: true } || isVisible(snapshot.State))
            ? snapshot
            : throw Problem.NotFound("There is nothing of this id, or not for this caller.");

    /// <summary>What the caller's role or scopes do not allow here, noted in the organization's access log; to be thrown.</summary>
    public async Task<ProblemException> ForbidAsync(string detail)
    {
        await Service<RefusedAccess>().NoteAsync(http, Caller, operation);
        return new ProblemException(new Problem(ProblemCode.Forbidden, detail));
    }

    /// <summary>Whether the caller may still ask for this, which an answer that goes on for long has to know.</summary>
    public Task<bool> IsStillAllowedAsync() => Gate.StillAllowsAsync(http, operation, Caller);

    internal async Task RefuseBodyAsync()
    {
        if (http.Request.ContentLength is > 0 || http.Request.Headers.TransferEncoding.Count > 0)
        {
            await ReadAsync<NoBody>();
        }
    }

    internal void RefuseUnknownQuery()
    {
        if (http.Request.Query.Count > 0)
        {
            ReadQuery<NoBody>();
        }
    }

    private static readonly HashSet<string> PagingNames = new(StringComparer.Ordinal) { "limit", "startingAfter" };
    private static readonly HashSet<string> NoNames = [];

    private string[] Identity =>
    [
        operation.Permission.OfPerson ? SignedIn.User.Id.Value : caller?.Organization.Value ?? "",
        http.Request.Method + " " + (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText,
        .. http.Request.RouteValues.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value?.ToString() ?? ""),
        idempotencyKey,
    ];

    private IEnumerable<KeyValuePair<string, IReadOnlyList<string>>> QueryItems() =>
        http.Request.Query.Select(pair => KeyValuePair.Create(pair.Key, (IReadOnlyList<string>)[.. pair.Value.Select(value => value ?? "")]));

    private async Task<JsonDocument> ParseAsync()
    {
        var bytes = await BytesAsync();
        if (bytes.Length > 0 && !http.Request.HasJsonContentType())
        {
            throw new ProblemException(new Problem(ProblemCode.UnsupportedMediaType, "Send the body as application/json."));
        }

        try
        {
            return JsonDocument.Parse(bytes, ApiJson.Document);
        }
        catch (InvalidOperationException)
        {
            // JSON can spell half a surrogate pair; looking for repeated names reads every name.
            throw Problem.Invalid("", Faults.Malformed, "A field's name holds half a surrogate pair.");
        }
        catch (JsonException error)
        {
            ApiJson.RefuseRepeatedNames(bytes);
            throw Problem.Invalid("", Faults.Malformed, bytes.Length == 0
                ? "A JSON body is required."
                : $"The body is not JSON: line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}.");
        }
    }

    /// <summary>The body's bytes, within the operation's limit.</summary>
    public async Task<byte[]> BytesAsync()
    {
        if (http.Request.ContentLength > operation.BodyLimit)
        {
            throw TooLarge();
        }

        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await http.Request.Body.ReadAsync(chunk, Cancellation)) > 0)
        {
            buffer.Write(chunk, 0, read);
            if (buffer.Length > operation.BodyLimit)
            {
                throw TooLarge();
            }
        }

        return buffer.ToArray();
    }

    private ProblemException TooLarge() => new(new Problem(ProblemCode.TooLarge, $"This operation takes at most {operation.BodyLimit:N0} bytes."));

    private sealed record NoBody;
}
