using System.Collections.Immutable;
using Marketplace.Api.Billing.Sandbox;
using Marketplace.Api.Events;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Marketplace.Grains.Ports;
using Microsoft.Extensions.Options;

namespace Marketplace.Api.Billing;

/// <summary>What operators are paid: their account at the gateway, what waits, and what was sent.</summary>
internal static class PayoutEndpoints
{
    private static readonly Permission Read = Permission.Read("billing");
    private static readonly Permission Change = Permission.Change("billing");

    public static IEndpointRouteBuilder MapPayouts(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Payouts");
        room.Get("/v1/payout-account", new("getPayoutAccount", "Read one's payout account", "What the caller, as an operator, is paid to: whether the gateway pays it, what the gateway still wants to know, and what has been collected and not paid out.", Read)
        {
            Gives = PayoutAccountModel.Example,
        }, async request => request.Ok(await FindAccountAsync(request), account => Model(request, account)));

        room.Post("/v1/payout-account/onboarding-links", new(
            "createOnboardingLink",
            "Sign up to be paid",
            "Opens the operator's account at the payment gateway, if there is none, and answers a page of the gateway's where its owner signs up or completes what is missing. The page is fetched for this answer, lives for minutes and is stored nowhere.",
            Change)
        {
            Gives = OnboardingLinkModel.Example,
            Status = 201,
            Refuses = [PayoutRefusal.NoOperator, PayoutAccountRefusal.GatewayUnknown, PayoutAccountRefusal.Declined],
        }, OnboardAsync);

        room.Get("/v1/payables", new("listPayables", "List what is not paid out yet", "What was collected for the caller, as an operator, after the marketplace's fee and has not been paid out, oldest first, with what stands in the way.", Read)
        {
            Gives = Page.Of(PayableModel.Example),
            Pages = true,
        }, ListPayablesAsync);

        room.Get("/v1/payouts", new("listPayouts", "List payouts", "Transfers to the caller's account at the gateway, newest first.", Read)
        {
            Gives = Page.Of(PayoutModel.Example),
            Pages = true,
        }, request =>
        {
            var subjects = request.Subjects();
            return request.PageAsync<Payout, PayoutModel>(
                PayoutRows.Table, request.Caller.Organization.Value, async payout => Model(request, payout, await subjects.InvoiceAsync(payout.Order.Invoice)));
        });

        room.Get("/v1/payouts/{payoutId}", new("getPayout", "Read a payout", "One transfer to the caller's account at the gateway.", Read)
        {
            Gives = PayoutModel.Example,
        }, async request =>
        {
            var payout = await request.Grain<IPayoutGrain>(request.Id<PayoutId>("payoutId").Value).GetAsync();
            var seen = request.Visible(payout, found => found.Order.Operator == request.Caller.Organization);
            var about = await request.Subjects().InvoiceAsync(seen.State.Order.Invoice);
            return request.Ok(seen, found => Model(request, found, about));
        });

        room.Post("/v1/sandbox/payout-account/complete", new(
            "completePayoutAccountInSandbox",
            "Complete the sign-up in the sandbox",
            "A tester plays the operator's sign-up to its end: the sandbox pays it from now on, and notifies the marketplace through the same signed door as a real gateway.",
            Change)
        {
            Gives = PayoutAccountModel.Example with { PayoutsEnabled = true, DetailsSubmitted = true, Requirements = [], DisabledReason = null },
            Refuses = [BillingRefusal.NoSandbox, PayoutAccountRefusal.NotFound],
        }, CompleteAsync);
        return routes;
    }

    private static async Task<IResult> OnboardAsync(ApiRequest request)
    {
        var organization = (await request.Grain<IOrganizationGrain>(request.Caller.Organization.Value).GetAsync())!.State;
        if (!organization.IsOperator)
        {
            throw new ProblemException(Problem.Of(Refusal.Of(PayoutRefusal.NoOperator, $"{organization.Id} offers no capacity.")));
        }

        var account = request.Granted(await request.Grain<IPayoutAccountGrain>(organization.Id.Value).OpenAsync(organization.Country));
        var here = request.Service<IOptions<PaymentOptions>>().Value.OnboardingReturnUrl
            ?? new Uri($"{request.Http.Request.Scheme}://{request.Http.Request.Host}/");
        var link = await request.Service<IPaymentGateway>().OnboardingLinkAsync(account.GatewayId!, here, here, request.Cancellation)
            ?? throw new ProblemException(Problem.Of(Refusal.Of(PayoutAccountRefusal.GatewayUnknown, "The gateway gives no page now.")));
        return request.Ok(new OnboardingLinkModel(link));
    }

    private static async Task<IResult> ListPayablesAsync(ApiRequest request)
    {
        var account = (await request.Grain<IPayoutAccountGrain>(request.Caller.Organization.Value).GetAsync())?.State;
        var subjects = request.Subjects();
        return await request.PageOfAsync(
            account is null ? [] : Waiting(account), async payable => PayableModel.Of(account!, payable, request.MarketNow, await subjects.InvoiceAsync(payable.Invoice)));
    }

    private static async Task<IResult> CompleteAsync(ApiRequest request)
    {
        if (request.Http.RequestServices.GetService<SandboxPayments>() is not { } sandbox)
        {
            throw new ProblemException(Problem.Of(Refusal.Of(BillingRefusal.NoSandbox, "Real accounts are completed on the gateway's own page.")));
        }

        if (!await sandbox.CompleteAsync(request.Caller.Organization, request.Cancellation))
        {
            throw new ProblemException(Problem.Of(Refusal.Of(PayoutAccountRefusal.NotFound, "Ask for an onboarding link first.")));
        }

        return request.Ok(await FindAccountAsync(request), account => Model(request, account));
    }

    private static async Task<Snapshot<PayoutAccount>> FindAccountAsync(ApiRequest request) =>
        await request.Grain<IPayoutAccountGrain>(request.Caller.Organization.Value).GetAsync()
        ?? throw new ProblemException(Problem.Of(Refusal.Of(PayoutAccountRefusal.NotFound, "Nothing was collected and no account was asked for.")));

    /// <summary>What was collected and not paid out yet, oldest first.</summary>
    internal static ImmutableArray<Payable> Waiting(PayoutAccount account) =>
    [
        .. account.Payables.Values.Where(payable => !payable.Unsent.IsZero).OrderBy(payable => payable.EarnedAt).ThenBy(payable => payable.FactId, StringComparer.Ordinal),
    ];

    internal static PayoutAccountModel Model(ApiRequest request, PayoutAccount account)
    {
        var gateway = request.Service<IPaymentGateway>();
        return PayoutAccountModel.Of(account, gateway.Name, gateway.IsSandbox);
    }

    internal static PayoutModel Model(ApiRequest request, Payout payout, AboutModel? about)
    {
        var gateway = request.Service<IPaymentGateway>();
        return PayoutModel.Of(payout, gateway.Name, gateway.IsSandbox, about);
    }
}

/// <summary>What the payout operations refuse by themselves, in order of precedence.</summary>
internal enum PayoutRefusal
{
    /// <summary>Not an operator.</summary>
    [RefusalMeaning("no_operator", RefusalKind.Conflict, RefusalClass.Final, "Only an organization that offers capacity is paid out.")]
    NoOperator,
}
