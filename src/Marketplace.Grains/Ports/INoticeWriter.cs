using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Grains.Ports;

/// <summary>One line of a mail about what happened.</summary>
/// <param name="Type">What happened, by the event's type.</param>
/// <param name="Meaning">The same as a sentence in English.</param>
/// <param name="Subject">Public id of what it happened to.</param>
/// <param name="Data">Details of the last time, by type.</param>
/// <param name="Count">How often.</param>
/// <param name="LastAt">Market time of the last time.</param>
public sealed record NoticeLine(string Type, string Meaning, string Subject, JsonElement Data, int Count, Instant LastAt);

/// <summary>What a person is told in one mail.</summary>
/// <param name="PersonName">The person's name.</param>
/// <param name="Language">The language the person is written to in.</param>
/// <param name="Organization">The organization it happened to.</param>
/// <param name="OrganizationName">The organization's name.</param>
/// <param name="Lines">What happened, in order of the first time.</param>
public sealed record NoticeDigestContent(
    string PersonName, SpokenLanguage Language, OrganizationId Organization, string OrganizationName, ImmutableArray<NoticeLine> Lines);

/// <summary>Puts what happened into the words of a mail.</summary>
public interface INoticeWriter
{
    /// <summary>A mail, sealed. It asks for the names of what the lines are about.</summary>
    Task<SealedLetter> WriteAsync(LetterId id, string to, NoticeDigestContent content);
}
