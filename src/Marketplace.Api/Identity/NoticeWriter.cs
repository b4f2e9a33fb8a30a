using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Api.Events;
using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Ports;
using NodaTime.Text;

namespace Marketplace.Api.Identity;

/// <summary>
/// Writes mails about what happened: in the reader's language, each thing by the names people know it by, with a link to where it stands. What
/// parties write to each other is in none of them.
/// </summary>
internal sealed class NoticeWriter(Letters letters, IGrainFactory grains, IRowStore rows) : INoticeWriter
{
    private const int MostLines = 40;

    public async Task<SealedLetter> WriteAsync(LetterId id, string to, NoticeDigestContent content)
    {
        var subjects = new Subjects(grains, rows, content.Organization, seesAll: false);
        var abouts = ImmutableArray.CreateBuilder<AboutModel?>();
        foreach (var line in content.Lines.Take(MostLines))
        {
            abouts.Add(await subjects.OfAsync(line.Subject, line.Data));
        }

        return letters.Seal(id, to, ContentOf(content, abouts.ToImmutable(), letters.Root));
    }

    internal static LetterContent ContentOf(NoticeDigestContent content, ImmutableArray<AboutModel?> abouts, string root)
    {
        var words = new Wording(content.Language);
        var organization = LetterContent.Named(content.OrganizationName);
        var total = content.Lines.Sum(line => line.Count);
        var lines = content.Lines.Zip(abouts, (line, about) => Line(words, line, about, root));
        var rest = content.Lines.Length - abouts.Length;
        var first = content.Lines[0];
        var subject = total == 1
            ? $"{organization}: {Sentence(words, first).TrimEnd('.')}{(abouts[0] is { } about ? $" – {LetterContent.Named(about.Name)}" : "")}"
            : $"{organization}: {words.Number(total)} {words.Say("notices", "Mitteilungen")}";
        var more = rest > 0 ? $"\n\n- {words.Say($"and {words.Number(rest)} more", $"und {words.Number(rest)} weitere")}" : "";
        return new LetterContent(subject, words.Say($"""
            Hello {LetterContent.Named(content.PersonName)},

            this happened to {organization} at the marketplace:

            {string.Join("\n\n", lines)}{more}

            All of it, and how often you are mailed: {root}/notices
            """, $"""
            Guten Tag {LetterContent.Named(content.PersonName)},

            für {organization} gibt es Neues vom Marktplatz:

            {string.Join("\n\n", lines)}{more}

            Alle Mitteilungen, und wie oft Sie E-Mails bekommen: {root}/notices
            """));
    }

    /// <summary>What happened, to what, with whom, the figures, and where it stands.</summary>
    private static string Line(Wording words, NoticeLine line, AboutModel? about, string root)
    {
        var often = line.Count > 1 ? $" ({words.Say($"{words.Number(line.Count)} times", $"{words.Number(line.Count)}-mal")})" : "";
        var names = about is null ? "" : "\n  " + string.Join(" · ", Names(words, about));
        return $"- {Sentence(words, line)}{often} {words.Time(line.LastAt, about?.TimeZone)}{names}{Figures(words, line.Data, about?.TimeZone)}\n  {root}/{PageOf(line.Subject, about)}";
    }

    private static string Sentence(Wording words, NoticeLine line) => words.Say(line.Meaning, EventWords.German(line.Type) ?? line.Meaning);

    private static IEnumerable<string> Names(Wording words, AboutModel about)
    {
        yield return LetterContent.Named(about.Name);
        if (about.Site is { } site && !about.Name.Contains(site, StringComparison.OrdinalIgnoreCase))
        {
            yield return LetterContent.Named(site);
        }

        if (about.Counterpart is { } other)
        {
            yield return LetterContent.Named(other);
        }

        if (about is { StartsAt: { } start, EndsAt: { } end })
        {
            yield return $"{words.Date(start, about.TimeZone)} – {words.Date(end - NodaTime.Duration.FromSeconds(1), about.TimeZone)}";
        }
    }

    /// <summary>The amount, and until when something is to be done, where the event says so.</summary>
    private static string Figures(Wording words, JsonElement data, string? zone)
    {
        var figures = new List<string>();
        if ((MoneyOf(data, "outstanding") ?? MoneyOf(data, "total") ?? MoneyOf(data, "amount")) is { } money)
        {
            figures.Add(words.Money(money));
        }

        if (TextOf(data, "dueDate") is { } due && LocalDatePattern.Iso.Parse(due) is { Success: true } day)
        {
            figures.Add(words.Say($"due {words.Date(day.Value)}", $"fällig am {words.Date(day.Value)}"));
        }

        if (TextOf(data, "deadline") is { } until && InstantPattern.ExtendedIso.Parse(until) is { Success: true } deadline)
        {
            figures.Add(words.Say($"until {words.Time(deadline.Value, zone)}", $"bis {words.Time(deadline.Value, zone)}"));
        }

        return figures.Count == 0 ? "" : "\n  " + string.Join(", ", figures);
    }

    private static string? TextOf(JsonElement data, string member) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Money? MoneyOf(JsonElement data, string member) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Object
        && TextOf(value, "currency") is { } currency && value.TryGetProperty("amountMinor", out var minor)
            ? new Money(Currency.From(currency), minor.GetInt64())
            : null;

    private static string PageOf(string subject, AboutModel? about) => subject.Split('_', 2)[0] switch
    {
        "rsv" => $"reservations/{subject}",
        "lease" => $"leases/{subject}",
        "inv" => $"billing/invoices/{subject}",
        "site" => $"operator/sites/{subject}",
        "bench" => $"challenges/{subject}",
        "node" => $"operator/nodes/{subject}",
        "whk" => "developers",
        "payout" => "payouts",
        _ => about?.ReservationId is { } reservation ? $"reservations/{reservation}" : "notices",
    };
}
