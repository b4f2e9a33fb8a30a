using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Api.Billing;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;

namespace Marketplace.Api.Tests.Billing;

/// <summary>What banks and people write into statements: no money of a file may be passed over as known, and none be taken twice.</summary>
public sealed class BankStatementReaderTests
{
    private static readonly string First = CreditorReference.Of(InvoiceId.From("inv_1"));
    private static readonly string Second = CreditorReference.Of(InvoiceId.From("inv_2"));

    [Fact]
    public void A_sum_of_several_transfers_is_a_receipt_for_each()
    {
        var entry = Entry("300.00", "a1", Details(First, "100.00") + Details(Second, "200.00"));

        var read = Camt(entry);

        Assert.Equal([(100_00, First), (200_00, Second)], read.Select(found => (found.Amount.Minor, found.Reference)));
        Assert.Equal(2, read.Select(found => found.Id).Distinct().Count());
        Assert.Equal(read.Select(found => found.Id), Camt(entry).Select(found => found.Id));
    }

    [Fact]
    public void A_sum_whose_transfers_do_not_say_what_they_come_to_waits_for_a_person_unless_all_name_the_same()
    {
        Assert.Equal([(300_00, null)], Camt(Entry("300.00", "a1", Details(First, null) + Details(Second, null))).Select(found => (found.Amount.Minor, found.Reference)));
        Assert.Equal([(300_00, null)], Camt(Entry("300.00", "a1", Details(First, "100.00") + Details(Second, "100.00"))).Select(found => (found.Amount.Minor, found.Reference)));
        Assert.Equal([(300_00, First)], Camt(Entry("300.00", "a1", Details(First, null) + Details(First, null))).Select(found => (found.Amount.Minor, found.Reference)));
    }

    [Fact]
    public void A_reference_that_was_used_before_hides_no_money()
    {
        // Months are counted anew, or every line bears the same word.
        var (january, february) = (Csv("2027-01-05,100.00,USD,1,Lumen,NO83,rent"), Csv("2027-02-05,100.00,USD,1,Lumen,NO83,rent"));
        var same = Csv("2027-01-05,100.00,USD,RENT,Lumen,NO83,rent", "2027-01-05,100.00,USD,RENT,Lumen,NO83,rent");

        Assert.Equal(4, january.Concat(february).Concat(same).Select(found => found.Id).Distinct().Count());
        Assert.Equal(same.Select(found => found.Id), Csv("2027-01-05,100.00,USD,RENT,Lumen,NO83,rent", "2027-01-05,100.00,USD,RENT,Lumen,NO83,rent").Select(found => found.Id));
    }

    [Fact]
    public void An_entry_numbered_only_within_its_statement_is_known_by_what_it_says()
    {
        var numbered = Entry("100.00", null, Details(First, null), "<NtryRef>1</NtryRef>");

        Assert.Equal(Camt(numbered).Single().Id, Camt(Entry("100.00", null, Details(First, null), "<NtryRef>7</NtryRef>")).Single().Id);
        Assert.NotEqual(Camt(numbered).Single().Id, Camt(Entry("100.00", null, Details(Second, null), "<NtryRef>1</NtryRef>")).Single().Id);
    }

    [Fact]
    public void The_same_account_written_otherwise_is_the_same_account_and_a_byte_order_mark_is_no_fault()
    {
        var faults = new Faults();
        var spaced = BankStatementReader.Csv("\uFEFF" + Text("2027-01-05,100.00,USD,1,Lumen,NO83,rent"), "no93 8601 1117 947", "s", faults).Single();

        Assert.Equal(0, faults.Count);
        Assert.Equal(Csv("2027-01-05,100.00,USD,1,Lumen,NO83,rent").Single().Id, spaced.Credits.Single().Id);
    }

    [Fact]
    public void An_entry_that_is_neither_credit_nor_debit_is_a_fault_and_no_debit()
    {
        var faults = new Faults();

        BankStatementReader.Camt(Document(Entry("1.00", "a", Details(First, null)).Replace("CRDT", "", StringComparison.Ordinal)), faults);

        Assert.NotEqual(0, faults.Count);
    }

    [Fact]
    public void A_file_with_more_entries_than_are_read_is_refused_whole()
    {
        var faults = new Faults();
        var lines = Enumerable.Range(0, BankStatementReader.MostEntries + 1).Select(i => string.Create(CultureInfo.InvariantCulture, $"2027-01-05,{(i % 2 == 0 ? "" : "-")}1.00,USD,{i},Lumen,NO83,rent"));

        BankStatementReader.Csv(Text([.. lines]), "NO9386011117947", "s", faults);

        Assert.NotEqual(0, faults.Count);
    }

    private static ImmutableArray<BankEntry> Camt(string entries)
    {
        var faults = new Faults();
        var read = BankStatementReader.Camt(Document(entries), faults).Single().Credits;
        Assert.Equal(0, faults.Count);
        return read;
    }

    private static ImmutableArray<BankEntry> Csv(params string[] lines)
    {
        var faults = new Faults();
        var read = BankStatementReader.Csv(Text(lines), "NO9386011117947", "s", faults).Single().Credits;
        Assert.Equal(0, faults.Count);
        return read;
    }

    private static string Text(params string[] lines) => "date,amount,currency,reference,payer,payerAccount,text\n" + string.Join('\n', lines) + "\n\n";

    private static string Document(string entries) => $"""
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>s1</Id><Acct><Id><IBAN>NO9386011117947</IBAN></Id></Acct>{entries}</Stmt></BkToCstmrStmt></Document>
        """;

    private static string Entry(string amount, string? reference, string details, string numbered = "") => $"""
        <Ntry>{numbered}<Amt Ccy="USD">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2027-02-10</Dt></BookgDt>{(reference is null ? "" : $"<AcctSvcrRef>{reference}</AcctSvcrRef>")}<NtryDtls>{details}</NtryDtls></Ntry>
        """;

    private static string Details(string text, string? amount) => $"""
        <TxDtls>{(amount is null ? "" : $"<Amt Ccy=\"USD\">{amount}</Amt>")}<RmtInf><Strd><CdtrRefInf><Ref>{text}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>
        """;
}
