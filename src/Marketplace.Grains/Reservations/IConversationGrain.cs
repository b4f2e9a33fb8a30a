using System.Globalization;
using Marketplace.Domain.Reservations;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Reservations;

/// <summary>What tenant and operator write to each other about a reservation, and the lease that comes from it. Key: the reservation's id.</summary>
[Alias("Marketplace.IConversationGrain"), GrainInterfaceType("Marketplace.IConversationGrain")]
public interface IConversationGrain : IAggregateGrain
{
    /// <summary>The conversation, or null while nothing was written.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<Conversation>?> GetAsync();

    /// <summary>Writes a message; the answer's newest one is it.</summary>
    [Alias("Post")]
    Task<Answer<Snapshot<Conversation>>> PostAsync(Operation operation, PostMessage command);

    /// <summary>Notes how far somebody has read.</summary>
    [Alias("MarkRead")]
    Task<Answer<Snapshot<Conversation>>> MarkReadAsync(MarkMessagesRead command);
}

/// <summary>Where conversations and their messages are.</summary>
public static class ConversationRows
{
    /// <summary>Conversations: partition by tenant and by operator, key by time of the first message and id.</summary>
    public const string Table = "conversations";

    /// <summary>Messages: partition by reservation, key by number. They are here and, beyond the newest, nowhere else.</summary>
    public const string Messages = "messages";

    /// <summary>Row key of a message.</summary>
    public static string Key(long number) => number.ToString("D19", CultureInfo.InvariantCulture);
}
