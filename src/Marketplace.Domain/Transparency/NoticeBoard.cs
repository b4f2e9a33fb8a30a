using System.Collections.Immutable;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Transparency;

/// <summary>When a person is mailed about what happened.</summary>
public enum NoticeMail
{
    /// <summary>A quarter of an hour after something happened, together with all that happened meanwhile.</summary>
    Soon,

    /// <summary>Once a day, at seven in the morning UTC.</summary>
    Daily,

    /// <summary>Never.</summary>
    Never,
}

/// <summary>What somebody has read, and wants mailed.</summary>
/// <param name="Id">Public id of the person or key.</param>
/// <param name="ReadThrough">Number of the last event read.</param>
/// <param name="Mail">When the person is mailed; null: as everybody is who chose nothing, soon.</param>
public sealed record NoticeReader(string Id, long ReadThrough, NoticeMail? Mail);

/// <summary>Events that are collected for one mail.</summary>
/// <param name="After">Number of the last event that needs no mail any more.</param>
/// <param name="At">Market time at which the mail is written; null: nothing is collected.</param>
public sealed record NoticeDigest(long After, Instant? At)
{
    /// <summary>Nothing was ever collected.</summary>
    public static readonly NoticeDigest None = new(0, null);
}

/// <summary>How far each person of an organization has read its events, and the mails that tell those who have not.</summary>
public sealed record NoticeBoard
{
    private const int MorningHour = 7;
    private static readonly Duration Patience = Duration.FromMinutes(15);

    /// <summary>The organization.</summary>
    public required OrganizationId Id { get; init; }

    /// <summary>Who read or chose something, in order of the first time.</summary>
    public ImmutableArray<NoticeReader> Readers { get; init; } = [];

    /// <summary>What is collected for those who are mailed soon.</summary>
    public NoticeDigest Soon { get; init; } = NoticeDigest.None;

    /// <summary>What is collected for those who are mailed once a day.</summary>
    public NoticeDigest Daily { get; init; } = NoticeDigest.None;

    /// <summary>Market time of the next mail; null: none is planned.</summary>
    public Instant? NextAt() => (Soon.At, Daily.At) is ({ } soon, { } daily) ? Instant.Min(soon, daily) : Soon.At ?? Daily.At;

    /// <summary>What is collected for those who are mailed so.</summary>
    public NoticeDigest Of(NoticeMail mail) => mail == NoticeMail.Daily ? Daily : Soon;

    /// <summary>What is known of a reader; nothing read and nothing chosen, if nothing is.</summary>
    public NoticeReader Reader(string id) => Readers.FirstOrDefault(reader => reader.Id == id) ?? new NoticeReader(id, 0, null);

    /// <summary>Begins to collect where somebody wants to be mailed and nothing is collected yet.</summary>
    public static Decision<NoticeBoardFact> Decide(NoticeBoard? state, CollectNotices command, Instant now) => Decision<NoticeBoardFact>.Of(
    [
        .. from mail in command.Wanted.Distinct()
           where mail != NoticeMail.Never && state?.Of(mail).At is null
           select new NoticesCollected(command.Organization, mail, command.Number - 1, TimeOf(mail, now)),
    ]);

    /// <summary>Notes how far somebody has read; never back.</summary>
    public static Decision<NoticeBoardFact> Decide(NoticeBoard? state, MarkNoticesRead command) =>
        command.Through <= (state?.Reader(command.Reader).ReadThrough ?? 0) && state is not null ? Decision<NoticeBoardFact>.Nothing : new NoticesRead(command.Organization, command.Reader, command.Through);

    /// <summary>Notes when somebody wants to be mailed.</summary>
    public static Decision<NoticeBoardFact> Decide(NoticeBoard? state, ChooseNoticeMail command) =>
        state?.Reader(command.Reader).Mail == command.Mail ? Decision<NoticeBoardFact>.Nothing : new NoticeMailChosen(command.Organization, command.Reader, command.Mail);

    /// <summary>Notes that what was collected was written to those who want it; what could not be read yet is collected again.</summary>
    public static Decision<NoticeBoardFact> Decide(NoticeBoard? state, SendNotices command, Instant now) => state?.Of(command.Mail).At is null
        ? Decision<NoticeBoardFact>.Nothing
        : new NoticesSent(command.Mail, command.Through, command.Letters, command.Through < command.Last ? TimeOf(command.Mail, now) : null);

    /// <summary>The board after a fact.</summary>
    public static NoticeBoard Evolve(NoticeBoard? state, NoticeBoardFact fact) => (state, fact) switch
    {
        (_, NoticesCollected it) => (state ?? new NoticeBoard { Id = it.Organization }).With(it.Mail, new(it.After, it.At)),
        (_, NoticesRead it) => (state ?? new NoticeBoard { Id = it.Organization }).With(it.Reader, reader => reader with { ReadThrough = it.Through }),
        (_, NoticeMailChosen it) => (state ?? new NoticeBoard { Id = it.Organization }).With(it.Reader, reader => reader with { Mail = it.Mail }),
        ({ }, NoticesSent it) => state.With(it.Mail, new(it.Through, it.NextAt)),
        _ => throw new InvalidOperationException($"{fact.GetType().Name} cannot happen to no board."),
    };

    private static Instant TimeOf(NoticeMail mail, Instant now)
    {
        if (mail != NoticeMail.Daily)
        {
            return now + Patience;
        }

        var time = now.InUtc();
        var day = time.Hour < MorningHour ? time.Date : time.Date.PlusDays(1);
        return day.At(new LocalTime(MorningHour, 0)).InUtc().ToInstant();
    }

    private NoticeBoard With(NoticeMail mail, NoticeDigest digest) => mail == NoticeMail.Daily ? this with { Daily = digest } : this with { Soon = digest };

    private NoticeBoard With(string id, Func<NoticeReader, NoticeReader> change) => this with
    {
        Readers = Readers.Any(reader => reader.Id == id) ? [.. Readers.Select(reader => reader.Id == id ? change(reader) : reader)] : Readers.Add(change(new NoticeReader(id, 0, null))),
    };
}

/// <summary>Begins to collect.</summary>
/// <param name="Organization">Whose events.</param>
/// <param name="Number">Number of the event that is worth a mail.</param>
/// <param name="Wanted">When people of the organization want to be mailed.</param>
public sealed record CollectNotices(OrganizationId Organization, long Number, ImmutableArray<NoticeMail> Wanted);

/// <summary>Notes how far somebody has read.</summary>
/// <param name="Organization">Whose events.</param>
/// <param name="Reader">Public id of the person or key.</param>
/// <param name="Through">Number of the last event read.</param>
public sealed record MarkNoticesRead(OrganizationId Organization, string Reader, long Through);

/// <summary>Notes when somebody wants to be mailed.</summary>
/// <param name="Organization">About whose events.</param>
/// <param name="Reader">Public id of the person.</param>
/// <param name="Mail">When.</param>
public sealed record ChooseNoticeMail(OrganizationId Organization, string Reader, NoticeMail Mail);

/// <summary>Hands over the mails about what was collected.</summary>
/// <param name="Mail">For whom.</param>
/// <param name="Through">Number of the last event they tell of.</param>
/// <param name="Last">Number of the last event there is.</param>
/// <param name="Letters">The mails, one for each person with something to be told.</param>
public sealed record SendNotices(NoticeMail Mail, long Through, long Last, ImmutableArray<SealedLetter> Letters);

/// <summary>What can happen to a board.</summary>
public abstract record NoticeBoardFact;

/// <summary>Something is collected for a mail.</summary>
public sealed record NoticesCollected(OrganizationId Organization, NoticeMail Mail, long After, Instant At) : NoticeBoardFact;

/// <summary>Somebody has read on.</summary>
public sealed record NoticesRead(OrganizationId Organization, string Reader, long Through) : NoticeBoardFact;

/// <summary>Somebody chose when to be mailed.</summary>
public sealed record NoticeMailChosen(OrganizationId Organization, string Reader, NoticeMail Mail) : NoticeBoardFact;

/// <summary>The mails about what was collected were handed over.</summary>
public sealed record NoticesSent(NoticeMail Mail, long Through, ImmutableArray<SealedLetter> Letters, Instant? NextAt) : NoticeBoardFact;
