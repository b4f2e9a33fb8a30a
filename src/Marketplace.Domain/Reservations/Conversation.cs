using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Reservations;

/// <summary>Who writes: a person or a key, for an organization.</summary>
/// <param name="Organization">For whom.</param>
/// <param name="OrganizationName">The organization's name at the time.</param>
/// <param name="Id">Public id of the person or key.</param>
/// <param name="Name">The person's name, or what the key is called.</param>
public sealed record MessageAuthor(OrganizationId Organization, string OrganizationName, string Id, string Name);

/// <summary>One message. What was written is never changed.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Number">Place in the conversation, from 1 without gaps.</param>
/// <param name="Party">The side that wrote.</param>
/// <param name="Author">Who wrote.</param>
/// <param name="Text">What was written, 1 to <see cref="Conversation.LongestText"/> characters.</param>
/// <param name="PostedAt">Market time.</param>
public sealed record ConversationMessage(MessageId Id, long Number, ContractParty Party, MessageAuthor Author, string Text, Instant PostedAt);

/// <summary>How far somebody has read.</summary>
/// <param name="Reader">Public id of the person or key.</param>
/// <param name="Through">Number of the last message read.</param>
public sealed record ReadMark(string Reader, long Through);

/// <summary>
/// What tenant and operator write to each other about one reservation, and about the lease that comes from it. All messages stand in
/// rows of their own; here are the newest, and how far each reader came.
/// </summary>
public sealed record Conversation
{
    /// <summary>Characters of the longest message.</summary>
    public const int LongestText = 4_000;

    /// <summary>Messages one conversation may have.</summary>
    public const int MostMessages = 100_000;

    /// <summary>Newest messages kept here, so that what was just written is read at once.</summary>
    public const int MostRecent = 8;

    /// <summary>The reservation.</summary>
    public required ReservationId Id { get; init; }

    /// <summary>Who reserves.</summary>
    public required OrganizationId TenantId { get; init; }

    /// <summary>Who lets.</summary>
    public required OrganizationId OperatorId { get; init; }

    /// <summary>When the first message was written.</summary>
    public required Instant CreatedAt { get; init; }

    /// <summary>The newest messages, oldest first, at most <see cref="MostRecent"/>; in lists the newest alone.</summary>
    public ImmutableArray<ConversationMessage> Recent { get; init; } = [];

    /// <summary>How far each reader came, in order of their first reading.</summary>
    public ImmutableArray<ReadMark> Marks { get; init; } = [];

    /// <summary>Messages so far, which is the newest one's number.</summary>
    [JsonIgnore]
    public long Count => Recent is [.., var newest] ? newest.Number : 0;

    /// <summary>The number through which a reader has read; 0 before the first.</summary>
    public long ReadThrough(string reader) => Marks.FirstOrDefault(mark => mark.Reader == reader)?.Through ?? 0;

    /// <summary>Messages a reader has not read.</summary>
    public long UnreadBy(string reader) => Count - ReadThrough(reader);

    /// <summary>The same for lists: with its newest message alone.</summary>
    public Conversation ForLists() => this with { Recent = [.. Recent.TakeLast(1)] };

    /// <summary>Writes a message. Whoever writes has read what came before.</summary>
    public static Decision<ConversationFact> Decide(Conversation? state, PostMessage command, Instant now)
    {
        var (tenant, lessor) = state is null ? (command.TenantId, command.OperatorId) : (state.TenantId, state.OperatorId);
        var count = state?.Count ?? 0;
        ContractParty? party = command.Author.Organization == tenant ? ContractParty.Tenant : command.Author.Organization == lessor ? ContractParty.Operator : null;
        return party is not { } side ? Refusal.Of(ConversationRefusal.NotParty, $"{command.Author.Organization} is neither tenant nor operator of {command.Reservation}.")
            : !Fits(command.Text) ? Refusal.Of(ConversationRefusal.TextInvalid, $"Expected 1 to {LongestText} characters that say something, without control characters beside tabs and line ends.", "text")
            : count >= MostMessages ? Refusal.Of(ConversationRefusal.Full, $"{command.Reservation} has {MostMessages} messages.")
            : new MessagePosted(command.Reservation, tenant, lessor, new(command.Id, count + 1, side, command.Author, command.Text, now));
    }

    /// <summary>Notes how far somebody has read; never back, and never beyond the newest message.</summary>
    public static Decision<ConversationFact> Decide(Conversation? state, MarkMessagesRead command)
    {
        if (state is null)
        {
            return Refusal.Of(ConversationRefusal.Empty, "There is no message yet.");
        }

        var through = Math.Min(command.Through, state.Count);
        return through <= state.ReadThrough(command.Reader) ? Decision<ConversationFact>.Nothing : new MessagesRead(command.Reader, through);
    }

    /// <summary>The conversation after a fact.</summary>
    public static Conversation Evolve(Conversation? state, ConversationFact fact) => (state, fact) switch
    {
        (_, MessagePosted it) => (state ?? new Conversation { Id = it.Reservation, TenantId = it.TenantId, OperatorId = it.OperatorId, CreatedAt = it.Message.PostedAt })
            .WithMessage(it.Message).WithMark(new(it.Message.Author.Id, it.Message.Number)),
        ({ }, MessagesRead it) => state.WithMark(new(it.Reader, it.Through)),
        _ => throw new InvalidOperationException($"{fact.GetType().Name} cannot happen to no conversation."),
    };

    private static bool Fits(string text) =>
        text.Length <= LongestText && !string.IsNullOrWhiteSpace(text) && !text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'));

    private Conversation WithMessage(ConversationMessage message) => this with { Recent = [.. Recent.Append(message).TakeLast(MostRecent)] };

    private Conversation WithMark(ReadMark mark) => this with
    {
        Marks = Marks.Any(known => known.Reader == mark.Reader) ? [.. Marks.Select(known => known.Reader == mark.Reader ? mark : known)] : Marks.Add(mark),
    };
}

/// <summary>Writes a message.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Reservation">About what.</param>
/// <param name="TenantId">Who reserves.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="Author">Who writes.</param>
/// <param name="Text">What.</param>
public sealed record PostMessage(MessageId Id, ReservationId Reservation, OrganizationId TenantId, OrganizationId OperatorId, MessageAuthor Author, string Text);

/// <summary>Notes how far somebody has read.</summary>
/// <param name="Reader">Public id of the person or key.</param>
/// <param name="Through">Number of the last message read.</param>
public sealed record MarkMessagesRead(string Reader, long Through);

/// <summary>What can happen to a conversation.</summary>
public abstract record ConversationFact;

/// <summary>A message was written.</summary>
public sealed record MessagePosted(ReservationId Reservation, OrganizationId TenantId, OrganizationId OperatorId, ConversationMessage Message) : ConversationFact;

/// <summary>Somebody has read on.</summary>
public sealed record MessagesRead(string Reader, long Through) : ConversationFact;
