using System.Diagnostics;
using Marketplace.Api.Billing.Sandbox;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;

namespace Marketplace.Api.Billing;

/// <summary>Payments, the sandbox's bank, and the gateway's door.</summary>
internal static class PaymentEndpoints
{
    private static readonly TimeSpan OnItsWay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);
    private static readonly Permission Read = Permission.Read("billing");
    private static readonly Permission Change = Permission.Change("billing");

    public static IEndpointRouteBuilder MapPayments(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Payments");
        room.Get("/v1/payments", new("listPayments", "List payments", "The caller's own payments, newest first.", Read)
        {
            Query = PaymentFilter.Example,
            Gives = Page.Of(PaymentModel.Seen),
            Pages = true,
        }, request => request.PageAsync<Payment, PaymentModel>(
            PaymentRows.Table, request.Caller.Organization.Value, payment => Model(request, payment), request.ReadQuery<PaymentFilter>().Takes));

        room.Get("/v1/payments/{paymentId}", new(
            "getPayment",
            "Read a payment",
            "The payment as it stands, for its payer. While it waits for its payer, whoever may pay also gets what paying takes: the client secret and key for the gateway's own form and what it accepts, or where to transfer the money. It is fetched from the gateway for this answer and stored nowhere.",
            Read)
        {
            Gives = PaymentModel.Example,
        }, GetAsync);

        room.Post("/v1/payments/{paymentId}/cancellations", new(
            "cancelPayment",
            "Call a payment off",
            "Calls off the payment of an invoice that has not been paid, at the gateway first; another one can then be started. A deposit's payment ends with its reservation. One that is paid or being paid is answered as it stands.",
            Change)
        {
            Gives = PaymentModel.Seen with { Status = PaymentStatus.Cancelled },
            Status = 201,
            Refuses = [BillingRefusal.DepositEndsWithReservation, PaymentRefusal.GatewayUnknown],
        }, CancelAsync);

        room.Post("/v1/payments/{paymentId}/confirmations", new(
            "confirmPayment",
            "Pay with a kept method",
            "Makes a payment that waits for its payer with a payment method that the gateway keeps, once for a request. A decline is named in `problem`, and the payment goes on waiting; where the bank wants a confirmation, `actionPage` is where to send the payer's browser. A payment brings its money once, however many attempts are made.",
            Change)
        {
            Takes = NewConfirmation.Example,
            Gives = PaymentModel.Seen with { Status = PaymentStatus.Succeeded, PaymentMethodId = KeptPaymentMethodModel.Example.Id },
            Status = 201,
            Refuses =
            [
                PaymentMethodsRefusal.NotFound, PaymentMethodsRefusal.Elsewhere, PaymentMethodsRefusal.Unusable,
                PaymentRefusal.NotPayable, PaymentRefusal.Confirming, PaymentRefusal.ByTransfer,
            ],
        }, ConfirmAsync);

        MapAct(room, "pay", "payInSandbox", "Pay in the sandbox", "A tester acts as the card holder or the payer's bank: the money comes.", SandboxAct.Pay);
        MapAct(room, "process", "processInSandbox", "Start a bank transfer in the sandbox", "A tester acts as the bank: the money is on its way and can no longer be called off.", SandboxAct.Process);
        MapAct(room, "fail", "failInSandbox", "Decline in the sandbox", "A tester acts as the card issuer or the bank, which declines; the payer may try again.", SandboxAct.Fail);
        MapAct(room, "dispute", "disputeInSandbox", "Dispute in the sandbox", "A tester acts as the card holder's bank: it takes the money of a payment back until it has decided.", SandboxAct.Dispute);
        MapAct(room, "win-dispute", "winDisputeInSandbox", "Win a dispute in the sandbox", "A tester acts as the card holder's bank: it decides for the marketplace, and the money comes back.", SandboxAct.WinDispute);
        MapAct(room, "lose-dispute", "loseDisputeInSandbox", "Lose a dispute in the sandbox", "A tester acts as the card holder's bank: it decides for the card holder, and the money stays away.", SandboxAct.LoseDispute);
        room.MapPaymentWebhook();
        return routes;
    }

    private static void MapAct(Room room, string verb, string id, string summary, string description, SandboxAct act) => room.Post(
        $"/v1/sandbox/payments/{{paymentId}}/{verb}",
        new(id, summary, description + " The sandbox notifies the marketplace through the same signed door as a real gateway; no real money moves.", Change)
        {
            Gives = PaymentModel.Seen with { Status = ExampleAfter(act) },
            Refuses = [BillingRefusal.NoSandbox, BillingRefusal.PaymentDoesNotWait],
        },
        request => ActAsync(request, act));

    private static PaymentStatus ExampleAfter(SandboxAct act) => act switch
    {
        SandboxAct.Process => PaymentStatus.Processing,
        SandboxAct.Fail => PaymentStatus.AwaitingPayer,
        _ => PaymentStatus.Succeeded,
    };

    private static async Task<IResult> GetAsync(ApiRequest request) => await ShowAsync(request, await FindAsync(request));

    private static async Task<IResult> ShowAsync(ApiRequest request, Snapshot<Payment> payment)
    {
        if (payment.State.Status != PaymentStatus.AwaitingPayer || !Change.Allows(request.Caller))
        {
            return request.Ok(payment, state => Model(request, state));
        }

        // The gateway is asked, and may say that the payment no longer waits.
        var grain = request.Grain<IPaymentGrain>(payment.State.Id.Value);
        var secret = (await grain.GetClientSecretAsync()).Value;
        var now = await grain.GetAsync() ?? payment;
        return request.Ok(now, state => Model(request, state, state.Status == PaymentStatus.AwaitingPayer ? secret : null));
    }

    private static async Task<IResult> ConfirmAsync(ApiRequest request)
    {
        var payment = (await FindAsync(request)).State;
        var (method, returnTo) = await request.ReadAsync<NewConfirmation, (PaymentMethodId, Uri)>(
            (body, faults) => (body.PaymentMethodId, NewMethodSetup.Returning(body.ReturnUrl, PaymentMethodEndpoints.HomeOf(request), faults)));
        await request.BindKeyAsync();
        await ConfirmAsync(request, payment, method, returnTo);
        return await ShowAsync(request, await FindAsync(request));
    }

    /// <summary>Makes a payment with a kept method of the caller's, once for the request.</summary>
    /// <exception cref="ProblemException">It may not be.</exception>
    internal static async Task ConfirmAsync(ApiRequest request, Payment payment, PaymentMethodId method, Uri returnTo)
    {
        // A repeated request is answered as the payment stands, also once its method was removed.
        if (payment.Confirmation?.Requests.Contains(request.Operation.Id) != true)
        {
            var use = await PaymentMethodEndpoints.UseAsync(request, method, payment.Order.Payee, payment.Order.Amount.Currency, returnTo);
            request.Granted(await request.Grain<IPaymentGrain>(payment.Id.Value).PayWithAsync(use, request.Operation.Id));
        }
    }

    private static async Task<IResult> CancelAsync(ApiRequest request)
    {
        var payment = (await FindAsync(request)).State;
        if (payment.Order.Purpose == PaymentPurpose.Deposit)
        {
            throw new ProblemException(Problem.Of(Refusal.Of(BillingRefusal.DepositEndsWithReservation, $"Cancel {payment.Order.Subject} instead.")));
        }

        var answer = await request.Grain<IPaymentGrain>(payment.Id.Value).CancelAsync(payment.Order, "Called off by the payer.");
        return request.Ok(Model(request, request.Granted(answer)));
    }

    private static async Task<IResult> ActAsync(ApiRequest request, SandboxAct act)
    {
        var payment = (await FindAsync(request)).State;
        if (request.Http.RequestServices.GetService<SandboxPayments>() is not { } sandbox)
        {
            throw new ProblemException(Problem.Of(Refusal.Of(BillingRefusal.NoSandbox, "Real money moves here.")));
        }

        var outcome = await sandbox.ActAsync(payment.Id, act, request.Operation.Id, request.Cancellation);
        if (outcome == SandboxOutcome.NotAwaited)
        {
            throw new ProblemException(Problem.Of(Refusal.Of(BillingRefusal.PaymentDoesNotWait, $"{payment.Id} is {payment.Status.Spelled()}.")));
        }

        if (outcome == SandboxOutcome.Repeated)
        {
            request.MarkReplayed();
        }

        return request.Ok((await FindAsync(request)), state => Model(request, state));
    }

    private static Task<Snapshot<Payment>> FindAsync(ApiRequest request) => FindAsync(request, request.Id<PaymentId>("paymentId"));

    /// <summary>A payment of the caller's; one asked for a moment ago is waited for.</summary>
    /// <exception cref="ProblemException">There is none.</exception>
    internal static async Task<Snapshot<Payment>> FindAsync(ApiRequest request, PaymentId id)
    {
        var payment = request.Grain<IPaymentGrain>(id.Value);
        var found = await payment.GetAsync();

        // An answer may name a payment that the account has asked for and that is still on its way to its own record.
        var patience = Stopwatch.StartNew();
        while (found is null && patience.Elapsed < OnItsWay && await request.Grain<IBillingAccountGrain>(request.Caller.Organization.Value).HasAskedForAsync(id))
        {
            await Task.Delay(LookAgain, request.Cancellation);
            found = await payment.GetAsync();
        }

        return request.Visible(found, payment => payment.Order.Payer == request.Caller.Organization);
    }

    /// <summary>A payment as answers show it.</summary>
    internal static PaymentModel Model(ApiRequest request, Payment payment, PaymentSecret? secret = null)
    {
        var gateway = request.Service<IPaymentGateway>();
        return PaymentModel.Of(payment, gateway.Name, gateway.IsSandbox, secret);
    }
}

/// <summary>What the billing operations refuse by themselves, in order of precedence.</summary>
internal enum BillingRefusal
{
    /// <summary>Real payments.</summary>
    [RefusalMeaning("payments_are_real", RefusalKind.Conflict, RefusalClass.Final, "Only a sandbox lets a tester act as the payer's bank; here real money moves.")]
    NoSandbox,

    /// <summary>Not waiting.</summary>
    [RefusalMeaning("payment_does_not_wait", RefusalKind.Conflict, RefusalClass.Final, "The payment does not wait for this: it is over, or the bank is already moving the money.")]
    PaymentDoesNotWait,

    /// <summary>A deposit.</summary>
    [RefusalMeaning("deposit_ends_with_reservation", RefusalKind.Conflict, RefusalClass.Final, "A deposit's payment is called off by cancelling its reservation.")]
    DepositEndsWithReservation,
}
