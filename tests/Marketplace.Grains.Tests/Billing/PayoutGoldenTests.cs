using System.Collections.Immutable;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Testing;
using NodaTime;
using static Marketplace.Grains.Tests.Billing.BillingWorld;

namespace Marketplace.Grains.Tests.Billing;

/// <summary>What payout accounts, payouts and copies of invoices leave in stores, with every kind of fact and every member filled.</summary>
public sealed class PayoutGoldenTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 2, 1, 0, 0);
    private static readonly InvoiceId Invoice = InvoiceId.From("inv_1");
    private static readonly PaymentId Payment = PaymentId.From("pay_1");
    private static readonly GatewayAnswer Made = new(GatewayOutcome.Succeeded, "gw_1");
    private static readonly GatewayAnswer Lost = new(GatewayOutcome.Unknown, null, "no answer", KeySpent: true);

    [Fact]
    public void A_payout_account_is_written_as_ever_and_still_loads()
    {
        var facts = new List<PayoutAccountFact>();
        PayoutAccount? account = null;
        Do(new AskAccount("US"));
        Do(new WriteAccountCall(Now));
        Do(new TakeAccountAnswer(new GatewayAnswer(GatewayOutcome.Declined, null, "not there"), LookedUp: false));
        Do(new AskAccount("NO"));
        Do(new WriteAccountCall(Now));
        Do(new TakeAccountAnswer(Lost, LookedUp: false));
        Do(new TakeAccountAnswer(Made, LookedUp: true));
        Do(new TakeAccount(new GatewayAccount("gw_1", true, true, ["tos_acceptance"], "requirements.past_due")));
        Do(new Earn(new Payable("payment:pay_1", Tenant, Invoice, Payment, "inv_1", Usd(90_000), Now, Now, Usd(0)), new CreditLeft(Usd(1_000), 7)));
        Do(new Earn(new Payable("payment:pay_2", Tenant, Invoice, null, "inv_1", Usd(5_000), null, Now, Usd(0))));
        Do(new NoteInvoice(Invoice));
        Do(new PlanPayouts());
        var payouts = facts.OfType<PayoutBegun>().Select(begun => begun.Order.Id).ToList();
        Do(new TakePayout(payouts[0], true, null));
        Do(new TakePayout(payouts[^1], false, "closed"));
        Do(new KeepDispute(Tenant, Payment, Usd(50_000)));
        Do(new PlanPayouts(), Now + PayoutAccount.AfterDecline);
        var back = facts.OfType<TakeBackBegun>().Last();
        Do(new TakeTakenBack(back.Payout, back.Amount, false, "too late"));
        Do(new KeepCredit(Tenant, Usd(500), 9));

        Assert.Empty(Missing(facts));
        Assert.Null(Golden.Fault("payout-account.facts.v1.json", new JournalEntry<PayoutAccountFact>(1, [new JournalCommit<PayoutAccountFact>(Now, [.. facts], "billing-account:org_operator", 7)])));

        // What stands in the order of a hash that differs from one process to the next is kept to one each.
        Assert.Null(Golden.Fault("payout-account.snapshot.v1.json", new JournalSnapshot<PayoutAccount>
        {
            Schema = StoredLayouts.CurrentSchema,
            State = account! with
            {
                Payables = account.Payables.Where(pair => pair.Key == "payment:pay_1").ToImmutableDictionary(),
                Parts = account.Parts.Where(pair => pair.Key == back.Payout).ToImmutableDictionary(),
            },
            Sequence = 3,
            Version = facts.Count,
            LastAt = Now,
        }));

        void Do(PayoutAccountCommand command, Instant? at = null)
        {
            var decision = PayoutAccount.Decide(Operator, account, command, at ?? Now);
            Assert.Null(decision.Refusal);
            foreach (var fact in decision.Facts)
            {
                facts.Add(fact);
                account = PayoutAccount.Evolve(account, fact);
            }
        }
    }

    [Fact]
    public void A_payout_is_written_as_ever_and_still_loads()
    {
        var facts = new List<PayoutFact>();
        Payout? payout = null;
        Do(new Send(new PayoutOrder(PayoutId.From("payout_1"), Operator, Tenant, Invoice, Payment, Usd(90_000), "inv_1"), "acct_1"));
        Do(new WritePayoutCall(Now));
        Do(new TakePayoutAnswer(Lost, LookedUp: false));
        var underWay = payout!;
        Do(new TakePayoutAnswer(Made, LookedUp: true));
        Do(new Reverse("1", Usd(1_000)));
        Do(new WritePayoutCall(Now));
        Do(new TakePayoutAnswer(Made, LookedUp: false));
        Do(new Reverse("2", Usd(2_000)));
        facts.Add(new PayoutFailed(Now, "closed"));

        Assert.Empty(Missing(facts));
        Assert.Null(Golden.Fault("payout.sent.v1.json", RecordOf(payout!)));
        Assert.Null(Golden.Fault("payout.under-way.v1.json", RecordOf(underWay)));

        void Do(PayoutCommand command)
        {
            foreach (var fact in Payout.Decide(payout, command, Now).Facts)
            {
                facts.Add(fact);
                payout = Payout.Evolve(payout, fact);
            }
        }
    }

    [Fact]
    public void A_copy_of_an_invoice_is_written_as_ever_and_still_loads()
    {
        var facts = new List<CopyFact>();
        InvoiceCopy? copy = null;
        var issued = BillingAccount.Decide(Tenant, null, new BillRent(RentStatements.January(Tenant, Operator, Reservation)), Now).Facts.OfType<InvoiceIssued>().Single();
        Do(new WriteCopy(issued.Invoice));
        Do(new WriteCopyCall(Now));
        Do(new TakeCopyAnswer(Made));
        Do(new AddStep(new CopyStep(GatewayPurpose.Attachment, Payment.Value, Payment)));
        Do(new WriteCopyCall(Now));
        Do(new TakeCopyAnswer(new GatewayAnswer(GatewayOutcome.Declined, null, "not open")));
        Do(new AddStep(new CopyStep(GatewayPurpose.CreditNote, "cn_1", null, new InvoiceCredit("cn_1", Usd(100), Usd(40), Usd(60), "Credit note CN-1"))));
        Do(new WriteCopyCall(Now));
        Do(new TakeCopyAnswer(Lost));

        Assert.Empty(Missing(facts));
        Assert.Null(Golden.Fault("invoice-copy.v2.json", RecordOf(copy!)));
        Assert.Equal(copy!.Invoice.Id, Golden.Loads<AggregateRecord<InvoiceCopy>>("invoice-copy.v1.json").State!.Invoice.Id);

        void Do(CopyCommand command)
        {
            foreach (var fact in InvoiceCopy.Decide(copy, command, Now).Facts)
            {
                facts.Add(fact);
                copy = InvoiceCopy.Evolve(copy, fact);
            }
        }
    }

    private static IEnumerable<string> Missing<TFact>(IReadOnlyCollection<TFact> facts) => typeof(TFact).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(TFact)) && !facts.Any(fact => fact!.GetType() == type))
        .Select(type => type.Name);

    private static AggregateRecord<TState> RecordOf<TState>(TState state)
        where TState : class => new() { State = state, Version = 5 };
}
