using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Testing;
using NodaTime;
using static Marketplace.Grains.Tests.Billing.BillingWorld;

namespace Marketplace.Grains.Tests.Billing;

/// <summary>One fact of each kind that an account's finance side writes, with every member filled.</summary>
internal static class FinanceExamples
{
    public static readonly BillingProfile Profile = new()
    {
        LegalName = "Lumen Labs AS",
        Address = ["Storgata 1", "0155 Oslo"],
        Tax = new TaxProfile("NO", null, "NO 999 999 999 MVA", null),
        Contacts = [new BillingContact("Accounts payable", "ap@lumen.example")],
        PurchaseOrder = "PO-1",
        CostCentre = "CC-1",
        PurchaseOrderRequired = true,
        SpendLimits = [new SpendLimit("key_1", null, Usd(1_000_000)), new SpendLimit(null, Domain.Organizations.OrganizationRole.Member, Usd(100_000))],
    };

    public static readonly CustodyTerms Custody = new(Custodian.PlatformBalance, "The payment provider", 90);

    public static readonly BankEntry Entry = new(
        BankReceiptId.From("brc_1"), "NO9386011117947", "2026-02-01", "entry-1", new LocalDate(2026, 2, 1), Usd(500), "Lumen Labs AS", "NO8330001234567", "RF18539007547034", "RF18539007547034");

    public static IEnumerable<BillingFact> Facts(Instant now, BillingAccount account)
    {
        var invoice = account.Invoices.Values.OrderBy(invoice => invoice.Number, StringComparer.Ordinal).First();
        var move = LedgerEntry.Move("fact", now, "Text", LedgerAccount.Of(LedgerAccountKind.Bank), LedgerAccount.Of(LedgerAccountKind.UnappliedReceipts, "brc_1"), Usd(1));
        var letter = new LetterOfCredit("LC-1", "First Bank", Usd(1_000), new LocalDate(2027, 1, 1), now, now);
        var onward = new OnwardTransfer("fact", Operator, Usd(1), Usd(0), "Text");
        var referenced = new ReferencedInvoice(Tenant, Operator, invoice.Id);
        var receipt = new BankReceipt { Entry = Entry, TakenAt = now, Status = BankReceiptStatus.Overpaid, For = referenced, Offers = 1, Applied = Usd(100), Returned = Usd(10), Note = "Note" };
        var month = new LocalDate(2026, 1, 1);
        var terms = RentStatements.January(Tenant, Operator, Reservation).Terms;
        var prepaid = terms with
        {
            Clauses = terms.Clauses with
            {
                Deposit = terms.Clauses.Deposit with { Custody = Custody },
                Index = new IndexLink("us-cpi-u", 2, Percentage.From(4), Percentage.Zero),
                PowerPassThrough = new PowerPassThrough(UnitPrice.Of(Currency.Usd, 0.06m), Percentage.From(2)),
                Prepayment = new PrepaymentTerms(Percentage.From(20), [new PrepaymentTranche("Phase 1", Percentage.From(100), 30)], 24, 12, Custody),
                TaxInclusive = true,
            },
        };
        var line = new InvoiceLine
        {
            Kind = InvoiceLineKind.Rent,
            Text = "Text",
            Period = new BillingPeriod(month, month.PlusMonths(1)),
            Quantity = 1,
            Price = UnitPrice.Of(Currency.Usd, 2),
            Amount = Usd(200),
            Origin = new LineOrigin
            {
                Lease = invoice.Lease,
                Year = 1,
                BasePrice = UnitPrice.Of(Currency.Usd, 2),
                Escalator = Percentage.From(3),
                IndexSteps = [new IndexStep(1, new IndexValue(month, 100), new IndexValue(month.PlusMonths(1), 104.7m), 4.7m, 4, true)],
                Awaits = month,
                Nodes = [NodeId.From("node_1")],
                Reading = MeterReadingId.From("mrd_1"),
                Corrects = invoice.Id,
            },
        };
        var rate = new TaxRate("no-vat", "MVA", "NO", null, Percentage.From(25), month, null, "EEA", [InvoiceLineKind.ExitFee]);
        var tax = TaxEngine.For([line], false, Profile.Tax, Profile.Tax, [rate], month);
        return
        [
            new ProfileChanged(now, Profile),
            new ReferencesSet(now, Reservation, new BillingReferences("PO-2", "CC-2")),
            new CreditNoteIssued(
                now,
                new CreditNote
                {
                    Id = CreditNoteId.From("cn_1"),
                    Number = "CN-1",
                    IssuedAt = now,
                    Invoice = invoice.Id,
                    InvoiceNumber = invoice.Number,
                    Tenant = Tenant,
                    Operator = Operator,
                    Lease = invoice.Lease,
                    Zone = "UTC",
                    Lines = [line],
                    Tax = tax,
                    Supplier = InvoiceParty.Of(Operator, null),
                    Customer = InvoiceParty.Of(Tenant, Profile),
                    PurchaseOrder = "PO-1",
                    Total = Usd(250),
                    Applied = Usd(50),
                    OperatorShare = Usd(190),
                    FeeShare = Usd(10),
                },
                invoice,
                move),
            new PrepaymentPlanned(now, Prepayment.Plan(Reservation, Operator, prepaid, Usd(100_000), now)),
            new PrepaymentPaid(now, Reservation, Usd(100)),
            new PrepaymentMoved(now, Reservation, PrepaymentMove.Released, Usd(50), Usd(50), "milestone", move, onward),
            new PrepaymentEnded(now, Reservation),
            new PriceAwaited(now, new AwaitedPrice(invoice.Id, invoice.Number, invoice.Lease, UnitPrice.Of(Currency.Usd, 2), prepaid.Clauses.Index!, month, [line])),
            new PriceKnown(now, invoice.Lease, invoice.Id),
            new DepositOpened(now, new Deposit
            {
                Reservation = ReservationId.From("rsv_8"),
                Operator = Operator,
                Payment = PaymentId.From("pay_8"),
                Amount = Usd(100),
                Method = PaymentMethod.Transfer,
                Deadline = now,
                Status = DepositStatus.Held,
                OpenedAt = now,
                Received = Usd(100),
                Applied = Usd(0),
                Returned = Usd(0),
                Custody = new DepositCustody(Custody, now, true)
                {
                    Since = now,
                    MovedAt = now,
                    MovedTo = "First Trust",
                    MoveReference = "T-1",
                    WarnedAt = now,
                    Letter = letter,
                },
            }),
            new DepositWarned(now, ReservationId.From("rsv_8"), now),
            new DepositMoved(now, ReservationId.From("rsv_8"), "First Trust", "T-1", move),
            new LetterRegistered(now, ReservationId.From("rsv_8"), letter),
            new LetterConfirmed(now, ReservationId.From("rsv_8")),
            new ReceiptTaken(now, receipt, move),
            new ReceiptOffered(now, receipt, true),
            new ReceiptAnswered(now, receipt, move),
            new ReceiptSentBack(now, receipt, move),
            new ReceiptAccepted(now, Entry.Id, 1, invoice.Id, Usd(400), Usd(100), move, onward),
        ];
    }

    /// <summary>One fact of each kind about deposits in several payments and money given back.</summary>
    public static IEnumerable<BillingFact> Refunds(Instant now, BillingAccount account, PaymentOrder order)
    {
        var invoice = account.Invoices.Values.OrderBy(invoice => invoice.Number, StringComparer.Ordinal).First();
        var move = LedgerEntry.Move("fact", now, "Text", LedgerAccount.Of(LedgerAccountKind.RefundsOwed, "rfd_1"), LedgerAccount.Of(LedgerAccountKind.Gateway), Usd(1));
        var onward = new OnwardTransfer("fact", Operator, Usd(-1), Usd(0), "Text") { Credit = new CreditLeft(Usd(5), 12) };
        var bank = new OnwardTransfer("fact", Domain.Organizations.Organization.Platform, Usd(1), Usd(0), "Text") { OutOfBank = true };
        var (part, decline) = (PaymentId.From("pay_8"), new DeclinedReturn("deposit:2", Usd(10), "closed account"));
        var refund = new CreditRefund
        {
            Id = RefundId.From("rfd_1"),
            Operator = Operator,
            Tenant = Tenant,
            Invoice = invoice.Id,
            InvoiceNumber = invoice.Number,
            Amount = Usd(30),
            Reason = "Reason",
            AskedAt = now,
            Parts = [new RefundPart(order.Id, Usd(20), Usd(1), RefundStatus.Declined, "closed card"), new RefundPart(null, Usd(10), Usd(0), RefundStatus.Made, "BANK-1")],
            PaidAt = now,
        };
        var nothing = Usd(0);
        return
        [
            new DepositOpened(now, new Deposit
            {
                Reservation = ReservationId.From("rsv_7"),
                Operator = Operator,
                Payment = part,
                MostPerPayment = Usd(100),
                Parts = [new DepositPart(part, Usd(100), true, Usd(1), Usd(2), nothing, nothing, 2, [decline])],
                Amount = Usd(150),
                Method = PaymentMethod.Card,
                Deadline = now,
                Status = DepositStatus.Awaiting,
                OpenedAt = now,
                Received = Usd(100),
                Applied = nothing,
                Returned = nothing,
            }),
            new DepositPaymentStarted(now, ReservationId.From("rsv_7"), PaymentId.From("pay_9"), Usd(50)),
            new DepositReceived(now, ReservationId.From("rsv_7"), Usd(100), true, move, part, true),
            new DepositReturning(now, ReservationId.From("rsv_7"), part, Usd(10), "over", "deposit:2"),
            new DepositReturned(now, ReservationId.From("rsv_7"), Usd(10), move, part, "deposit:2", bank),
            new DepositReturnDeclined(now, ReservationId.From("rsv_7"), part, decline, move),
            new DepositReturnRetried(now, ReservationId.From("rsv_7"), part, decline, "over"),
            new CreditRefundAsked(now, refund, move),
            new CreditRefundPaid(now, refund.Id, null, "BANK-1", move, onward, bank),
            new CreditRefundDeclined(now, refund.Id, order.Id, "closed card", move, onward),
            new CreditRefundRetried(now, refund.Id, order.Id),
        ];
    }
}
