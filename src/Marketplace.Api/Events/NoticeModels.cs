using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Marketplace.Domain.Transparency;
using Marketplace.Grains.Transparency;
using NodaTime;

namespace Marketplace.Api.Events;

/// <summary>An event as a notice to the caller.</summary>
/// <param name="Id">Public id of the event.</param>
/// <param name="Number">Position in the organization's feed, from 1, without gaps.</param>
/// <param name="Type">What happened, such as <c>reservation.confirmed</c>.</param>
/// <param name="OccurredAt">Market time.</param>
/// <param name="Subject">Public id of what it happened to.</param>
/// <param name="Data">Details, by type.</param>
/// <param name="IsUnread">Whether the caller has not read it.</param>
/// <param name="About">What it happened to, by the names people know it by; null where it has none.</param>
internal sealed record NoticeModel(string Id, long Number, string Type, Instant OccurredAt, string Subject, JsonElement Data, bool IsUnread, AboutModel? About)
{
    public static NoticeModel Example { get; } = new(
        EventModel.Example.Id, EventModel.Example.Number, EventModel.Example.Type, EventModel.Example.OccurredAt, EventModel.Example.Subject, EventModel.Example.Data, true, new("build server", null, null, null, null, null, null));

    public static NoticeModel Of(FeedEvent it, bool isUnread, AboutModel? about) => new(it.Id, it.Number, it.Type, it.At, it.Subject, it.Data, isUnread, about);
}

/// <summary>How far to note that the caller has read.</summary>
/// <param name="Through">Number of the last event read; one beyond the newest counts as the newest.</param>
internal sealed record NoticesReadThrough([Range(1, long.MaxValue)] long Through)
{
    public static NoticesReadThrough Example { get; } = new(42);
}

/// <summary>How far the caller has read.</summary>
/// <param name="Last">Number of the newest event; 0 before the first.</param>
/// <param name="ReadThrough">Number of the last event read; 0 before the first.</param>
/// <param name="Unread">Events not read.</param>
internal sealed record NoticesReadModel(long Last, long ReadThrough, long Unread)
{
    public static NoticesReadModel Example { get; } = new(42, 40, 2);
}

/// <summary>When to mail notices.</summary>
/// <param name="Mail">When.</param>
internal sealed record NoticeMailChoice(NoticeMail Mail)
{
    public static NoticeMailChoice Example { get; } = new(NoticeMail.Daily);
}

/// <summary>When notices are mailed.</summary>
/// <param name="Mail">When.</param>
/// <param name="EmailConfirmed">Whether the person's address is confirmed; until then nothing is mailed.</param>
internal sealed record NoticeMailSettingModel(NoticeMail Mail, bool EmailConfirmed)
{
    public static NoticeMailSettingModel Example { get; } = new(NoticeMail.Daily, true);
}
