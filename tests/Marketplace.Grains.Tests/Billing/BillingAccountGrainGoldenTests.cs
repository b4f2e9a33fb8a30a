using System.Text.Json;
using System.Text.Json.Nodes;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Serialization;
using Marketplace.Testing;
using NodaTime;
using static Marketplace.Grains.Tests.Billing.BillingWorld;

namespace Marketplace.Grains.Tests.Billing;

public sealed class BillingAccountGrainGoldenTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 2, 1, 0, 0);

    private readonly List<BillingFact> _facts = [];
    private BillingAccount? _account;

    [Fact]
    public void An_accounts_snapshot_of_an_earlier_build_still_loads()
    {
        Live();
        var written = JsonSerializer.SerializeToNode(
            new JournalSnapshot<BillingAccount> { Schema = StoredLayouts.CurrentSchema, State = _account, Sequence = 3, Version = _facts.Count, LastAt = Now },
            MarketJson.Options);
        var path = Golden.PathOf("billing-account.snapshot.v5.json");
        if (Environment.GetEnvironmentVariable("MARKETPLACE_ACCEPT") == "1" && !File.Exists(path))
        {
            File.WriteAllText(path, written!.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
        }

        // Deposits and invoices stand in the order of a hash that differs from one process to the next.
        Assert.True(JsonNode.DeepEquals(Golden.Loads<JsonNode>("billing-account.snapshot.v5.json"), written), $"{path} is no longer what is written.");
        var again = JsonSerializer.SerializeToNode(Golden.Loads<JournalSnapshot<BillingAccount>>("billing-account.snapshot.v5.json"), MarketJson.Options);
        Assert.True(JsonNode.DeepEquals(again, written), $"{path} loses something when it is loaded.");
    }

    [Fact]
    public void What_earlier_builds_wrote_loads_without_loss()
    {
        foreach (var version in new[] { 1, 2 })
        {
            AssertKept<JournalSnapshot<BillingAccount>>($"billing-account.snapshot.v{version}.json");
            AssertKept<JournalEntry<BillingFact>>($"billing-account.facts.v{version}.json");
        }

        AssertKept<JournalSnapshot<BillingAccount>>("billing-account.snapshot.v3.json");
        AssertKept<JournalEntry<BillingFact>>("billing-account.facts.v3.json");
        AssertKept<JournalEntry<BillingFact>>("billing-account.facts.v4.json");
        AssertKept<JournalSnapshot<BillingAccount>>("billing-account.snapshot.v4.json");
        AssertKept<JournalEntry<BillingFact>>("billing-account.facts.v5.json");
        AssertKept<JournalEntry<BillingFact>>("billing-account.facts.v6.json");
        AssertKept<JournalEntry<BillingFact>>("billing-account.facts.v7.json");
    }

    [Fact]
    public void Every_kind_of_fact_is_written_as_ever_and_still_loads()
    {
        Live();
        _facts.AddRange(
            new DepositRefused(Now, ReservationId.From("rsv_9")),
            new DepositEnded(Now, ReservationId.From("rsv_9"), DepositStatus.Failed, true, "declined"),
            new InvoicePaymentEnded(Now, InvoiceId.From("inv_9"), PaymentId.From("pay_9"), "declined"),
            new InvoiceFellOverdue(Now, InvoiceId.From("inv_9"), LeaseId.From("lease_9")),
            new InvoiceReminded(Now, InvoiceId.From("inv_9"), LeaseId.From("lease_9"), new InvoiceReminder(1, 0, Now, Usd(100))));
        _facts.AddRange(FinanceExamples.Facts(Now, _account!));
        var order = _facts.OfType<InvoicePaymentStarted>().Single().Order;
        Do(new TakeDispute(order, new PaymentDispute("dp_9", DisputeStatus.Lost, order.Amount, "fraudulent"), null));
        var hold = _facts.OfType<PaymentDisputed>().Single().Hold!;
        _facts.AddRange(BillingAccount.Decide(Operator, null, new TakePayoutHold(hold), Now).Facts);
        _facts.AddRange(BillingAccount.Decide(Operator, null, new TakeTransfer(new OnwardTransfer("payment:pay_9", Operator, Usd(100), Usd(5), "Payment") { Invoice = InvoiceId.From("inv_9"), Payment = PaymentId.From("pay_9"), Group = "inv_9", PayableFrom = Now }, Tenant), Now).Facts);
        _facts.AddRange(BillingAccount.Decide(Operator, null, new TakePayoutPosting("payout:payout_9", PayoutId.From("payout_9"), Usd(95)), Now).Facts);

        _facts.AddRange(FinanceExamples.Refunds(Now, _account!, order));
        var use = new MethodUse(PaymentMethodId.From("pmt_9"), "pm_9", MethodKind.Card, OffSession: true);
        _facts.Add(new CollectionChanged(Now, Operator, Currency.Usd, new Collection(Operator, Currency.Usd, CollectionTime.OnDueDate, Now, use)));
        _facts.Add(new InvoicePaymentStarted(Now, InvoiceId.From("inv_9"), order with { Use = use }, null));

        Assert.Empty(typeof(BillingFact).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(BillingFact)) && !_facts.Any(fact => fact.GetType() == type))
            .Select(type => type.Name));
        Assert.Null(Golden.Fault("billing-account.facts.v8.json", new JournalEntry<BillingFact>(1, [new JournalCommit<BillingFact>(Now, [.. _facts], "lease:lease_1", 7)])));
    }

    /// <summary>A deposit held and applied, an invoice paid twice, one open with credit used.</summary>
    private void Live()
    {
        Do(Opening);
        Do(new TakePayment(_account!.OrderOf(_account.Deposits[Reservation])));
        var first = RentStatements.January(Tenant, Operator, Reservation);
        Do(new BillRent(first));
        var invoice = _account.Invoices.Values.Single();
        Do(new PayInvoice(invoice.Id, PaymentMethod.Transfer, "request"));
        var order = _facts.OfType<InvoicePaymentStarted>().Single().Order;
        Do(new SettleLease(invoice.Lease, Reservation));
        Do(new TakePayment(order));
        Do(new BillRent(RentStatements.January(Tenant, Operator, Reservation, revision: 2)));
        Do(new OpenDeposit(ReservationId.From("rsv_2"), Operator, Usd(5_000), PaymentMethod.Card, Now));
        Do(new TakePayment(_account.OrderOf(_account.Deposits[ReservationId.From("rsv_2")])));
        Do(new ReturnDeposit(ReservationId.From("rsv_2"), "cancelled"));
        Do(new TakeRefund(_account.OrderOf(_account.Deposits[ReservationId.From("rsv_2")]), Usd(5_000)));
    }

    private static void AssertKept<T>(string name)
    {
        var again = JsonSerializer.SerializeToNode(Golden.Loads<T>(name), MarketJson.Options);
        Assert.True(JsonNode.DeepEquals(Golden.Loads<JsonNode>(name), again), $"{name} loses something when it is loaded.");
    }

    private void Do(BillingCommand command)
    {
        var decision = BillingAccount.Decide(Tenant, _account, command, Now);
        Assert.Null(decision.Refusal);
        foreach (var fact in decision.Facts)
        {
            _facts.Add(fact);
            _account = BillingAccount.Evolve(_account, fact);
        }
    }
}
