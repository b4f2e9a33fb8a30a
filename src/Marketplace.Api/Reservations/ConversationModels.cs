using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Events;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Reservations;
using NodaTime;

namespace Marketplace.Api.Reservations;

/// <summary>A message to write.</summary>
/// <param name="Text">What to say to the other party; line ends are kept, nothing is marked up.</param>
internal sealed record NewMessage([Length(1, Conversation.LongestText)] string Text)
{
    public static NewMessage Example { get; } = new("Could the first eight nodes come a week earlier? Our team is on site from 22 February.");
}

/// <summary>A message.</summary>
/// <param name="Id">Public id.</param>
/// <param name="ReservationId">What it is about.</param>
/// <param name="Number">Place in the conversation, from 1 without gaps.</param>
/// <param name="Party">The side that wrote.</param>
/// <param name="OrganizationId">For whom it was written.</param>
/// <param name="OrganizationName">That organization's name at the time.</param>
/// <param name="AuthorId">Public id of the person or key that wrote.</param>
/// <param name="AuthorName">The person's name, or what the key is called.</param>
/// <param name="Text">What was written.</param>
/// <param name="PostedAt">Market time.</param>
internal sealed record MessageModel(
    MessageId Id,
    ReservationId ReservationId,
    long Number,
    ContractParty Party,
    OrganizationId OrganizationId,
    string OrganizationName,
    string AuthorId,
    string AuthorName,
    string Text,
    Instant PostedAt)
{
    public static MessageModel Example { get; } = new(
        MessageId.From("msg_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        ReservationId.From("rsv_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        1,
        ContractParty.Tenant,
        OrganizationId.From("org_3k2m7qz3v5xw6a2bc4d5e6f7ga"),
        "Northern Compute AS",
        "usr_2k2m7qz3v5xw6a2bc4d5e6f7ga",
        "Ada Nilsen",
        NewMessage.Example.Text,
        Instant.FromUtc(2027, 1, 14, 9, 30));

    public static MessageModel Of(ReservationId reservation, ConversationMessage message) => new(
        message.Id,
        reservation,
        message.Number,
        message.Party,
        message.Author.Organization,
        message.Author.OrganizationName,
        message.Author.Id,
        message.Author.Name,
        message.Text,
        message.PostedAt);
}

/// <summary>How far to note that the caller has read.</summary>
/// <param name="Through">Number of the last message read; one beyond the newest counts as the newest.</param>
internal sealed record MessagesReadThrough([Range(1, long.MaxValue)] long Through)
{
    public static MessagesReadThrough Example { get; } = new(3);
}

/// <summary>Where a conversation stands for the caller.</summary>
/// <param name="ReservationId">The reservation it is about.</param>
/// <param name="LeaseId">The lease that came or will come from it: the conversation carries on there.</param>
/// <param name="TenantId">Who reserves.</param>
/// <param name="OperatorId">Who lets; null while no pool holds the reservation.</param>
/// <param name="Messages">Messages so far, which is the newest one's number.</param>
/// <param name="ReadThrough">Number through which the caller has read; 0 before the first.</param>
/// <param name="Unread">Messages the caller has not read. Whoever writes has read what came before.</param>
/// <param name="Newest">The newest message; null before the first.</param>
/// <param name="About">What is reserved or leased, and the other party, by name; null where no pool holds the reservation yet.</param>
internal sealed record ConversationModel(
    ReservationId ReservationId,
    LeaseId LeaseId,
    OrganizationId TenantId,
    OrganizationId? OperatorId,
    long Messages,
    long ReadThrough,
    long Unread,
    MessageModel? Newest,
    AboutModel? About)
{
    public static ConversationModel Example { get; } = new(
        MessageModel.Example.ReservationId,
        Lease.IdOf(MessageModel.Example.ReservationId),
        MessageModel.Example.OrganizationId,
        OrganizationId.From("org_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        1,
        0,
        1,
        MessageModel.Example,
        AboutModel.Example);

    public static ConversationModel Of(Conversation conversation, string reader, AboutModel? about) => new(
        conversation.Id,
        Lease.IdOf(conversation.Id),
        conversation.TenantId,
        conversation.OperatorId,
        conversation.Count,
        conversation.ReadThrough(reader),
        conversation.UnreadBy(reader),
        conversation.Recent is [.., var newest] ? MessageModel.Of(conversation.Id, newest) : null,
        about);

    public static ConversationModel None(Reservation reservation, AboutModel? about) =>
        new(reservation.Id, Lease.IdOf(reservation.Id), reservation.TenantId, reservation.Agreement?.OperatorId, 0, 0, 0, null, about);
}
