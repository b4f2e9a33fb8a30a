using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <content>Profile, credit notes, prepayments, custody and bank receipts.</content>
public sealed partial record BillingAccount
{
    /// <summary>Bank receipts kept here before the settled ones make room; older ones are read from their rows.</summary>
    public const int SettledReceiptsKept = 500;

    /// <summary>The prepayment whose instalment is invoiced next; null when none is.</summary>
    [JsonIgnore]
    public Prepayment? NextPrepayment => Prepayments?.Values.Where(prepayment => prepayment.NextAt is not null)
        .OrderBy(prepayment => prepayment.NextAt).ThenBy(prepayment => prepayment.Reservation.Value, StringComparer.Ordinal).FirstOrDefault();

    /// <summary>When the next instalment is invoiced or the next custody asks for something; null when neither will.</summary>
    [JsonIgnore]
    public Instant? NextFinanceAt
    {
        get
        {
            var custody = Deposits.Values.Where(deposit => deposit.Status == DepositStatus.Held && deposit.Held.Minor > 0).Select(deposit => deposit.Custody?.NextAt).Min();
            var instalment = NextPrepayment?.NextAt;
            return custody is { } first && instalment is { } second ? Instant.Min(first, second) : custody ?? instalment;
        }
    }

    /// <summary>The references that invoices of a reservation bear: its own, else the profile's.</summary>
    public BillingReferences ReferencesOf(ReservationId reservation)
    {
        var own = References?.GetValueOrDefault(reservation) ?? BillingReferences.None;
        return new BillingReferences(own.PurchaseOrder ?? Profile?.PurchaseOrder, own.CostCentre ?? Profile?.CostCentre);
    }

    private BillingAccount WithFinance(BillingFact fact) => fact switch
    {
        ProfileChanged changed => this with { Profile = changed.Profile },
        CollectionChanged changed => With(changed),
        ReferencesSet set => this with
        {
            References = (References ?? ImmutableDictionary<ReservationId, BillingReferences>.Empty).SetItem(set.Reservation, set.References),
        },
        CreditNoteIssued issued => Post(issued.Entry).Take(issued),
        PrepaymentPlanned planned => With(planned.Prepayment),
        PrepaymentPaid paid => Change(paid.Reservation, prepayment => prepayment with { Paid = prepayment.Paid + paid.Amount }),
        PrepaymentMoved moved => Post(moved.Entry).Change(moved.Reservation, prepayment => Move(prepayment, moved)),
        PrepaymentEnded ended => Change(ended.Reservation, prepayment => prepayment with { EndedAt = ended.At }),
        PriceAwaited awaited => this with { AwaitedPrices = [.. AwaitedPrices ?? [], awaited.Awaited] },
        PriceKnown known => this with { AwaitedPrices = [.. (AwaitedPrices ?? []).Where(awaited => awaited.Invoice != known.Invoice)] },
        DepositWarned warned => Change(warned.Reservation, deposit => deposit with { Custody = deposit.Custody! with { WarnedAt = warned.At } }),
        DepositMoved moved => Post(moved.Entry).Change(moved.Reservation, deposit => deposit with
        {
            Custody = deposit.Custody! with { MovedAt = moved.At, MovedTo = moved.Holder, MoveReference = moved.Reference },
        }),
        LetterRegistered registered => Change(registered.Reservation, deposit => deposit with { Custody = deposit.Custody! with { Letter = registered.Letter } }),
        LetterConfirmed confirmed => Change(confirmed.Reservation, deposit => deposit.MoveTo(DepositStatus.Held) with
        {
            Custody = deposit.Custody! with { Letter = deposit.Custody.Letter! with { ConfirmedAt = confirmed.At } },
        }),
        ReceiptTaken taken => Post(taken.Entry).With(taken.Receipt),
        ReceiptOffered offered => With(offered.Receipt),
        ReceiptAnswered answered => Post(answered.Entry).With(answered.Receipt),
        ReceiptSentBack back => Post(back.Entry).With(back.Receipt),
        ReceiptAccepted accepted => Post(accepted.Entry).Change(accepted.Invoice, invoice => accepted.Kept.IsZero
            ? invoice
            : invoice with { PaidByBank = (invoice.PaidByBank ?? Money.Zero(accepted.Kept.Currency)) + accepted.Kept }),
        _ => WithRefunds(fact),
    };

    private static Prepayment Move(Prepayment prepayment, PrepaymentMoved moved) => moved.Move switch
    {
        PrepaymentMove.Credited => prepayment with { Credited = prepayment.Credited + moved.Amount, Released = prepayment.Released + moved.Out },
        PrepaymentMove.Released => prepayment with { Released = prepayment.Released + moved.Out },
        _ => prepayment with { Returned = prepayment.Returned + moved.Out },
    };

    private BillingAccount Take(CreditNoteIssued issued)
    {
        var (note, before) = (issued.Note, Invoices.GetValueOrDefault(issued.Invoice.Id) ?? issued.Invoice);
        var after = before with
        {
            Credited = (before.Credited ?? Money.Zero(note.Total.Currency)) + note.Total,
            CreditNotes = [.. before.CreditNotes ?? [], note],
        };
        return With(after) with
        {
            LastCreditNotes = (LastCreditNotes ?? ImmutableDictionary<OrganizationId, int>.Empty).SetItem(note.Operator, (LastCreditNotes?.GetValueOrDefault(note.Operator) ?? 0) + 1),
        };
    }

    private BillingAccount With(Prepayment prepayment) => this with
    {
        Prepayments = (Prepayments ?? ImmutableDictionary<ReservationId, Prepayment>.Empty).SetItem(prepayment.Reservation, prepayment),
    };

    private BillingAccount Change(ReservationId reservation, Func<Prepayment, Prepayment> change) => With(change(Prepayments![reservation]));

    private BillingAccount With(BankReceipt receipt)
    {
        var receipts = Receipts ?? ImmutableDictionary<BankReceiptId, BankReceipt>.Empty;
        var after = receipts.SetItem(receipt.Entry.Id, receipt);
        if (after.Count > SettledReceiptsKept)
        {
            var settled = after.Values.Where(known => known.Left.IsZero && known.Entry.Id != receipt.Entry.Id)
                .OrderBy(known => known.TakenAt).ThenBy(known => known.Entry.Id.Value, StringComparer.Ordinal).ToList();
            after = after.RemoveRange(settled.Take(Math.Max(0, settled.Count - (SettledReceiptsKept / 2))).Select(known => known.Entry.Id));
        }

        return this with { Receipts = after };
    }
}
