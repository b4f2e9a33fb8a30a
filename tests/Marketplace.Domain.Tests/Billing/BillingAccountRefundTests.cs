using CsCheck;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;
using static Marketplace.Domain.Tests.Billing.Statements;

namespace Marketplace.Domain.Tests.Billing;

/// <summary>Deposits that several payments bring, and money that goes back: deposits, and credit with an operator.</summary>
public sealed class BillingAccountRefundTests
{
    private static readonly RefundId First = RefundId.From("rfd_1");
    private readonly AccountScript account = new();

    [Fact]
    public void A_deposit_above_one_payment_comes_in_parts_each_once_the_one_before_has_come()
    {
        account.Do(Open(234_567_890));
        Assert.Equal(99_999_999, account.State.OrderOf(Deposit).Amount.Minor);
        foreach (var cents in new[] { 99_999_999, 99_999_999, 34_567_892 })
        {
            Assert.Equal((DepositStatus.Awaiting, Usd(cents)), (Deposit.Status, account.State.OrderOf(Deposit).Amount));
            account.Do(new TakePayment(account.State.OrderOf(Deposit)));
        }

        Assert.Equal((DepositStatus.Held, Usd(234_567_890), 3), (Deposit.Status, Deposit.Held, Deposit.Payments.Select(part => part.Payment).Distinct().Count()));
        Assert.Equal([true, true, null], account.Facts.OfType<DepositReceived>().Select(received => received.Partial));
    }

    [Fact]
    public void Each_part_goes_back_to_the_payment_it_came_by_and_what_is_owed_is_taken_of_each_charge()
    {
        account.Do(Open(250));
        PayDeposit();
        account.Do(new BillRent(Worth(130)));

        var facts = account.Do(new SettleLease(Lease, Reservation));

        Assert.Equal(
            [(Usd(100), Deposit.Payments[0].Payment), (Usd(30), Deposit.Payments[1].Payment)],
            facts.OfType<InvoiceSettled>().Select(settled => (settled.Amount, settled.Onward!.Payment!.Value)));
        Assert.Equal(
            [(Usd(50), Deposit.Payments[2].Payment), (Usd(70), Deposit.Payments[1].Payment)],
            facts.OfType<DepositReturning>().Select(returning => (returning.Amount, returning.Payment)));
        foreach (var returning in facts.OfType<DepositReturning>().Reverse())
        {
            Assert.Equal(DepositStatus.Returning, Deposit.Status);
            account.Do(Made(returning));
        }

        Assert.Equal((DepositStatus.Returned, Usd(120), Usd(130)), (Deposit.Status, Deposit.Returned, Deposit.Applied));
        Assert.Equal(Usd(130), account.Gateway);
    }

    [Fact]
    public void What_has_come_goes_back_when_the_rest_is_not_paid_in_time()
    {
        account.Do(Open(250));
        account.Now = Deposit.Deadline;

        var facts = account.Do(new TakePayment(account.State.OrderOf(Deposit)));

        Assert.True(Assert.Single(facts.OfType<DepositEnded>()).ByPayment);
        Assert.Empty(facts.OfType<DepositPaymentStarted>());
        account.Do(Made(Assert.Single(facts.OfType<DepositReturning>())));
        Assert.Equal(DepositStatus.Returned, Deposit.Status);
        Assert.Empty(account.Do(new CancelDeposit(Reservation, "The deadline passed.")));
    }

    [Fact]
    public void A_part_that_comes_after_the_end_follows_the_others_back()
    {
        account.Do(Open(250));
        account.Do(new TakePayment(account.State.OrderOf(Deposit)));
        var second = account.State.OrderOf(Deposit);
        var first = Assert.Single(account.Do(new CancelDeposit(Reservation, "cancelled")).OfType<DepositReturning>());

        var late = Assert.Single(account.Do(new TakePayment(second)).OfType<DepositReturning>());

        Assert.Equal((Deposit.Payments[0].Payment, second.Id), (first.Payment, late.Payment));
        account.Do(Made(late));
        Assert.Equal(DepositStatus.Returning, Deposit.Status);
        account.Do(Made(first));
        Assert.Equal(DepositStatus.Returned, Deposit.Status);
        Assert.Empty(account.State.Books.Balances);
    }

    [Fact]
    public void What_a_dispute_kept_away_from_a_deposit_goes_back_by_a_refund_of_its_own()
    {
        account.Do(Open(100));
        PayDeposit();
        var order = account.State.OrderOf(Deposit);
        var dispute = new PaymentDispute("dp_1", DisputeStatus.Open, Usd(40), "fraudulent");
        account.Do(new TakeDispute(order, dispute, null));
        var first = Assert.Single(account.Do(new ReturnDeposit(Reservation, "over")).OfType<DepositReturning>());
        account.Do(Made(first));

        var second = Assert.Single(account.Do(new TakeDispute(order, dispute with { Status = DisputeStatus.Won }, null)).OfType<DepositReturning>());

        Assert.Equal((Usd(60), Usd(40)), (first.Amount, second.Amount));
        Assert.NotEqual(first.Reference, second.Reference);
        account.Do(Made(second));
        Assert.Equal((DepositStatus.Returned, Usd(100)), (Deposit.Status, Deposit.Returned));
        Assert.Empty(account.State.Books.Balances);
    }

    [Fact]
    public void What_the_gateway_declines_of_a_deposit_is_stuck_until_it_is_made_or_sent_by_bank()
    {
        account.Do(Open(100));
        PayDeposit();
        var returning = Assert.Single(account.Do(new ReturnDeposit(Reservation, "over")).OfType<DepositReturning>());
        account.Do(Declined(returning, attempt: 0));
        Assert.Equal(Usd(100), account.State.StuckOf(returning.Payment, Currency.Usd));
        Assert.Empty(account.Do(Declined(returning, attempt: 0)));

        var retried = Assert.Single(account.Do(new RetryDepositReturn(Reservation)).OfType<DepositReturnRetried>());
        Assert.Equal((returning.Reference, returning.Amount), (retried.Decline.Reference, retried.Decline.Amount));
        Assert.Equal(Usd(0), account.State.StuckOf(returning.Payment, Currency.Usd));
        account.Do(Declined(returning, attempt: 1));

        var back = Assert.Single(account.Do(new RecordDepositReturn(Reservation, "BANK-7")).OfType<DepositReturned>());
        Assert.Equal((DepositStatus.Returned, Organization.Platform, true), (Deposit.Status, back.Bank!.To, back.Bank.OutOfBank));
        Assert.Equal(Usd(0), account.State.StuckOf(returning.Payment, Currency.Usd));
        Assert.Equal(Usd(100), account.Gateway);
        Assert.Equal(Usd(100), account.Credit(LedgerAccountKind.Clearing, Organization.Platform.Value));
        Assert.Empty(account.Do(new RecordDepositReturn(Reservation, "BANK-7")));
    }

    [Fact]
    public void A_refund_that_the_payers_bank_sends_back_is_owed_again()
    {
        account.Do(Open(100));
        PayDeposit();
        var returning = Assert.Single(account.Do(new ReturnDeposit(Reservation, "over")).OfType<DepositReturning>());
        account.Do(Made(returning));
        account.Do(Declined(returning, attempt: 0, wasMade: true));

        Assert.Equal((DepositStatus.Returning, Usd(100), Usd(100)), (Deposit.Status, account.Gateway, account.State.StuckOf(returning.Payment, Currency.Usd)));
        account.Do(new RetryDepositReturn(Reservation));
        account.Do(Made(returning, attempt: 1));
        Assert.Equal((DepositStatus.Returned, Usd(100)), (Deposit.Status, Deposit.Returned));
        Assert.Empty(account.State.Books.Balances);
    }

    [Fact]
    public void Credit_from_a_paid_invoice_goes_back_the_way_it_came_with_the_operators_share_and_the_fee()
    {
        var invoice = PaidByCardAndBank(60_000, 40_000);
        Credit(invoice, 70_000);
        var facts = account.Do(new RefundCredit(First, invoice, Usd(70_000), "as agreed") { Sources = [Source(60_000)] });

        var asked = Assert.Single(facts.OfType<CreditRefundAsked>()).Refund;
        Assert.Equal([(Source(0).Payment, Usd(60_000)), (default(PaymentId?), Usd(10_000))], asked.Parts.Select(part => ((PaymentId?)part.Payment, part.Amount)));
        Assert.Equal((Usd(0), Usd(70_000)), (account.Credits, account.Credit(LedgerAccountKind.RefundsOwed, First.Value)));
        Assert.Empty(account.Do(new RefundCredit(First, invoice, Usd(70_000), "as agreed")));

        var paid = Assert.Single(account.Do(new TakeRefund(Order(60_000), Usd(60_000), First.Value)).OfType<CreditRefundPaid>());
        Assert.Equal((Usd(-60_000), Usd(-3_000)), (paid.Onward.Amount, paid.Onward.PlatformFee));
        Assert.Null(paid.Bank);
        Assert.Empty(account.Do(new TakeRefund(Order(60_000), Usd(60_000), First.Value)));

        var sent = Assert.Single(account.Do(new RecordRefundTransfer(First, "BANK-8")).OfType<CreditRefundPaid>());
        Assert.Equal((Usd(10_000), Organization.Platform), (sent.Bank!.Amount, sent.Bank.To));
        Assert.Empty(account.Do(new RecordRefundTransfer(First, "BANK-8")));
        Assert.Equal(CreditRefundStatus.Paid, account.State.Refunds![First].Status);
        Assert.Equal(Usd(0), account.Credit(LedgerAccountKind.UncollectedRent, Operator.Value));
        Assert.Equal(Usd(30_000), account.SentToOperator);
    }

    [Theory]
    [InlineData(0, "refund_not_positive")]
    [InlineData(70_001, "refund_above_credit")]
    [InlineData(65_000, "refund_above_paid")]
    public void A_refund_is_bounded_by_credit_and_by_what_was_paid(long cents, string code)
    {
        var invoice = PaidByCardAndBank(100_000, 0);
        Credit(invoice, 70_000);

        // A dispute has taken the rest of the payment.
        Assert.Equal(code, account.RefusalOf(new RefundCredit(First, invoice, Usd(cents), "too much") { Sources = [Source(100_000) with { Refundable = Usd(64_000) }] }));
    }

    [Fact]
    public void Refunds_of_one_payment_never_come_to_more_than_it_brought_though_their_calls_are_on_their_way()
    {
        var invoice = PaidByCardAndBank(100_000, 0);
        Credit(invoice, 100_000);
        account.Do(new RefundCredit(First, invoice, Usd(70_000), "one") { Sources = [Source(100_000)] });
        Credit(Invoiced(50_000, revision: 2), 40_000);

        Assert.Equal("refund_above_paid", account.RefusalOf(new RefundCredit(RefundId.From("rfd_2"), invoice, Usd(40_000), "two") { Sources = [Source(100_000)] }));
    }

    [Fact]
    public void A_declined_refund_of_credit_waits_for_a_person_who_asks_again()
    {
        var invoice = PaidByCardAndBank(100_000, 0);
        Credit(invoice, 70_000);
        account.Do(new RefundCredit(First, invoice, Usd(70_000), "as agreed") { Sources = [Source(100_000)] });
        account.Do(new TakeRefundDecline(Order(100_000), Usd(70_000), First.Value, 0, "closed card", WasMade: false));
        Assert.Equal((CreditRefundStatus.Declined, Usd(70_000)), (account.State.Refunds![First].Status, account.State.StuckOf(Order(0).Id, Currency.Usd)));

        account.Do(new RetryRefund(First));
        account.Do(new TakeRefund(Order(100_000), Usd(70_000), First.Value, Attempt: 1));
        account.Do(new TakeRefundDecline(Order(100_000), Usd(70_000), First.Value, 1, "came back", WasMade: true));
        Assert.Equal((CreditRefundStatus.Declined, Usd(70_000)), (account.State.Refunds![First].Status, account.Credit(LedgerAccountKind.RefundsOwed, First.Value)));

        account.Do(new RecordRefundTransfer(First, "BANK-9"));
        Assert.Equal((CreditRefundStatus.Paid, Usd(0)), (account.State.Refunds![First].Status, account.State.StuckOf(Order(0).Id, Currency.Usd)));
        Assert.Equal(Usd(30_000), account.SentToOperator);
    }

    [Fact]
    public void Books_balance_and_a_deposit_adds_up_under_any_sequence_of_parts_refunds_and_declines() =>
        Gen.Select(Gen.Int[0, 8], Gen.Int[0, 5]).Array[1, 50].Sample(steps =>
        {
            var test = new BillingAccountRefundTests();
            test.account.Do(Open(450));
            test.account.Do(new BillRent(Worth(170)));
            foreach (var (step, which) in steps)
            {
                test.Try(step, which);
            }

            var deposit = test.Deposit;
            Assert.True(test.account.AlwaysBalanced);
            Assert.Equal(deposit.InBooks, test.account.Credit(LedgerAccountKind.DepositsHeld, Reservation.Value));
            Assert.Equal(deposit.Received - deposit.Applied - deposit.Returned, deposit.InBooks);
            Assert.All(deposit.Payments, part => Assert.True(part.Applied + part.Asked <= part.Amount && part.Returned <= part.Asked, part.ToString()));
            Assert.Equal(deposit.Returned, Money.Sum(Currency.Usd, deposit.Payments.Select(part => part.Returned)));
            Assert.Equal(deposit.Applied, Money.Sum(Currency.Usd, deposit.Payments.Select(part => part.Applied)));
        });

    private void Try(int step, int which)
    {
        var part = Deposit.Payments[which % Deposit.Payments.Length];
        var order = account.State.OrderOf(Deposit) with { Id = part.Payment, Amount = part.Amount };
        var asked = account.Facts.OfType<DepositReturning>().LastOrDefault(returning => returning.Payment == part.Payment);
        BillingCommand? command = step switch
        {
            0 or 1 or 2 => new TakePayment(order),
            3 => new CancelDeposit(Reservation, "random"),
            4 => new SettleLease(Lease, Reservation),
            5 => asked is null ? null : Made(asked, which % 2),
            6 => asked is null || part.Returning < asked.Amount ? null : Declined(asked, which % 2),
            7 => new RetryDepositReturn(Reservation),
            _ => new RecordDepositReturn(Reservation, "bank"),
        };
        account.Now += Duration.FromMinutes(which);
        if (command is not null && !(step == 5 && (part.Returning < asked!.Amount || (part.Declines ?? []).Any())))
        {
            if (account.RefusalOf(command) is null)
            {
                account.Do(command);
            }
        }
    }

    private Deposit Deposit => account.State.Deposits[Reservation];

    private OpenDeposit Open(long cents) => new(Reservation, Operator, Usd(cents), PaymentMethod.Card, account.Now + Duration.FromDays(1))
    {
        Most = Usd(cents > 99_999_999 ? PaymentSplit.MostMinor : 100),
    };

    private void PayDeposit()
    {
        while (Deposit.Status == DepositStatus.Awaiting)
        {
            account.Do(new TakePayment(account.State.OrderOf(Deposit)));
        }
    }

    private TakeRefund Made(DepositReturning returning, int attempt = 0) =>
        new(account.State.OrderOf(Deposit) with { Id = returning.Payment }, returning.Amount, returning.Reference, attempt);

    private TakeRefundDecline Declined(DepositReturning returning, int attempt, bool wasMade = false) =>
        new(account.State.OrderOf(Deposit) with { Id = returning.Payment }, returning.Amount, returning.Reference!, attempt, "closed account", wasMade);

    private Invoice Invoiced(long cents, int revision)
    {
        account.Do(new BillRent(Worth(cents, revision)));
        return account.PayAll();
    }

    private Invoice PaidByCardAndBank(long card, long bank)
    {
        account.Do(new BillRent(Worth(card + bank)));
        var id = Invoice.IdOf(Worth(card + bank));
        if (bank > 0)
        {
            account.Do(new TakeReceipt(BankReceiptId.From("brc_1"), 1, Usd(bank), id, Operator, Keep: false));
        }

        return account.PayAll();
    }

    private void Credit(Invoice invoice, long cents) =>
        account.Do(new IssueCreditNote(CreditNoteId.From("cn_" + invoice.Revision), Operator, account.State.Invoices[invoice.Id], Usd(cents), "Credit"));

    private PaymentOrder Order(long cents) => account.Facts.OfType<InvoicePaymentStarted>().First().Order with { Amount = Usd(cents) };

    private RefundSource Source(long cents) => new(Order(0).Id, Usd(cents), Usd(cents));
}
