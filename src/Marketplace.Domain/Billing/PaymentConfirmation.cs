using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>An attempt to pay with a kept method. A payment brings its money once, however many attempts are made.</summary>
/// <param name="Number">Which attempt it is, from 1.</param>
/// <param name="Use">The method, and who is there.</param>
/// <param name="IsOpen">Whether the gateway has not answered it yet.</param>
/// <param name="Requests">Requests that asked for the newest attempts, so that a repeated one makes no other.</param>
public sealed record PaymentConfirmation(int Number, MethodUse Use, bool IsOpen, ImmutableArray<string> Requests)
{
    /// <summary>Requests that are remembered: far more than anybody repeats, so that a payment tried again and again does not grow for ever.</summary>
    public const int RequestsKept = 50;

    /// <summary>What the call is about.</summary>
    internal string SubjectOf(PaymentId payment) => string.Create(CultureInfo.InvariantCulture, $"{payment}:confirm:{Number}");
}

/// <content>Paying with a kept method.</content>
public sealed partial record Payment
{
    private Decision<PaymentFact> Confirm(PayWith command, Instant now)
    {
        if (Confirmation?.Requests.Contains(command.Request) == true)
        {
            return Decision<PaymentFact>.Nothing;
        }

        if (Status is not (PaymentStatus.Preparing or PaymentStatus.AwaitingPayer) || StopReason is not null)
        {
            return Refusal.Of(PaymentRefusal.NotPayable, StopReason is null ? $"{Id} is {Status.Spelled()}." : "The payment is being called off.");
        }

        if (Confirmation is { IsOpen: true })
        {
            return Refusal.Of(PaymentRefusal.Confirming, "The payment is being made with a kept method just now.");
        }

        return Order.Method == PaymentMethod.Transfer
            ? Refusal.Of(PaymentRefusal.ByTransfer, $"The payment waits for a transfer of {Order.Amount}.")
            : new ConfirmationAsked(now, new PaymentConfirmation((Confirmation?.Number ?? 0) + 1, command.Use, true, [.. (Confirmation?.Requests ?? []).TakeLast(PaymentConfirmation.RequestsKept - 1), command.Request]));
    }

    private Payment Confirmed(ConfirmationAnswered answered) => this with
    {
        Confirmation = Confirmation! with { IsOpen = false },
        Call = null,
        RetryAt = null,
        Problem = answered.Detail,
    };

    /// <summary>Whatever else moved it, an attempt that was open is answered with it; one that waits for the payment to be known stays.</summary>
    private PaymentConfirmation? ConfirmationAfter(PaymentStatus to) =>
        Confirmation is { IsOpen: true } open && !(Status == PaymentStatus.Preparing && to == PaymentStatus.AwaitingPayer) ? open with { IsOpen = false } : Confirmation;

    private Decision<PaymentFact> ConfirmAnswered(GatewayCall call, TakeAnswer answer, Instant now)
    {
        var (outcome, detail) = (answer.Answer.Outcome, answer.Answer.Detail);
        if (StatusOf(outcome) is { } to and not (PaymentStatus.AwaitingPayer or PaymentStatus.Failed) && Status.CanBecome(to))
        {
            return new PaymentMoved(now, to, answer.Answer.GatewayId, detail);
        }

        if (outcome == GatewayOutcome.NeedsAction && detail is null)
        {
            return new ConfirmationAnswered(now, null);
        }

        if (!answer.LookedUp)
        {
            // A card that was declined, or a method the gateway no longer keeps: the payment itself goes on waiting.
            return new ConfirmationAnswered(now, detail ?? "The gateway gave no reason.");
        }

        // The payment waits as before, so the attempt never arrived, or its answer is kept under its key; the gateway takes a payment's money once at most.
        return StopReason is not null ? new ConfirmationAnswered(now, StopReason) : new CallWritten(now, call.Again());
    }
}
