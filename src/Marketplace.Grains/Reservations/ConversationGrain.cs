using Marketplace.Domain.Primitives;
using Marketplace.Domain.Reservations;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;
using NodaTime;

namespace Marketplace.Grains.Reservations;

[GrainType(Noun)]
internal sealed class ConversationGrain(GrainServices services) : RecordGrain<Conversation, ConversationFact>(services, Noun), IConversationGrain
{
    public const string Noun = "conversation";

    public Task<Snapshot<Conversation>?> GetAsync() => ReadAsync();

    public Task<Answer<Snapshot<Conversation>>> PostAsync(Operation operation, PostMessage command) =>
        CommitAsync(operation, (state, now) => Conversation.Decide(state, command, now));

    public Task<Answer<Snapshot<Conversation>>> MarkReadAsync(MarkMessagesRead command) => CommitAsync(null, (state, _) => Conversation.Decide(state, command));

    protected override Conversation Evolve(Conversation? state, ConversationFact fact) => Conversation.Evolve(state, fact);

    // Nothing of it falls due by itself; it stays open so that it looks after its outbox.
    protected override Instant? DueAt(Conversation state) => Instant.MaxValue;

    protected override void React(Conversation? before, Conversation after, ConversationFact fact, Effects effects)
    {
        if (fact is MessagePosted { Message: var message })
        {
            effects.Row(ConversationRows.Messages, Key, ConversationRows.Key(message.Number), message);
            var data = new MessageData(after.Id, message.Id, message.Number, message.Party, message.Author.Organization, message.Author.OrganizationName, message.Author.Name);
            effects.Publish(after.TenantId, ConversationEvents.MessagePosted, data);
            effects.Publish(after.OperatorId, ConversationEvents.MessagePosted, data);
        }
    }

    protected override void React(Conversation after, Effects effects)
    {
        var (key, row) = (SortKeys.Of(after.CreatedAt, Key), after.ForLists());
        effects.Row(ConversationRows.Table, after.TenantId.Value, key, row);
        effects.Row(ConversationRows.Table, after.OperatorId.Value, key, row);
    }
}

/// <summary>That a message was written. What it says is read where it stands: it is in no event, no webhook and no log.</summary>
/// <param name="Id">The reservation.</param>
/// <param name="MessageId">The message.</param>
/// <param name="Number">Its place in the conversation, from 1.</param>
/// <param name="Party">The side that wrote.</param>
/// <param name="OrganizationId">For whom it was written.</param>
/// <param name="OrganizationName">That organization's name.</param>
/// <param name="AuthorName">Who wrote.</param>
public sealed record MessageData(ReservationId Id, MessageId MessageId, long Number, ContractParty Party, OrganizationId OrganizationId, string OrganizationName, string AuthorName);

/// <summary>What the feeds of both parties say of a conversation.</summary>
internal static class ConversationEvents
{
    public static readonly EventType<MessageData> MessagePosted = new("reservation.message_posted", "A party wrote a message about a reservation or its lease.");
}
