using System.Collections.Immutable;
using CsCheck;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Domain.Tests.Leases;
using NodaTime;
using static Marketplace.Domain.Tests.Billing.Statements;

namespace Marketplace.Domain.Tests.Billing;

public sealed class BillingAccountFinanceTests
{
    private static readonly CustodyTerms Balance = new(Custodian.PlatformBalance, "The payment provider", 90);
    private static readonly BillingProfile Norwegian = new() { LegalName = "Lumen Labs AS", Tax = new TaxProfile("NO", null, "NO 1 MVA", null), PurchaseOrder = "PO-1" };
    private static readonly BillingInputs Taxed = new()
    {
        Supplier = new BillingProfile { LegalName = "Caprock AS", Tax = new TaxProfile("NO", null, "NO 2 MVA", null) },
        Rates = [new TaxRate("no-vat", "MVA", "NO", null, Percentage.From(25), LeaseScript.Day("2020-01-01"), null, null, [])],
    };

    private readonly AccountScript account = new();

    [Fact]
    public void An_invoice_bears_tax_parties_references_and_what_a_transfer_names()
    {
        account.Do(new SetProfile(Norwegian));
        account.Do(new SetReferences(Reservation, new BillingReferences("PO-2", null)));
        account.Do(new BillRent(Worth(100_000), Taxed));

        var invoice = account.State.Invoices.Values.Single();
        Assert.Equal((Usd(100_000), Usd(125_000), "PO-2"), (invoice.Net, invoice.Total, invoice.PurchaseOrder));
        Assert.Equal(("Lumen Labs AS", "Caprock AS"), (invoice.Customer!.LegalName, invoice.Supplier!.LegalName));
        Assert.True(CreditorReference.IsValid(invoice.PaymentReference!));
        Assert.Equal(TaxTreatment.Exclusive, invoice.Tax!.Treatment);
    }

    [Fact]
    public void The_platform_fee_is_a_share_of_rent_and_not_of_tax()
    {
        account.Do(new SetProfile(Norwegian));
        account.Do(new BillRent(Worth(100_000), Taxed));
        account.PayAll();

        Assert.Equal(Usd(5_000), account.Facts.OfType<InvoiceSettled>().Single().Onward!.PlatformFee);
    }

    [Fact]
    public void A_credit_note_lowers_what_is_left_then_becomes_credit_and_never_exceeds_the_invoice()
    {
        account.Do(new BillRent(Worth(100_000)));
        var invoice = account.State.Invoices.Values.Single();
        account.Do(Credit("cn_1", invoice, 30_000));
        Assert.Equal(Usd(70_000), account.State.Invoices[invoice.Id].Outstanding);

        account.PayAll();
        account.Do(Credit("cn_2", invoice, 50_000));
        Assert.Equal(Usd(50_000), account.Credits);
        Assert.Empty(account.Do(Credit("cn_2", invoice, 50_000)));
        Assert.Equal("credit_above_invoice", account.RefusalOf(Credit("cn_3", invoice, 20_001)));
        Assert.Equal("credit_not_positive", account.RefusalOf(Credit("cn_3", invoice, 0)));
        Assert.Equal("invoice_not_found", account.RefusalOf(Credit("cn_3", invoice, 1) with { Actor = Tenant }));
        Assert.Equal(["CN-", "CN-"], account.State.Invoices[invoice.Id].CreditNotes!.Value.Select(note => note.Number[..3]));
    }

    [Fact]
    public void An_energy_reading_is_billed_and_corrected_by_a_further_invoice()
    {
        var terms = Worth(1).Terms;
        var statement = Worth(1) with
        {
            Kind = RentKind.Power,
            Charges = [],
            Terms = terms with { Clauses = terms.Clauses with { PowerPassThrough = new PowerPassThrough(null, Percentage.From(2)) } },
            Reading = Reading(1, 10_000),
        };
        account.Do(new BillRent(statement));
        account.Do(new BillRent(statement with { Revision = 2, Reading = Reading(2, 9_000), Replaces = Reading(1, 10_000) }));

        var lines = account.State.Invoices.Values.OrderBy(invoice => invoice.Revision).SelectMany(invoice => invoice.Lines).ToList();
        Assert.Equal([62_424L, -62_424, 56_182], lines.Select(line => line.Amount.Minor));
        Assert.Contains("10,000 kWh at USD 0.062424, cost of USD 0.0612 plus 2%; meter FEED-A, reading mrd_1", lines[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Rent_priced_before_its_index_is_put_right_on_the_next_invoice()
    {
        var statement = Of("2028-01-01", "2028-02-01", commencement: "2027-01-01", charges: [Between("2028-01-01", "2028-02-01", 8)]);
        statement = statement with
        {
            Terms = statement.Terms with { Clauses = statement.Terms.Clauses with { Index = new IndexLink("cpi", 0, null, null) } },
        };
        ImmutableArray<IndexValue> known = [new(LeaseScript.Day("2027-01-01"), 100)];
        account.Do(new BillRent(statement, new BillingInputs { Index = known }));
        var next = statement with { Period = LeaseScript.Days("2028-02-01", "2028-03-01"), Charges = [Between("2028-02-01", "2028-03-01", 8)] };
        account.Do(new BillRent(next, new BillingInputs { Index = known.Add(new(LeaseScript.Day("2028-01-01"), 103)) }));

        var first = account.State.Invoices.Values.MinBy(invoice => invoice.Number)!;
        var second = account.State.Invoices.Values.MaxBy(invoice => invoice.Number)!;
        Assert.Equal(LeaseScript.Day("2028-01-01"), Assert.Single(first.Lines).Origin!.Awaits);
        Assert.Equal([InvoiceLineKind.Rent, InvoiceLineKind.IndexCorrection], second.Lines.Select(line => line.Kind));
        Assert.Equal(Usd(35_712), second.Lines[1].Amount);
        Assert.Equal(first.Id, second.Lines[1].Origin!.Corrects);
        Assert.Empty(account.State.AwaitedPrices!.Value);
    }

    [Fact]
    public void A_prepayment_is_held_credited_back_to_the_cent_and_earned_by_being_credited() => Gen.Select(Gen.Long[100, 9_000_000], Gen.Int[1, 18], Gen.Int[0, 4])
        .Sample((total, months, after) =>
        {
            var script = new AccountScript();
            var terms = Prepaid(months, after, 60, 40);
            script.Do(new PlanPrepayment(Reservation, Operator, terms, Usd(total)));
            while (script.State.NextFinanceAt <= script.Now)
            {
                script.Do(new MeetFinanceTimes(null, []));
            }

            script.PayAll();
            var prepayment = script.State.Prepayments![Reservation];
            Assert.Equal(Usd(total), prepayment.Held);
            for (var month = 0; month < months + after; month++)
            {
                script.Do(new BillRent(Month(terms, month, 20_000_000)));
            }

            prepayment = script.State.Prepayments[Reservation];
            Assert.Equal((Usd(total), Usd(0)), (prepayment.Credited, prepayment.Held));
            Assert.Equal(-total, script.State.Invoices.Values.SelectMany(invoice => invoice.Lines).Where(line => line.Kind == InvoiceLineKind.PrepaymentCredit).Sum(line => line.Amount.Minor));
            Assert.True(script.AlwaysBalanced);
        }, iter: 100);

    [Fact]
    public void A_contract_that_ends_takes_unpaid_instalments_back_and_leaves_the_rest_to_be_returned()
    {
        var terms = Prepaid(12, 0, 60, 40);
        account.Do(new PlanPrepayment(Reservation, Operator, terms, Usd(100_000)));
        account.Do(new MeetFinanceTimes(null, []));
        account.PayAll();
        account.Do(new MeetFinanceTimes(null, []));
        Assert.Equal("prepayment_not_held", account.RefusalOf(new ReleasePrepayment(Reservation, Usd(60_001), "milestone", "r1")));
        account.Do(new ReleasePrepayment(Reservation, Usd(10_000), "milestone", "r1"));
        Assert.Empty(account.Do(new ReleasePrepayment(Reservation, Usd(10_000), "milestone", "r1")));
        Assert.Equal("prepayment_not_held", account.RefusalOf(new RecordPrepaymentReturn(Reservation, "bank-1")));

        account.Do(new EndPrepayment(Reservation));
        account.Do(new RecordPrepaymentReturn(Reservation, "bank-1"));

        Assert.All(account.State.Invoices.Values, invoice => Assert.Equal(InvoiceStatus.Paid, invoice.Status));
        Assert.Equal((Usd(50_000), Usd(0)), (account.State.Prepayments![Reservation].Returned, account.State.Prepayments[Reservation].Held));
        Assert.True(account.AlwaysBalanced);
    }

    [Fact]
    public void A_deposit_that_the_provider_may_not_hold_longer_is_warned_of_and_given_back()
    {
        HoldDeposit(swept: false);
        account.Now += Duration.FromDays(76);
        Assert.IsType<DepositWarned>(Assert.Single(account.Do(new MeetFinanceTimes(null, []))));
        account.Now += Duration.FromDays(14);
        var returning = Assert.IsType<DepositReturning>(Assert.Single(account.Do(new MeetFinanceTimes(null, []))));
        Assert.Contains("90 days", returning.Reason, StringComparison.Ordinal);
        Assert.Null(account.State.NextFinanceAt);
    }

    [Fact]
    public void A_deposit_moved_to_its_custodian_stays_and_the_custodian_gives_it_back()
    {
        HoldDeposit(swept: false);
        account.Do(new MoveDeposit(Reservation, "First Trust", "FT-1"));
        Assert.Null(account.State.NextFinanceAt);
        Assert.Equal(Usd(-1_000), account.Credit(LedgerAccountKind.Custodian, Reservation.Value));
        Assert.Equal("custody_unfit", account.RefusalOf(new RecordDepositReturn(Reservation, "FT-2")));

        account.Do(new SettleLease(Statements.Lease, Reservation));
        account.Do(new RecordDepositReturn(Reservation, "FT-2"));

        Assert.Equal(DepositStatus.Returned, account.State.Deposits[Reservation].Status);
        Assert.Empty(account.State.Books.Balances);
    }

    [Fact]
    public void A_swept_deposit_rests_on_no_balance()
    {
        HoldDeposit(swept: true);

        Assert.Null(account.State.NextFinanceAt);
    }

    [Fact]
    public void A_letter_of_credit_secures_when_the_operator_has_it()
    {
        var until = account.Now + Duration.FromDays(365);
        account.Do(new OpenDeposit(Reservation, Operator, Usd(1_000), PaymentMethod.Transfer, account.Now)
        {
            Custody = new DepositCustody(new CustodyTerms(Custodian.LetterOfCredit, "Any bank rated A", null), until, false),
        });
        var letter = new LetterOfCredit("LC-1", "First Bank", Usd(1_000), LeaseScript.Day("2028-02-01"), account.Now);
        Assert.Equal("custody_unfit", account.RefusalOf(new ConfirmLetter(Reservation, Operator)));
        Assert.Equal("letter_of_credit_unfit", account.RefusalOf(new RegisterLetter(Reservation, letter with { Amount = Usd(999) })));
        Assert.Equal("letter_of_credit_unfit", account.RefusalOf(new RegisterLetter(Reservation, letter with { Expires = LeaseScript.Day("2027-12-01") })));

        account.Do(new RegisterLetter(Reservation, letter));
        Assert.Equal("deposit_not_found", account.RefusalOf(new ConfirmLetter(Reservation, Tenant)));
        account.Do(new ConfirmLetter(Reservation, Operator));

        Assert.Equal((DepositStatus.Held, Usd(0)), (account.State.Deposits[Reservation].Status, account.State.Deposits[Reservation].Held));
        account.Do(new SettleLease(Statements.Lease, Reservation));
        Assert.Equal(DepositStatus.Returned, account.State.Deposits[Reservation].Status);
    }

    [Theory]
    [InlineData(100_000, BankReceiptStatus.Matched, 0, 0)]
    [InlineData(60_000, BankReceiptStatus.Matched, 0, 40_000)]
    [InlineData(130_000, BankReceiptStatus.Overpaid, 30_000, 0)]
    public void A_transfer_is_matched_by_reference_and_its_amount_says_how(long cents, BankReceiptStatus status, long left, long outstanding)
    {
        var platform = new AccountScript(Organization.Platform);
        account.Do(new BillRent(Worth(100_000)));
        var invoice = account.State.Invoices.Values.Single();

        Transfer(platform, invoice, cents, 1);

        var receipt = platform.State.Receipts!.Values.Single();
        Assert.Equal((status, Usd(left), Usd(outstanding)), (receipt.Status, receipt.Left, account.State.Invoices[invoice.Id].Outstanding));
        Assert.Equal(Usd(left), platform.Credit(LedgerAccountKind.UnappliedReceipts, receipt.Entry.Id.Value));
        Assert.Equal(Usd(-cents), platform.Credit(LedgerAccountKind.Bank, ""));
        Assert.True(platform.AlwaysBalanced && account.AlwaysBalanced);
    }

    [Fact]
    public void A_transfer_made_twice_is_a_duplicate_that_a_person_keeps_or_sends_back()
    {
        var platform = new AccountScript(Organization.Platform);
        account.Do(new BillRent(Worth(100_000)));
        var invoice = account.State.Invoices.Values.Single();
        Transfer(platform, invoice, 100_000, 1);
        Transfer(platform, invoice, 100_000, 2);
        Transfer(platform, invoice, 100_000, 3);
        var (second, third) = (BankReceiptId.From("brc_2"), BankReceiptId.From("brc_3"));
        Assert.Equal([BankReceiptStatus.Duplicate, BankReceiptStatus.Duplicate], [platform.State.Receipts![second].Status, platform.State.Receipts[third].Status]);

        platform.Do(new ReturnReceipt(second, "bank-9"));
        Assert.Empty(platform.Do(new ReturnReceipt(second, "bank-9")));
        Answer(platform, platform.Do(new AssignReceipt(third, new ReferencedInvoice(Tenant, Operator, invoice.Id), true, "req-1")));

        Assert.Equal((BankReceiptStatus.Returned, BankReceiptStatus.Kept), (platform.State.Receipts[second].Status, platform.State.Receipts[third].Status));
        Assert.Equal(Usd(100_000), account.Credits);
        Assert.Equal("bank_receipt_settled", platform.RefusalOf(new AssignReceipt(third, new ReferencedInvoice(Tenant, Operator, invoice.Id), true, "req-2")));
        Assert.Equal("bank_receipt_not_found", platform.RefusalOf(new ReturnReceipt(BankReceiptId.From("brc_9"), "x")));
    }

    /// <summary>The marketplace meets the money of a bank transfer twice: as applied for the tenant, and as the operator's fee.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_fee_of_an_invoice_paid_by_bank_transfer_is_earned_whichever_notice_comes_first(bool feeFirst)
    {
        var platform = new AccountScript(Organization.Platform);
        var operatorBooks = new AccountScript(Operator);
        account.Do(new BillRent(Worth(1_000_000)));
        var invoice = account.State.Invoices.Values.Single();
        var offered = platform.Do(new TakeBankEntries([new NamedBankEntry(Entry(1, 1_000_000), new ReferencedInvoice(Tenant, Operator, invoice.Id))])).OfType<ReceiptOffered>().Single().Receipt;
        var taken = account.Do(new TakeReceipt(offered.Entry.Id, offered.Offers, offered.Left, invoice.Id, Operator, false));
        var fee = operatorBooks.Do(new TakeTransfer(taken.OfType<InvoiceSettled>().Single().Onward!, Tenant)).OfType<TransferTaken>().Single().Onward!;
        Assert.Equal(invoice.FeeOn(Usd(1_000_000)), fee.Amount);
        Assert.True(fee.Amount.Minor > 0);

        BillingCommand[] notices = [new AnswerReceipt(offered.Entry.Id, offered.Offers, Tenant, Usd(1_000_000), Usd(0)), new TakeTransfer(fee, Operator)];
        foreach (var notice in feeFirst ? notices.Reverse() : notices)
        {
            platform.Do(notice);
        }

        LedgerAccount Clearing(OrganizationId other) => LedgerAccount.Of(LedgerAccountKind.Clearing, other.Value);
        Assert.Equal(fee.Amount, platform.State.Books.Credit(LedgerAccount.Of(LedgerAccountKind.PlatformFees), Currency.Usd));
        Assert.True((platform.State.Books.Balance(Clearing(Operator), Currency.Usd) + operatorBooks.State.Books.Balance(Clearing(Organization.Platform), Currency.Usd)).IsZero);
        Assert.True((platform.State.Books.Balance(Clearing(Tenant), Currency.Usd) + account.State.Books.Balance(Clearing(Organization.Platform), Currency.Usd)).IsZero);
    }

    [Fact]
    public void A_statement_imported_twice_changes_nothing()
    {
        var platform = new AccountScript(Organization.Platform);
        platform.Do(new TakeBankEntries([new NamedBankEntry(Entry(1, 500), null)]));

        Assert.Empty(platform.Do(new TakeBankEntries([new NamedBankEntry(Entry(1, 500), null)])));
        Assert.Equal(BankReceiptStatus.Unmatched, platform.State.Receipts!.Values.Single().Status);
    }

    [Fact]
    public void A_limit_of_a_member_goes_before_that_of_its_role()
    {
        var profile = Norwegian with
        {
            SpendLimits = [new SpendLimit(null, OrganizationRole.Member, Usd(100)), new SpendLimit("key_1", null, Usd(500))],
        };

        Assert.True(profile.Allows("key_1", OrganizationRole.Member, Usd(500)));
        Assert.False(profile.Allows("key_2", OrganizationRole.Member, Usd(101)));
        Assert.True(profile.Allows("key_2", OrganizationRole.Owner, Usd(1_000_000)));
        Assert.False(profile.Allows("key_1", OrganizationRole.Member, new Money(Currency.From("EUR"), 1)));
    }

    private static IssueCreditNote Credit(string id, Invoice invoice, long cents) => new(CreditNoteId.From(id), Operator, invoice, Usd(cents), "Why");

    private static MeterReading Reading(int revision, decimal energy) => new(
        MeterReadingId.From($"mrd_{revision}"), LeaseScript.Days("2027-01-01", "2027-02-01"), revision, KilowattHours.From(energy), UnitPrice.Of(Currency.Usd, 0.0612m), "FEED-A", "", LeaseScript.At("2027-02-03T00:00:00Z"));

    private static ContractTerms Prepaid(int months, int after, params decimal[] shares)
    {
        var terms = Worth(1).Terms;
        var prepayment = new PrepaymentTerms(
            Percentage.From(100), [.. shares.Select((share, index) => new PrepaymentTranche($"Phase {index + 1}", Percentage.From(share), 30))], after, months, Balance);
        return terms with { Clauses = terms.Clauses with { Prepayment = prepayment } };
    }

    private static RentStatement Month(ContractTerms terms, int month, long cents)
    {
        var statement = Worth(cents);
        var from = LeaseScript.Day("2027-01-01").PlusMonths(month);
        var hour = new NodeService(LeaseScript.Node(1), cents, from.AtMidnight().InUtc().ToInstant(), from.AtMidnight().PlusHours(1).InUtc().ToInstant());
        return statement with { Terms = terms, Anchor = LeaseScript.Day("2027-01-01"), RentCommencement = LeaseScript.Day("2027-01-01"), Period = new BillingPeriod(from, from.PlusMonths(1)), Charges = [hour] };
    }

    private static BankEntry Entry(int number, long cents) => new(
        BankReceiptId.From($"brc_{number}"), "NO93", "stmt", $"{number}", LeaseScript.Day("2027-02-10"), Usd(cents), "Lumen", "NO83", "rent", null);

    private void HoldDeposit(bool swept)
    {
        account.Do(new OpenDeposit(Reservation, Operator, Usd(1_000), PaymentMethod.Transfer, account.Now)
        {
            Custody = new DepositCustody(Balance, account.Now + Duration.FromDays(365), swept),
        });
        account.Do(new TakePayment(account.State.OrderOf(account.State.Deposits[Reservation])));
    }

    private void Transfer(AccountScript platform, Invoice invoice, long cents, int number) =>
        Answer(platform, platform.Do(new TakeBankEntries([new NamedBankEntry(Entry(number, cents), new ReferencedInvoice(Tenant, Operator, invoice.Id))])));

    private void Answer(AccountScript platform, ImmutableArray<BillingFact> facts)
    {
        var offered = facts.OfType<ReceiptOffered>().Single();
        var receipt = offered.Receipt;
        var accepted = account.Do(new TakeReceipt(receipt.Entry.Id, receipt.Offers, receipt.Left, receipt.For!.Invoice, receipt.For.Operator, offered.Keep)).OfType<ReceiptAccepted>().Single();
        platform.Do(new AnswerReceipt(receipt.Entry.Id, receipt.Offers, Tenant, accepted.Taken, accepted.Kept));
    }
}
