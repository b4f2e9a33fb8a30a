using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Api.Billing.Sandbox;

/// <summary>One thing in the sandbox's books, which are its own, apart from the marketplace's.</summary>
internal abstract record SandboxBook
{
    /// <summary>The sandbox's id.</summary>
    public required string Id { get; init; }

    /// <summary>Notifications not yet acknowledged, in order.</summary>
    public ImmutableArray<SandboxEvent> Pending { get; init; } = [];

    /// <summary>Notifications ever made.</summary>
    public int Events { get; init; }

    /// <summary>Movements of the balance ever made.</summary>
    public int Moves { get; init; }

    /// <summary>Numbers of its lines in the sandbox's record; null before the first.</summary>
    public ImmutableArray<long>? Lines { get; init; }

    /// <summary>Lines that the change being made adds to the record; never stored.</summary>
    [JsonIgnore]
    public ImmutableArray<SandboxLine> NewLines { get; init; } = [];

    /// <summary>Grows with every change.</summary>
    public required long Version { get; init; }

    /// <summary>Made up at random by whoever wrote this version, so that of two writers at once each knows which one it was.</summary>
    public string? Stamp { get; init; }

    /// <summary>Our id that its movements are for.</summary>
    [JsonIgnore]
    public abstract string Subject { get; }

    /// <summary>The object of a notification, in Stripe's form, as it stands now.</summary>
    public abstract Dictionary<string, object?> About();
}

/// <summary>A notification: what happened, as it stood then.</summary>
/// <param name="Id">Its id, the same on every delivery.</param>
/// <param name="Type">What happened, such as <c>payment_intent.succeeded</c>.</param>
/// <param name="Created">Unix seconds.</param>
/// <param name="About">The object it is about, in Stripe's form.</param>
internal sealed record SandboxEvent(string Id, string Type, long Created, JsonElement About)
{
    /// <summary>The body of the notification, in Stripe's form.</summary>
    public byte[] Body() => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object?>
    {
        ["id"] = Id,
        ["object"] = "event",
        ["type"] = Type,
        ["created"] = Created,
        ["livemode"] = false,
        ["data"] = new Dictionary<string, object?> { ["object"] = About },
    });
}

/// <summary>What books do alike.</summary>
internal static class SandboxBooks
{
    /// <summary>The book after a change that is notified.</summary>
    /// <param name="book">The book, changed.</param>
    /// <param name="type">What happened, in Stripe's words.</param>
    /// <param name="now">When.</param>
    /// <param name="about">The object it is about; null for the book's own.</param>
    public static T Notify<T>(this T book, string type, DateTimeOffset now, Dictionary<string, object?>? about = null)
        where T : SandboxBook
    {
        var id = "evt_" + PublicId.Digest(book.Id, Text(book.Events + 1));
        var made = new SandboxEvent(id, type, now.ToUnixTimeSeconds(), JsonSerializer.SerializeToElement(about ?? book.About()));
        return book with { Events = book.Events + 1, Pending = book.Pending.Add(made), NewLines = book.NewLines.Add(new SandboxLine(book.Id, made, null)) };
    }

    /// <summary>The book after a change that moved money.</summary>
    public static T Move<T>(this T book, GatewayMovementKind kind, Money amount, DateTimeOffset now)
        where T : SandboxBook
    {
        var id = "txn_" + PublicId.Digest(book.Id, "move", Text(book.Moves + 1));
        var made = new GatewayMovement(id, kind, book.Subject, amount, Money.Zero(amount.Currency), Instant.FromDateTimeOffset(now));
        return book with { Moves = book.Moves + 1, NewLines = book.NewLines.Add(new SandboxLine(book.Id, null, made)) };
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
