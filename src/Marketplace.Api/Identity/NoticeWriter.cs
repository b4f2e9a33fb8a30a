using System.Globalization;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Ports;
using NodaTime.Text;

namespace Marketplace.Api.Identity;

/// <summary>Writes mails about what happened, with links to where it stands. What parties write to each other is in none of them.</summary>
internal sealed class NoticeWriter(Letters letters) : INoticeWriter
{
    private const int MostLines = 40;
    private static readonly InstantPattern Time = InstantPattern.Create("uuuu-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    public SealedLetter Write(LetterId id, string to, NoticeDigestContent content) => letters.Seal(id, to, ContentOf(content, letters.Root));

    internal static LetterContent ContentOf(NoticeDigestContent content, string root)
    {
        var organization = LetterContent.Named(content.OrganizationName);
        var total = content.Lines.Sum(line => line.Count);
        var lines = content.Lines.Take(MostLines).Select(line => $"""
            - {line.Meaning}{(line.Count > 1 ? $" ({line.Count} times)" : "")} {Time.Format(line.LastAt)}
              {root}/{PageOf(line.Subject)}
            """);
        var rest = content.Lines.Length - MostLines;
        return new LetterContent(total == 1 ? $"{organization}: {content.Lines[0].Meaning.TrimEnd('.')}" : $"{organization}: {total} notices", $"""
            Hello {LetterContent.Named(content.PersonName)},

            this happened to {organization} at the marketplace:

            {string.Join("\n", lines)}{(rest > 0 ? $"\n- and {rest} more" : "")}

            All of it, and how often you are mailed: {root}/notices
            """);
    }

    private static string PageOf(string subject) => subject.Split('_', 2)[0] switch
    {
        "rsv" => $"reservations/{subject}",
        "lease" => $"leases/{subject}",
        "inv" => $"billing/invoices/{subject}",
        "site" => $"operator/sites/{subject}",
        _ => "notices",
    };
}
