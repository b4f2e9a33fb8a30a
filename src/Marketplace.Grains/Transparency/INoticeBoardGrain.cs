using Marketplace.Domain.Transparency;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Transparency;

/// <summary>How far an organization's people have read its events, and the mails that tell those who have not. Key: the organization's id.</summary>
[Alias("Marketplace.INoticeBoardGrain"), GrainInterfaceType("Marketplace.INoticeBoardGrain")]
public interface INoticeBoardGrain : IAggregateGrain
{
    /// <summary>The board, or null while nobody read or was to be mailed anything.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<NoticeBoard>?> GetAsync();

    /// <summary>Notes how far somebody has read.</summary>
    [Alias("MarkRead")]
    Task<Answer<Snapshot<NoticeBoard>>> MarkReadAsync(MarkNoticesRead command);

    /// <summary>Notes when somebody wants to be mailed.</summary>
    [Alias("ChooseMail")]
    Task<Answer<Snapshot<NoticeBoard>>> ChooseMailAsync(ChooseNoticeMail command);
}

/// <summary>A feed tells of an event that is worth a mail.</summary>
/// <param name="Number">The event's number.</param>
public sealed record NoticeRaised(long Number) : Notice;
