using System.Collections.ObjectModel;

namespace Marketplace.Api.Http;

/// <summary>
/// What the contract says of one operation. It is metadata of the endpoint: the gate in front of the handler, the OpenAPI
/// document and the tests over all operations read it.
/// </summary>
/// <param name="Id">operationId, camelCase, unique: the method's name in clients.</param>
/// <param name="Summary">One line.</param>
/// <param name="Description">What it does, what happens next, and what to mind.</param>
/// <param name="Permission">Who may call it.</param>
internal sealed record ApiOperation(string Id, string Summary, string Description, Permission Permission)
{
    /// <summary>Example of the body, whose type is the body's model; null: there is no body.</summary>
    public object? Takes { get; init; }

    /// <summary>Example of the query, whose type is the query's model; null: there is none beside paging.</summary>
    public object? Query { get; init; }

    /// <summary>Example of the answer, whose type is the answer's model; null: the answer is empty (204).</summary>
    public object? Gives { get; init; }

    /// <summary>Status of success.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Media type of the body; a body of bytes has none of its own.</summary>
    public string Consumes => Takes is byte[]? "application/octet-stream" : "application/json";

    /// <summary>Media type of the answer.</summary>
    public string Produces { get; init; } = "application/json";

    /// <summary>Refusals of the rooms it can end with, beside those every operation shares.</summary>
    public IReadOnlyList<Enum> Refuses { get; init; } = [];

    /// <summary>What rooms name in refusals, by the body's own names where these differ.</summary>
    public IReadOnlyDictionary<string, string> Names { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Whether it lists, and so takes <c>limit</c> and <c>startingAfter</c>.</summary>
    public bool Pages { get; init; }

    /// <summary>Whether a POST goes without an Idempotency-Key, because it changes nothing or cannot have one.</summary>
    public bool NoIdempotencyKey { get; init; }

    /// <summary>Whether guessing at it could let somebody in, so that a client address gets few attempts.</summary>
    public bool Guessable { get; init; }

    /// <summary>Whether it honours If-Match.</summary>
    public bool Versioned { get; init; }

    /// <summary>Whether a node signs its body: the node's own allowance is taken, once the signature proved good.</summary>
    public bool SignedByNode { get; init; }

    /// <summary>Most bytes of its body.</summary>
    public int BodyLimit { get; init; } = 256 * 1024;
}
