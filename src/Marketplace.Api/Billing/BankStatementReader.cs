using System.Collections.Immutable;
using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using NodaTime;
using NodaTime.Text;

namespace Marketplace.Api.Billing;

/// <summary>What a bank statement came to.</summary>
/// <param name="Statement">Its own id.</param>
/// <param name="Account">The account it is of.</param>
/// <param name="Credits">Its credit entries.</param>
/// <param name="Debits">How many debit entries were passed over.</param>
internal sealed record BankStatement(string Statement, string Account, ImmutableArray<BankEntry> Credits, int Debits);

/// <summary>
/// Reads bank statements: CAMT.053 (ISO 20022, any version) and a plain CSV. XML is read without document types, entities or
/// anything outside the file. Booked credits become receipts; debits and entries that are only pending are passed over.
/// </summary>
internal static class BankStatementReader
{
    /// <summary>Most entries of one file.</summary>
    public const int MostEntries = 5_000;

    private static readonly string TooMany = $"Expected at most {MostEntries:N0} entries in one statement.";

    private static readonly XmlReaderSettings Safe = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = 32 << 20,
        MaxCharactersFromEntities = 0,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    /// <summary>The statements of a CAMT.053 file; faults are added under <c>content</c>.</summary>
    public static ImmutableArray<BankStatement> Camt(string content, Faults faults)
    {
        XDocument document;
        try
        {
            using var reader = XmlReader.Create(new StringReader(content), Safe);
            document = XDocument.Load(reader);
        }
        catch (XmlException error)
        {
            faults.Add("content", Faults.Malformed, $"Not readable as XML without a document type: line {error.LineNumber}, position {error.LinePosition}.");
            return [];
        }

        var statements = Named(document.Root, "Stmt").ToList();
        if (document.Root?.Name.LocalName != "Document" || statements.Count == 0)
        {
            faults.Add("content", Faults.InvalidFormat, "Expected a CAMT.053 document: Document/BkToCstmrStmt/Stmt.");
            return [];
        }

        return [.. statements.Select(statement => Camt(statement, faults))];
    }

    /// <summary>
    /// The statement of a CSV file with a header: <c>date,amount,currency,reference,payer,payerAccount,text</c>, amounts with a
    /// decimal point; faults are added under <c>content</c> with their line.
    /// </summary>
    public static ImmutableArray<BankStatement> Csv(string content, string account, string statement, Faults faults)
    {
        string[] header = ["date", "amount", "currency", "reference", "payer", "payerAccount", "text"];
        var rows = CsvFormat.Read(content.TrimStart('\uFEFF')).ToList();
        if (rows.Count == 0 || !rows[0].SequenceEqual(header))
        {
            faults.Add("content", Faults.InvalidFormat, $"Expected the header {string.Join(",", header)}.");
            return [];
        }

        var draft = new Draft(account, statement);
        faults.Require(rows.Count <= MostEntries + 1, "content", Faults.OutOfRange, TooMany);
        for (var i = 1; i < rows.Count && i <= MostEntries; i++)
        {
            var row = rows[i];
            if (row is [""])
            {
                continue;
            }

            var date = row.Length == header.Length ? LocalDatePattern.Iso.Parse(row[0]) : null;
            if (date is not { Success: true } || !decimal.TryParse(row[1], NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var amount)
                || Amount(row[2], amount) is not { } money)
            {
                faults.Add("content", Faults.InvalidFormat, $"Line {i + 1}: expected {header.Length} fields with an ISO date, a decimal amount and an ISO 4217 currency.");
                continue;
            }

            draft.Add(row[3], date.Value, money, row[4], row[5], row[6], CreditorReference.FindIn(row[6]));
        }

        return [draft.Done(faults)];
    }

    private static BankStatement Camt(XElement statement, Faults faults)
    {
        var account = Text(statement, "Acct", "Id", "IBAN") ?? Text(statement, "Acct", "Id", "Othr", "Id") ?? "";
        var draft = new Draft(account, Text(statement, "Id") ?? "");
        foreach (var entry in statement.Elements().Where(element => element.Name.LocalName == "Ntry"))
        {
            // Booked only: what is pending comes again when it is booked. The status is a text or, in later versions, a code.
            var status = Text(entry, "Sts", "Cd") ?? Text(entry, "Sts") ?? "BOOK";
            if (status.Trim() != "BOOK")
            {
                continue;
            }

            var amount = Child(entry, "Amt");
            var booked = Text(entry, "BookgDt", "Dt") ?? Text(entry, "BookgDt", "DtTm")?[..Math.Min(10, Text(entry, "BookgDt", "DtTm")!.Length)];
            var day = booked is null ? null : LocalDatePattern.Iso.Parse(booked);
            if (amount is null || day is not { Success: true }
                || !decimal.TryParse(amount.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
                || Amount(amount.Attribute("Ccy")?.Value ?? "", value) is not { } money)
            {
                faults.Add("content", Faults.InvalidFormat, "An entry lacks an amount with its currency or a booking date.");
                continue;
            }

            var side = Text(entry, "CdtDbtInd");
            if (side is not ("CRDT" or "DBIT"))
            {
                faults.Add("content", Faults.InvalidFormat, "An entry does not say whether it is a credit (CRDT) or a debit (DBIT).");
                continue;
            }

            // The bank's own reference is unique on its account; the entry's (NtryRef) often only counts the lines of one statement.
            var reference = Text(entry, "AcctSvcrRef") ?? "";
            var details = Named(entry, "TxDtls").ToList();
            if (side == "DBIT" || details.Count < 2)
            {
                var only = details.FirstOrDefault();
                draft.Add(reference.Length > 0 ? reference : ReferenceOf(only), day.Value, side == "DBIT" ? -money : money, only, RemittanceOf(only));
            }
            else if (Parts(details, money) is { } parts)
            {
                // Booked as one sum: each transfer in it is a receipt of its own.
                foreach (var (part, share) in details.Zip(parts))
                {
                    draft.Add($"{reference}/{ReferenceOf(part)}", day.Value, share, part, RemittanceOf(part));
                }
            }
            else
            {
                // What of the sum is whose is not said: a person decides, unless all of it names the same.
                var names = details.Select(part => CreditorReference.FindIn(RemittanceOf(part))).Distinct().ToList();
                draft.Add(reference, day.Value, money, null, string.Join(' ', details.Select(RemittanceOf)), names is [{ } all] ? all : null);
            }
        }

        return draft.Done(faults);
    }

    private static string ReferenceOf(XElement? details) => details is null ? "" : Text(details, "Refs", "AcctSvcrRef") ?? "";

    private static string RemittanceOf(XElement? details)
    {
        var structured = Named(details, "CdtrRefInf").Select(info => Text(info, "Ref")).FirstOrDefault(text => text is not null);
        return string.Join(' ', Named(details, "Ustrd").Select(element => element.Value).Prepend(structured).Where(text => !string.IsNullOrWhiteSpace(text)));
    }

    /// <summary>What each transfer of a sum comes to; null unless all say so and add up to it.</summary>
    private static List<Money>? Parts(List<XElement> details, Money sum)
    {
        var parts = details
            .Select(part => Child(part, "Amt") ?? Named(Child(part, "AmtDtls"), "TxAmt").Select(amount => Child(amount, "Amt")).FirstOrDefault())
            .Select(amount => amount is not null && decimal.TryParse(amount.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
                ? Amount(amount.Attribute("Ccy")?.Value ?? "", value)
                : null)
            .ToList();
        return parts.All(part => part is { Minor: > 0 } money && money.Currency == sum.Currency) && Money.Sum(sum.Currency, parts.Select(part => part!.Value)) == sum
            ? [.. parts.Select(part => part!.Value)]
            : null;
    }

    private static Money? Amount(string currency, decimal amount)
    {
        if (!Currency.IsKnown(currency) || Math.Abs(amount) > 1_000_000_000_000m)
        {
            return null;
        }

        var money = Money.Round(Currency.From(currency), amount);
        return money.Major == amount ? money : null;
    }

    private static IEnumerable<XElement> Named(XElement? element, string name) => element?.Descendants().Where(child => child.Name.LocalName == name) ?? [];

    private static XElement? Child(XElement element, string name) => element.Elements().FirstOrDefault(child => child.Name.LocalName == name);

    private static string? Text(XElement element, params ReadOnlySpan<string> path)
    {
        XElement? at = element;
        foreach (var name in path)
        {
            at = at is null ? null : Child(at, name);
        }

        return at?.Value;
    }

    /// <summary>Entries of one statement, each with an id that the same entry gets again in another file.</summary>
    private sealed class Draft(string account, string statement)
    {
        private readonly string account = string.Concat(account.Where(c => !char.IsWhiteSpace(c))).ToUpperInvariant();
        private readonly ImmutableArray<BankEntry>.Builder credits = ImmutableArray.CreateBuilder<BankEntry>();
        private readonly Dictionary<string, int> alike = [];
        private int debits;

        public void Add(string reference, LocalDate day, Money amount, XElement? details, string text) =>
            Add(reference, day, amount, details, text, CreditorReference.FindIn(text));

        public void Add(string reference, LocalDate day, Money amount, XElement? details, string text, string? named)
        {
            var party = details is null ? null : Child(details, "RltdPties");
            Add(
                reference,
                day,
                amount,
                party is null ? "" : Text(party, "Dbtr", "Pty", "Nm") ?? Text(party, "Dbtr", "Nm") ?? "",
                party is null ? "" : Text(party, "DbtrAcct", "Id", "IBAN") ?? Text(party, "DbtrAcct", "Id", "Othr", "Id") ?? "",
                text,
                named);
        }

        public void Add(string reference, LocalDate day, Money amount, string payer, string payerAccount, string text, string? named)
        {
            if (amount.Minor <= 0)
            {
                debits++;
                return;
            }

            // A reference alone is not trusted to be unique: money under one that was used before must not pass for known. Entries of
            // one file that look the same are told apart by their order.
            var looks = string.Join('\n', day.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture), amount, reference.Trim('/').Length > 0 ? reference : string.Join('\n', payer, payerAccount, text));
            var number = alike[looks] = alike.GetValueOrDefault(looks) + 1;
            var id = PublicId.Derive<BankReceiptId>("bank entry", account, looks, number.ToString(CultureInfo.InvariantCulture));
            credits.Add(new BankEntry(id, account, statement, Cut(reference.Trim('/'), 140), day, amount, Cut(payer, 140), Cut(payerAccount, 40), Cut(text, 500), named));
        }

        public BankStatement Done(Faults faults)
        {
            faults.Require(account.Length is >= 1 and <= 40, "content", Faults.InvalidFormat, "The statement names no account of 1 to 40 characters.");
            faults.Require(credits.Count <= MostEntries, "content", Faults.OutOfRange, TooMany);
            return new BankStatement(statement, account, credits.ToImmutable(), debits);
        }

        private static string Cut(string text, int most) => text.Length <= most ? text : text[..most];
    }
}
