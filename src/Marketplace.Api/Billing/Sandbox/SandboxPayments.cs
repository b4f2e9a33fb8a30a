using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using NodaTime;

namespace Marketplace.Api.Billing.Sandbox;

/// <summary>Plays the payer or the bank for one payment, for testers and for the demo market. Only where payments are sandboxed.</summary>
public sealed class SandboxPayments
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly SandboxGateway gateway;
    private readonly SandboxNotifier notifier;
    private readonly IGrainFactory grains;
    private readonly TimeProvider time;

    internal SandboxPayments(SandboxGateway gateway, SandboxNotifier notifier, IGrainFactory grains, TimeProvider time)
    {
        this.gateway = gateway;
        this.notifier = notifier;
        this.grains = grains;
        this.time = time;
    }

    /// <summary>The money of a payment comes, and its notification has been taken when this returns.</summary>
    /// <exception cref="InvalidOperationException">The payment does not wait for money.</exception>
    public async Task PayAsync(PaymentId payment, CancellationToken cancellation = default)
    {
        if (await ActAsync(payment, SandboxAct.Pay, "pay", cancellation) == SandboxOutcome.NotAwaited)
        {
            throw new InvalidOperationException($"{payment} does not wait for money.");
        }
    }

    /// <summary>An operator's sign-up is complete, and its notification has been taken when this returns.</summary>
    /// <returns>Whether there is such an account.</returns>
    internal async Task<bool> CompleteAsync(OrganizationId operatorId, CancellationToken cancellation)
    {
        if (!await gateway.CompleteAsync(operatorId, cancellation))
        {
            return false;
        }

        await notifier.DeliverAsync(SandboxGateway.AccountIdOf(operatorId), cancellation);
        return true;
    }

    /// <summary>A tester chooses a card on the page of a set-up; its notification has been taken when this returns.</summary>
    /// <returns>Whether there is such a set-up.</returns>
    internal async Task<bool> CompleteAsync(MethodSetupId setup, SandboxCard card, LocalDate validThrough, CancellationToken cancellation)
    {
        if (!await gateway.CompleteAsync(setup, card, validThrough, cancellation))
        {
            return false;
        }

        await notifier.DeliverAsync(SandboxGateway.SetupIdOf(setup), cancellation);
        return true;
    }

    /// <summary>Acts once per <paramref name="request"/>, and delivers the notification at once.</summary>
    internal async Task<SandboxOutcome> ActAsync(PaymentId payment, SandboxAct act, string request, CancellationToken cancellation)
    {
        await WhenKnownAsync(payment, cancellation);
        var outcome = await gateway.ActAsync(payment, act, request, cancellation);
        if (outcome != SandboxOutcome.NotAwaited)
        {
            // What is not acknowledged now, the notifier delivers later.
            await notifier.DeliverAsync(SandboxGateway.IdOf(payment), cancellation);
        }

        return outcome;
    }

    /// <summary>A payment asked for a moment ago reaches the gateway a moment later.</summary>
    private async Task WhenKnownAsync(PaymentId payment, CancellationToken cancellation)
    {
        var grain = grains.GetGrain<IPaymentGrain>(payment.Value);
        var start = time.GetTimestamp();
        while (time.GetElapsedTime(start) < Patience)
        {
            if (await grain.GetAsync() is { } known && known.State.Status != PaymentStatus.Preparing)
            {
                return;
            }

            await grain.VisitAsync(null);
            await Task.Delay(Pause, time, cancellation);
        }
    }
}
