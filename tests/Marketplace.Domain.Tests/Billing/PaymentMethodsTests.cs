using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Tests.Billing;

public sealed class PaymentMethodsTests
{
    private static readonly OrganizationId Tenant = Statements.Tenant;
    private static readonly OrganizationId Operator = Statements.Operator;
    private static readonly PaymentId Payment = PaymentId.From("pay_1");

    private PaymentMethods? _methods;
    private Instant _now = Instant.FromUtc(2027, 1, 1, 0, 0);

    [Fact]
    public void A_set_up_is_written_down_opened_and_brings_one_method_however_often_it_is_looked_at()
    {
        var order = Asked("setup_1");
        Do(new WriteSetupCall(order.Id, _now));
        var key = PaymentMethods.CallOf(Setup(order)).Key;
        Do(new TakeSetupAnswer(order.Id, new GatewayAnswer(GatewayOutcome.Unknown)));
        Assert.Equal((key, true), (PaymentMethods.CallOf(Setup(order)).Key, _methods!.NextAt > _now));
        Do(new TakeSetupAnswer(order.Id, new GatewayAnswer(GatewayOutcome.Created, "cs_1")));
        Do(new TakeSetup(order.Id, new GatewaySetup(MethodSetupStatus.Verifying)));

        Do(new TakeSetup(order.Id, Done("1")));
        Assert.Empty(Decide(new TakeSetup(order.Id, Done("1"))).Facts);
        Assert.Empty(Decide(new TakeSetup(order.Id, new GatewaySetup(MethodSetupStatus.Ended))).Facts);

        var method = Assert.Single(_methods!.Methods);
        Assert.Equal((MethodSetupStatus.Done, (PaymentMethodId?)method.Id), (Setup(order).Status, Setup(order).Method));
        Assert.True(_methods.IsDefault(method));
        Assert.Equal(("usr_1", "4242"), (method.AddedBy, method.Details.LastFour));
    }

    [Fact]
    public void A_set_up_repeated_with_other_contents_is_refused()
    {
        var order = Asked("setup_1");

        Assert.Empty(Decide(new AskSetup(order, "usr_1", false)).Facts);
        Assert.Equal("method_setup_differs", RefusalOf(new AskSetup(order with { Currency = Currency.From("EUR") }, "usr_1", false)));
    }

    [Fact]
    public void A_set_up_that_the_gateway_refuses_or_that_is_left_comes_to_nothing()
    {
        var refused = Asked("setup_1");
        Do(new WriteSetupCall(refused.Id, _now)).Do(new TakeSetupAnswer(refused.Id, new GatewayAnswer(GatewayOutcome.Declined, null, "no cards")));
        var left = Asked("setup_2");
        Do(new WriteSetupCall(left.Id, _now)).Do(new TakeSetupAnswer(left.Id, new GatewayAnswer(GatewayOutcome.Created, "cs_2")));
        Do(new TakeSetup(left.Id, new GatewaySetup(MethodSetupStatus.Ended, null, null, "expired")));

        Assert.Equal([MethodSetupStatus.Ended, MethodSetupStatus.Ended], _methods!.Setups.Select(setup => setup.Status));
        Assert.Equal(["no cards", "expired"], _methods.Setups.Select(setup => setup.Detail));
        Assert.Empty(_methods.Methods);
        Assert.Null(_methods.NextAt);
    }

    [Fact]
    public void There_are_only_so_many_set_ups_at_once()
    {
        for (var i = 0; i < PaymentMethods.MostOpenSetups; i++)
        {
            Asked($"setup_{i}");
        }

        Assert.Equal("too_many_payment_methods", RefusalOf(new AskSetup(Order("setup_x"), "usr_1", false)));
    }

    [Fact]
    public void Automatic_payment_needs_a_default_that_can_pay()
    {
        var on = new SetCollection(Operator, Currency.Usd, CollectionTime.OnDueDate);
        Assert.Equal("no_default_payment_method", RefusalOf(on));
        var method = Added("1", new LocalDate(2027, 2, 28));
        _now = Instant.FromUtc(2027, 3, 1, 0, 0);
        Assert.Equal("no_default_payment_method", RefusalOf(on));
        Assert.Equal("payment_method_unusable", RefusalOf(new MakeDefault(method.Id)));

        var other = Added("2", new LocalDate(2028, 2, 29));
        Do(new MakeDefault(other.Id)).Do(on);

        var collection = _methods!.CollectionOf(_methods.PlanOf(Operator, Currency.Usd))!;
        Assert.Equal((CollectionTime.OnDueDate, _now, other.Id, true), (collection.When, collection.Since, collection.Use.Method, collection.Use.OffSession));
        Do(on with { When = CollectionTime.Never });
        Assert.Null(_methods.CollectionOf(_methods.PlanOf(Operator, Currency.Usd)));
    }

    [Fact]
    public void A_method_pays_the_operator_and_in_the_currency_it_was_added_for()
    {
        var method = Added("1");

        Assert.Null(WhyNot(Operator, Currency.Usd));
        Assert.Equal("payment_method_elsewhere", WhyNot(Tenant, Currency.Usd));
        Assert.Equal("payment_method_elsewhere", WhyNot(Operator, Currency.From("EUR")));
        Assert.Equal("payment_method_not_found", PaymentMethods.WhyNot(null, method.Id, Operator, Currency.Usd, _now)?.Code);

        string? WhyNot(OrganizationId operatorId, Currency currency) => PaymentMethods.WhyNot(_methods, method.Id, operatorId, currency, _now)?.Code;
    }

    [Fact]
    public void A_method_stays_while_automatic_payment_or_a_payment_under_way_uses_it()
    {
        var method = Added("1");
        var other = Added("2");
        Do(new SetCollection(Operator, Currency.Usd, CollectionTime.OnIssue));
        Assert.Equal("payment_method_collects", RefusalOf(new RemoveMethod(method.Id)));
        Do(new MakeDefault(other.Id)).Do(new NoteUse(Payment, method.Id));
        Assert.Equal("payment_method_in_use", RefusalOf(new RemoveMethod(method.Id)));

        Do(new NoteUse(Payment, null)).Do(new RemoveMethod(method.Id));

        Assert.Equal("payment_method_unusable", PaymentMethods.WhyNot(_methods, method.Id, Operator, Currency.Usd, _now)?.Code);
        Do(new WriteRemovalCall(method.Id, _now)).Do(new TakeRemovalAnswer(method.Id, new GatewayAnswer(GatewayOutcome.Unknown)));
        Assert.Equal(2, _methods!.Methods.Length);
        Do(new TakeRemovalAnswer(method.Id, new GatewayAnswer(GatewayOutcome.Succeeded)));
        Assert.Equal([other.Id], _methods.Methods.Select(left => left.Id));
    }

    [Fact]
    public void When_the_default_goes_the_newest_other_one_follows()
    {
        var first = Added("1");
        Added("2");
        var newest = Added("3");

        Do(new RemoveMethod(first.Id));

        Assert.Equal(newest.Id, _methods!.PlanOf(Operator, Currency.Usd).Default);
    }

    [Fact]
    public void A_new_method_follows_a_default_that_has_expired_also_where_invoices_are_collected_with_it()
    {
        Added("1", new LocalDate(2027, 2, 28));
        Do(new SetCollection(Operator, Currency.Usd, CollectionTime.OnDueDate));
        _now = Instant.FromUtc(2027, 3, 1, 0, 0);

        var renewed = Added("2");
        Added("3");

        Assert.Equal(renewed.Id, _methods!.CollectionOf(_methods.PlanOf(Operator, Currency.Usd))!.Use.Method);
    }

    [Fact]
    public void Expiry_is_announced_thirty_days_before_and_once()
    {
        var method = Added("1", new LocalDate(2027, 6, 30));
        Assert.Equal(Instant.FromUtc(2027, 6, 1, 0, 0), _methods!.NextAt);
        Assert.Empty(Decide(new AnnounceExpiry()).Facts);

        _now = Instant.FromUtc(2027, 6, 1, 0, 0);
        Do(new AnnounceExpiry());

        Assert.Empty(Decide(new AnnounceExpiry()).Facts);
        Assert.Null(_methods!.NextAt);
        Assert.True(_methods.Find(method.Id)!.IsUsable(Instant.FromUtc(2027, 6, 30, 23, 59)));
        Assert.False(_methods.Find(method.Id)!.IsUsable(Instant.FromUtc(2027, 7, 1, 0, 0)));
    }

    private static GatewaySetup Done(string id, LocalDate? through = null) =>
        new(MethodSetupStatus.Done, null, new MethodDetails("pm_" + id, MethodKind.Card, "visa", "4242", through ?? new LocalDate(2030, 1, 31)));

    private static MethodSetupOrder Order(string id) => new(MethodSetupId.From(id), Tenant, Operator, Currency.Usd, new Uri("https://market.example/billing"));

    private MethodSetup Setup(MethodSetupOrder order) => _methods!.Find(order.Id)!;

    private MethodSetupOrder Asked(string id)
    {
        Do(new AskSetup(Order(id), "usr_1", false));
        return Order(id);
    }

    private KeptMethod Added(string id, LocalDate? through = null)
    {
        var order = Asked("setup_" + id);
        Do(new WriteSetupCall(order.Id, _now)).Do(new TakeSetupAnswer(order.Id, new GatewayAnswer(GatewayOutcome.Created, "cs_" + id))).Do(new TakeSetup(order.Id, Done(id, through)));
        return _methods!.Methods[^1];
    }

    private string? RefusalOf(PaymentMethodsCommand command) => Decide(command).Refusal?.Code;

    private Decision<PaymentMethodsFact> Decide(PaymentMethodsCommand command) => PaymentMethods.Decide(Tenant, _methods, command, _now);

    private PaymentMethodsTests Do(PaymentMethodsCommand command)
    {
        var decision = Decide(command);
        Assert.Null(decision.Refusal);
        foreach (var fact in decision.Facts)
        {
            _methods = PaymentMethods.Evolve(_methods, fact);
        }

        return this;
    }
}
