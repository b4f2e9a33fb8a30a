using System.Text.Json;
using Marketplace.Api.Billing.Sandbox;
using Marketplace.Api.Events;
using Marketplace.Api.Http;
using Marketplace.Api.Identity;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Organizations;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;
using Microsoft.Extensions.Options;

namespace Marketplace.Api.Billing;

/// <summary>Payment methods that the gateway keeps for a tenant, and invoices that are paid with them by themselves.</summary>
internal static class PaymentMethodEndpoints
{
    private const int RowsLookedAt = 200;
    private static readonly Permission Read = Permission.Read("billing");
    private static readonly Permission Change = Permission.Change("billing");

    public static IEndpointRouteBuilder MapPaymentMethods(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Payment methods");
        room.Get("/v1/payment-methods", new("listPaymentMethods", "List payment methods", "The caller's payment methods, as a tenant, newest first. Each pays one operator in one currency.", Read)
        {
            Query = PaymentMethodFilter.Example,
            Gives = Page.Of(KeptPaymentMethodModel.Example),
            Pages = true,
        }, ListAsync);

        room.Post("/v1/payment-methods/setups", new(
            "setUpPaymentMethod",
            "Add a payment method",
            "Answers a page of the payment gateway's where the payer gives a card or bank account; nothing of it is given here. The page is fetched for this answer and stored nowhere. Whatever comes first tells the marketplace that it is done: the gateway's notification, or reading the set-up when the payer comes back.",
            Change)
        {
            Takes = NewMethodSetup.Example,
            Gives = MethodSetupModel.Example,
            Status = 201,
            Refuses = [PaymentMethodsRefusal.SetupDiffers, PaymentMethodsRefusal.TooMany, PaymentMethodsRefusal.GatewayUnknown, PaymentMethodsRefusal.Refused],
        }, SetUpAsync);

        room.Get("/v1/payment-methods/setups/{methodSetupId}", new(
            "getMethodSetup",
            "Read the set-up of a payment method",
            "Asks the gateway how the set-up stands while it is open, and keeps the method that it has brought.",
            Read)
        {
            Gives = MethodSetupModel.Example with { Status = MethodSetupStatus.Done, Page = null, PaymentMethodId = KeptPaymentMethodModel.Example.Id },
        }, GetSetupAsync);

        room.Post("/v1/payment-methods/{paymentMethodId}/default", new(
            "makePaymentMethodDefault",
            "Make a payment method the default",
            "It is used for its operator and currency unless another one is named, and for automatic payment.",
            Change)
        {
            Gives = KeptPaymentMethodModel.Example,
            Refuses = [PaymentMethodsRefusal.NotFound, PaymentMethodsRefusal.Unusable],
        }, MakeDefaultAsync);

        room.Delete("/v1/payment-methods/{paymentMethodId}", new(
            "removePaymentMethod",
            "Remove a payment method",
            "The gateway gives it up; where it cannot be reached now, that follows. Of several, the newest other one becomes the default. It stays while automatic payment uses it, and while a payment under way does.",
            Change)
        {
            Status = 204,
            Refuses = [PaymentMethodsRefusal.NotFound, PaymentMethodsRefusal.Collects, PaymentMethodsRefusal.InUse],
        }, RemoveAsync);

        room.Get("/v1/automatic-payments", new("listAutomaticPayments", "List automatic payments", "When the caller's invoices are paid by themselves: for each operator and currency that it has a payment method for, or was asked to pay lately.", Read)
        {
            Gives = Page.Of(AutomaticPaymentModel.Example),
            Pages = true,
        }, ListPlansAsync);

        room.Put("/v1/automatic-payments", new(
            "setAutomaticPayment",
            "Pay invoices by themselves, or no longer",
            "From now on what is left of each invoice of this operator in this currency is paid with the default method: when its due day begins, or when it is issued; one issued before is paid on its due day. Each is tried once. Nothing is collected of an invoice whose payment is under way or disputed, or that fell due before. A decline is told by mail, and the payment then waits for its payer; reminders go on as without.",
            Change)
        {
            Takes = AutomaticPaymentChange.Example,
            Gives = AutomaticPaymentModel.Example,
            Refuses = [PaymentMethodsRefusal.NoDefault],
        }, SetPlanAsync);

        room.Post("/v1/sandbox/payment-methods/setups/{methodSetupId}/complete", new(
            "completeMethodSetupInSandbox",
            "Choose a card in the sandbox",
            "A tester plays the payer on the sandbox's page: a card is kept that behaves as chosen. The sandbox notifies the marketplace through the same signed door as a real gateway. No card's number is taken anywhere.",
            Change)
        {
            Takes = SandboxCardChoice.Example,
            Gives = MethodSetupModel.Example with { Status = MethodSetupStatus.Done, Page = null, PaymentMethodId = KeptPaymentMethodModel.Example.Id },
            Refuses = [BillingRefusal.NoSandbox, PaymentMethodsRefusal.SetupNotFound],
        }, CompleteAsync);
        return routes;
    }

    /// <summary>Where a payer's browser goes back to unless somebody says otherwise: the portal's page of billing.</summary>
    public static Uri HomeOf(ApiRequest request) => new(
        request.Service<IOptions<AccessOptions>>().Value.PublicAddress ?? new Uri($"{request.Http.Request.Scheme}://{request.Http.Request.Host}/"), "/billing");

    /// <summary>How a payment uses a kept method of the caller's.</summary>
    /// <exception cref="ProblemException">It may not.</exception>
    public static async Task<MethodUse> UseAsync(ApiRequest request, PaymentMethodId id, OrganizationId operatorId, Currency currency, Uri returnTo)
    {
        var methods = (await Grain(request).GetAsync())?.State;
        return PaymentMethods.WhyNot(methods, id, operatorId, currency, request.MarketNow) is { } refusal
            ? throw new ProblemException(Problem.Of(refusal))
            : methods!.Find(id)!.Use(offSession: false, returnTo);
    }

    /// <summary>A kept method of the caller's as it is told.</summary>
    public static async Task<KeptPaymentMethodModel> ModelAsync(ApiRequest request, PaymentMethods methods, KeptMethod method, Subjects? subjects = null) => KeptPaymentMethodModel.Of(
        methods, method, await (subjects ?? request.Subjects()).NameOfAsync(method.Operator), request.Service<IPaymentGateway>().IsSandbox, request.MarketNow);

    /// <summary>What the caller has settled with an operator, as it is told.</summary>
    public static async Task<AutomaticPaymentModel> ModelAsync(ApiRequest request, PaymentPlan plan, Subjects? subjects = null) =>
        AutomaticPaymentModel.Of(plan, await (subjects ?? request.Subjects()).NameOfAsync(plan.Operator));

    private static async Task<IResult> ListAsync(ApiRequest request)
    {
        var (filter, subjects) = (request.ReadQuery<PaymentMethodFilter>(), request.Subjects());
        var methods = (await Grain(request).GetAsync())?.State;
        return await request.PageOfAsync<KeptMethod, KeptPaymentMethodModel>(
            methods is null ? [] : [.. methods.Methods.Where(filter.Takes).Where(method => !method.IsLeaving).Reverse()],
            method => ModelAsync(request, methods!, method, subjects));
    }

    private static async Task<IResult> SetUpAsync(ApiRequest request)
    {
        var id = request.NewId<MethodSetupId>();
        var command = await request.ReadAsync<NewMethodSetup, AskSetup>((body, faults) => new AskSetup(
            new MethodSetupOrder(id, request.Caller.Organization, body.OperatorId, body.Currency, NewMethodSetup.Returning(body.ReturnUrl, HomeOf(request), faults)),
            request.Caller.Actor,
            body.MakeDefault));
        await RequireOperatorAsync(request, command.Order.Operator);
        await request.BindKeyAsync();
        request.Granted(await Grain(request).SetUpAsync(command));
        return request.Ok(await LookAsync(request, id));
    }

    private static async Task<IResult> GetSetupAsync(ApiRequest request) => request.Ok(await LookAsync(request, request.Id<MethodSetupId>("methodSetupId")));

    private static async Task<MethodSetupModel> LookAsync(ApiRequest request, MethodSetupId id)
    {
        // Where the gateway does not answer now, what is known is shown.
        var found = await Grain(request).LookAsync(id);
        var setup = (await Grain(request).GetAsync())?.State.Find(id) ?? throw Problem.NotFound("There is no such set-up, or it was over long ago.");
        return MethodSetupModel.Of(setup, Change.Allows(request.Caller) ? found.Value?.Page : null, request.Service<IPaymentGateway>().IsSandbox);
    }

    private static async Task<IResult> MakeDefaultAsync(ApiRequest request)
    {
        var id = request.Id<PaymentMethodId>("paymentMethodId");
        var methods = request.Granted(await Grain(request).ManageAsync(request.Operation, new MakeDefault(id))).State;
        return request.Ok(await ModelAsync(request, methods, methods.Find(id)!));
    }

    private static async Task<IResult> RemoveAsync(ApiRequest request)
    {
        request.Granted(await Grain(request).RemoveAsync(request.Operation, request.Id<PaymentMethodId>("paymentMethodId")));
        return Results.NoContent();
    }

    private static async Task<IResult> ListPlansAsync(ApiRequest request)
    {
        var plans = ((await Grain(request).GetAsync())?.State.Plans.Values ?? []).ToDictionary(plan => plan.Key, StringComparer.Ordinal);
        var tenant = request.Caller.Organization;
        var invoices = (await NewestAsync<Invoice>(request, BillingRows.Invoices)).Where(invoice => invoice.Tenant == tenant).Select(invoice => new PaymentPlan(invoice.Operator, invoice.Total.Currency));
        var deposits = (await NewestAsync<Deposit>(request, BillingRows.Deposits)).Where(deposit => deposit.Operator != tenant).Select(deposit => new PaymentPlan(deposit.Operator, deposit.Amount.Currency));
        foreach (var plan in invoices.Concat(deposits))
        {
            plans.TryAdd(plan.Key, plan);
        }

        var subjects = request.Subjects();
        return await request.PageOfAsync<PaymentPlan, AutomaticPaymentModel>(
            [.. plans.Values.OrderBy(plan => plan.Key, StringComparer.Ordinal)],
            plan => ModelAsync(request, plan, subjects));
    }

    private static async Task<IEnumerable<T>> NewestAsync<T>(ApiRequest request, string table)
    {
        var page = await request.Rows.ScanAsync(table, request.Caller.Organization.Value, null, null, RowsLookedAt, descending: true, request.Cancellation);
        return page.Rows.Select(row => JsonSerializer.Deserialize<T>(row.Data.Span, MarketJson.Options)!);
    }

    private static async Task<IResult> SetPlanAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<AutomaticPaymentChange>();
        await RequireOperatorAsync(request, body.OperatorId);
        var methods = request.Granted(await Grain(request).ManageAsync(request.Operation, new SetCollection(body.OperatorId, body.Currency, body.When))).State;
        return request.Ok(await ModelAsync(request, methods.PlanOf(body.OperatorId, body.Currency)));
    }

    private static async Task<IResult> CompleteAsync(ApiRequest request)
    {
        var id = request.Id<MethodSetupId>("methodSetupId");
        var body = await request.ReadAsync<SandboxCardChoice>();
        var isKnown = (await Grain(request).GetAsync())?.State.Find(id) is not null;
        if (isKnown && request.Http.RequestServices.GetService<SandboxPayments>() is null)
        {
            throw new ProblemException(Problem.Of(Refusal.Of(BillingRefusal.NoSandbox, "A card is given on the gateway's own page.")));
        }

        if (!isKnown || !await request.Service<SandboxPayments>().CompleteAsync(id, body.Card, body.LastDay(), request.Cancellation))
        {
            throw new ProblemException(Problem.Of(Refusal.Of(PaymentMethodsRefusal.SetupNotFound, "There is no such set-up.")));
        }

        return request.Ok(await LookAsync(request, id));
    }

    private static IPaymentMethodsGrain Grain(ApiRequest request) => request.Grain<IPaymentMethodsGrain>(request.Caller.Organization.Value);

    // Nobody's name is told to whoever knows an id: what pays or is paid here is an operator.
    private static async Task RequireOperatorAsync(ApiRequest request, OrganizationId id)
    {
        if ((await request.Grain<IOrganizationGrain>(id.Value).GetAsync())?.State.IsOperator != true)
        {
            throw Problem.NotFound("There is no such operator.");
        }
    }
}
