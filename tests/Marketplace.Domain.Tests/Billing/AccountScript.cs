using System.Collections.Immutable;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;
using static Marketplace.Domain.Tests.Billing.Statements;

namespace Marketplace.Domain.Tests.Billing;

/// <summary>Plays commands on one tenant's billing account; every fact must leave its books balanced.</summary>
internal sealed class AccountScript(OrganizationId? organization = null)
{
    private BillingAccount? state;

    public Instant Now { get; set; } = Instant.FromUtc(2027, 2, 1, 0, 0);

    public BillingAccount State => state ?? throw new InvalidOperationException("Nothing was done yet.");

    public List<BillingFact> Facts { get; } = [];

    public bool AlwaysBalanced { get; private set; } = true;

    public Money Credits => Credit(LedgerAccountKind.CustomerCredits, Operator.Value);

    public Money Gateway => -Credit(LedgerAccountKind.Gateway, "");

    public Money SentToOperator => Credit(LedgerAccountKind.Clearing, Operator.Value);

    public Money Credit(LedgerAccountKind kind, string subject) => State.Books.Credit(LedgerAccount.Of(kind, subject), Currency.Usd);

    public ImmutableArray<BillingFact> Do(BillingCommand command)
    {
        var decision = Decide(command);
        Assert.Null(decision.Refusal);
        foreach (var fact in decision.Facts)
        {
            state = BillingAccount.Evolve(state, fact);
            Facts.Add(fact);
            AlwaysBalanced &= Books.Drift(state.Books.Balances.Values).All(drift => drift.IsZero) && state.Books.Overdrawn().Count == 0;
        }

        return decision.Facts;
    }

    public string? RefusalOf(BillingCommand command) => Decide(command).Refusal?.Code;

    /// <summary>Every open invoice is paid through the gateway; the last one is answered.</summary>
    public Invoice PayAll()
    {
        var paid = InvoiceId.From("inv_none");
        foreach (var invoice in State.Invoices.Values.Where(invoice => invoice.Outstanding.Minor > 0).OrderBy(invoice => invoice.Number, StringComparer.Ordinal).ToList())
        {
            var order = Do(new PayInvoice(invoice.Id, PaymentMethod.Card)).OfType<InvoicePaymentStarted>().Single().Order;
            Do(new TakePayment(order));
            paid = invoice.Id;
        }

        return State.Invoices[paid];
    }

    private Decision<BillingFact> Decide(BillingCommand command) => BillingAccount.Decide(organization ?? Tenant, state, command, Now);
}
