using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Durability;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Grains.Tests.Billing;

/// <summary>Stored forms of payment methods, and of payments made with them.</summary>
public sealed class PaymentMethodsGoldenTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 2, 1, 0, 0);
    private static readonly OrganizationId Tenant = OrganizationId.From("org_tenant");
    private static readonly OrganizationId Operator = OrganizationId.From("org_operator");
    private static readonly MethodDetails Card = new("pm_1", MethodKind.Card, "visa", "4242", new LocalDate(2026, 3, 31));
    private static readonly MethodDetails Debit = new("pm_2", MethodKind.SepaDebit, null, "3000", null, "37040044", MandateState.Active);

    [Fact]
    public void Payment_methods_are_written_as_ever_and_still_load()
    {
        PaymentMethods? methods = null;
        foreach (var (id, details) in new[] { ("setup_1", Card), ("setup_2", Debit) })
        {
            var order = new MethodSetupOrder(MethodSetupId.From(id), Tenant, Operator, Currency.Usd, new Uri("https://market.example/billing?then=billing"));
            Do(new AskSetup(order, "usr_1", false));
            Do(new WriteSetupCall(order.Id, Now));
            Do(new TakeSetupAnswer(order.Id, new GatewayAnswer(GatewayOutcome.Created, "cs_" + id)));
            Do(new TakeSetup(order.Id, new GatewaySetup(MethodSetupStatus.Done, null, details)));
        }

        Do(new AnnounceExpiry(), Now + Duration.FromDays(40));
        Do(new SetCollection(Operator, Currency.Usd, CollectionTime.OnDueDate));
        Do(new NoteUse(PaymentId.From("pay_1"), methods!.Methods[0].Id));
        Do(new RemoveMethod(methods.Methods[1].Id));
        Do(new WriteRemovalCall(methods.Methods[1].Id, Now));
        var waits = new MethodSetupOrder(MethodSetupId.From("setup_3"), Tenant, Operator, Currency.Usd, new Uri("https://market.example/billing"));
        Do(new AskSetup(waits, "usr_1", true));
        Do(new WriteSetupCall(waits.Id, Now));
        Do(new TakeSetupAnswer(waits.Id, new GatewayAnswer(GatewayOutcome.Unknown, null, "lost")));

        Assert.Null(Golden.Fault("payment-methods.v1.json", new AggregateRecord<PaymentMethods> { State = methods, Version = 5 }));

        void Do(PaymentMethodsCommand command, Instant? at = null)
        {
            foreach (var fact in PaymentMethods.Decide(Tenant, methods, command, at ?? Now).Facts)
            {
                methods = PaymentMethods.Evolve(methods, fact);
            }
        }
    }

    [Fact]
    public void A_payment_with_a_kept_method_is_written_as_ever_and_still_loads()
    {
        Payment? payment = null;
        var use = new MethodUse(PaymentMethodId.From("pmt_1"), "pm_1", MethodKind.Card, OffSession: true);
        Do(new AskPayment(new PaymentOrder(PaymentId.From("pay_1"), Tenant, Operator, PaymentPurpose.Invoice, "inv_1", new Money(Currency.Usd, 100), PaymentMethod.Card) { Use = use }));
        Do(new WriteCall(Now));
        Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Created, "pi_1"), false));
        Do(new WriteCall(Now));
        Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.NeedsAction, "pi_1", "Your card was declined."), false));
        Do(new PayWith(use with { OffSession = false, ReturnTo = new Uri("https://market.example/billing") }, "request"));
        Do(new WriteCall(Now));

        Assert.Null(Golden.Fault("payment.confirming.v1.json", new AggregateRecord<Payment> { State = payment, Version = 5 }));

        void Do(PaymentCommand command)
        {
            foreach (var fact in Payment.Decide(payment, command, Now).Facts)
            {
                payment = Payment.Evolve(payment, fact);
            }
        }
    }
}
