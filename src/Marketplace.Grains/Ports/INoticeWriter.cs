using System.Collections.Immutable;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Grains.Ports;

/// <summary>One line of a mail about what happened.</summary>
/// <param name="Meaning">What happened, as a sentence.</param>
/// <param name="Subject">Public id of what it happened to.</param>
/// <param name="Count">How often.</param>
/// <param name="LastAt">Market time of the last time.</param>
public sealed record NoticeLine(string Meaning, string Subject, int Count, Instant LastAt);

/// <summary>What a person is told in one mail.</summary>
/// <param name="PersonName">The person's name.</param>
/// <param name="OrganizationName">The organization's name.</param>
/// <param name="Lines">What happened, in order of the first time.</param>
public sealed record NoticeDigestContent(string PersonName, string OrganizationName, ImmutableArray<NoticeLine> Lines);

/// <summary>Puts what happened into the words of a mail.</summary>
public interface INoticeWriter
{
    /// <summary>A mail, sealed.</summary>
    SealedLetter Write(LetterId id, string to, NoticeDigestContent content);
}
