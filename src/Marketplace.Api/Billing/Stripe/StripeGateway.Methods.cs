using Marketplace.Domain.Billing;
using Microsoft.AspNetCore.WebUtilities;
using NodaTime;
using Stripe;
using Stripe.Checkout;

namespace Marketplace.Api.Billing.Stripe;

/// <content>
/// Kept payment methods: set up on a Checkout page of Stripe's, charged by confirming the payment here. A bank that wants its customer to
/// confirm names a page of its own, so that no script of Stripe's is needed in a page of ours.
/// </content>
internal sealed partial class StripeGateway
{
    /// <inheritdoc/>
    public Task<GatewayAnswer> OpenSetupAsync(MethodSetupOrder order, GatewayCall call, CancellationToken cancellation = default) => StripeAnswers.TryAsync(async () =>
    {
        var customer = await customers.GetAsync(order.Tenant, order.Operator, order.Currency, cancellation);
        var list = new SessionListOptions { Customer = customer, Limit = 100, Created = From(call.MadeAt) };
        await foreach (var found in sessions.ListAutoPagingAsync(list, null, cancellation))
        {
            if (IsOf(found.Metadata, call))
            {
                return new GatewayAnswer(GatewayOutcome.Created, found.Id);
            }
        }

        var metadata = Metadata(call, (GatewayNotices.Setup, order.Id.Value), (GatewayNotices.Tenant, order.Tenant.Value));
        var made = await sessions.CreateAsync(
            new SessionCreateOptions
            {
                Mode = "setup",
                Customer = customer,
                AllowedPaymentMethodTypes = [.. options.TypesFor(order.Currency)],
                SuccessUrl = ReturnTo(order, "done"),
                CancelUrl = ReturnTo(order, "left"),
                Metadata = metadata,
                SetupIntentData = new SessionSetupIntentDataOptions { Metadata = metadata },
            },
            Keyed(call),
            cancellation);
        return new GatewayAnswer(GatewayOutcome.Created, made.Id);
    }, cancellation);

    /// <inheritdoc/>
    public Task<GatewaySetup?> SetupAsync(MethodSetupOrder order, string setupId, CancellationToken cancellation = default) => StripeAnswers.ReadAsync(async () =>
    {
        var session = await sessions.GetAsync(
            setupId, new SessionGetOptions { Expand = ["setup_intent.payment_method", "setup_intent.mandate"] }, null, cancellation);
        return (GatewaySetup?)((session.Status, session.SetupIntent?.Status) switch
        {
            ("open", _) => new GatewaySetup(MethodSetupStatus.Open, PageOf(session.Url)),
            ("expired", _) => new GatewaySetup(MethodSetupStatus.Ended, null, null, "The provider's page has expired."),
            (_, "succeeded") when session.SetupIntent!.PaymentMethod is { } method => new GatewaySetup(MethodSetupStatus.Done, null, Details(method, session.SetupIntent.Mandate)),
            (_, "requires_payment_method" or "canceled") => new GatewaySetup(
                MethodSetupStatus.Ended, null, null, session.SetupIntent!.LastSetupError?.Message ?? "The bank did not confirm it."),
            _ => new GatewaySetup(MethodSetupStatus.Verifying, PageOf(session.SetupIntent?.NextAction?.VerifyWithMicrodeposits?.HostedVerificationUrl)),
        });
    }, cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> ConfirmAsync(PaymentOrder order, string gatewayId, MethodUse use, GatewayCall call, CancellationToken cancellation = default) => StripeAnswers.TryAsync(async () =>
    {
        try
        {
            var confirm = new PaymentIntentConfirmOptions
            {
                PaymentMethod = use.GatewayId,
                AllowedPaymentMethodTypes = [TypeOf(use.Kind)],
                OffSession = use.OffSession ? true : null,
                ReturnUrl = use.ReturnTo?.AbsoluteUri,
            };
            return Answer(await payments.ConfirmAsync(gatewayId, confirm, Keyed(call), cancellation));
        }
        catch (StripeException error) when (error.StripeError?.Code == "payment_intent_unexpected_state")
        {
            // Paid or called off before: what holds is what counts.
            return Answer(await payments.GetAsync(gatewayId, null, null, cancellation));
        }
    }, cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> DetachAsync(string methodId, GatewayCall call, CancellationToken cancellation = default) => StripeAnswers.TryAsync(async () =>
    {
        if ((await methods.GetAsync(methodId, null, null, cancellation)).CustomerId is not null)
        {
            await methods.DetachAsync(methodId, null, Keyed(call), cancellation);
        }

        return new GatewayAnswer(GatewayOutcome.Succeeded, methodId);
    }, cancellation);

    private static string ReturnTo(MethodSetupOrder order, string outcome) =>
        QueryHelpers.AddQueryString(order.ReturnTo.AbsoluteUri, new Dictionary<string, string?> { ["setup"] = order.Id.Value, ["outcome"] = outcome });

    private static Uri? PageOf(string? address) => address is null ? null : new Uri(address);

    private static string TypeOf(MethodKind kind) => kind switch
    {
        MethodKind.SepaDebit => "sepa_debit",
        MethodKind.UsBankAccount => "us_bank_account",
        _ => "card",
    };

    private static MethodDetails Details(global::Stripe.PaymentMethod method, Mandate? mandate)
    {
        var kind = method.Type switch
        {
            "sepa_debit" => MethodKind.SepaDebit,
            "us_bank_account" => MethodKind.UsBankAccount,
            _ => MethodKind.Card,
        };
        var lastFour = method.Card?.Last4 ?? method.SepaDebit?.Last4 ?? method.UsBankAccount?.Last4;
        var bank = method.SepaDebit?.BankCode ?? method.UsBankAccount?.BankName;
        LocalDate? through = method.Card is { } card ? new YearMonth((int)card.ExpYear, (int)card.ExpMonth).OnDayOfMonth(1).With(DateAdjusters.EndOfMonth) : null;
        return new MethodDetails(method.Id, kind, method.Card?.Brand, lastFour, through, bank, kind == MethodKind.Card ? null : mandate?.Status switch
        {
            "active" => MandateState.Active,
            "inactive" => MandateState.Inactive,
            _ => MandateState.Pending,
        });
    }
}
