using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using NodaTime;

namespace Marketplace.Grains.Billing;

/// <summary>Sets payment methods up at the gateway and gives them up there, and tells the billing account with which one to collect.</summary>
[GrainType("payment-methods")]
internal sealed class PaymentMethodsGrain(GrainServices services, IPaymentGateway gateway)
    : RecordGrain<PaymentMethods, PaymentMethodsFact>(services, "payment-methods"), IPaymentMethodsGrain
{
    private OrganizationId Tenant => OrganizationId.From(Key);

    /// <inheritdoc/>
    public Task<Snapshot<PaymentMethods>?> GetAsync() => ReadAsync();

    /// <inheritdoc/>
    public async Task<Answer<PaymentMethods>> SetUpAsync(AskSetup command)
    {
        var asked = await DecideAsync(command);
        if (!asked.IsGranted)
        {
            return asked.Refusal;
        }

        if (State!.Find(command.Order.Id) is { Status: MethodSetupStatus.Preparing } setup)
        {
            await OpenAsync(setup);
        }

        return State.Find(command.Order.Id) switch
        {
            { Status: MethodSetupStatus.Preparing } waits => Refusal.Of(PaymentMethodsRefusal.GatewayUnknown, waits.Detail ?? "The gateway did not answer."),
            { Status: MethodSetupStatus.Ended, GatewayId: null } refused => Refusal.Of(PaymentMethodsRefusal.Refused, refused.Detail ?? "The gateway gave no reason."),
            _ => State,
        };
    }

    /// <inheritdoc/>
    public async Task<Answer<GatewaySetup>> LookAsync(MethodSetupId setup)
    {
        if (State?.Find(setup) is not { } known)
        {
            return Refusal.Of(PaymentMethodsRefusal.SetupNotFound, "There is no such set-up.");
        }

        if (known.IsOver)
        {
            return new GatewaySetup(known.Status, null, known.Method is { } method ? State.Find(method)?.Details : null, known.Detail);
        }

        if (known.Status == MethodSetupStatus.Preparing)
        {
            await OpenAsync(known);
            known = State.Find(setup)!;
        }

        if (known.GatewayId is not { } id || await gateway.SetupAsync(known.Order, id) is not { } found)
        {
            return Refusal.Of(PaymentMethodsRefusal.GatewayUnknown, known.Detail ?? "The gateway does not say how the set-up stands.");
        }

        await DecideAsync(new TakeSetup(setup, found));
        return found;
    }

    /// <inheritdoc/>
    public Task<Answer<Snapshot<PaymentMethods>>> ManageAsync(Operation operation, PaymentMethodsCommand command) =>
        CommitAsync(operation, (state, now) => PaymentMethods.Decide(Tenant, state, command, now));

    /// <inheritdoc/>
    public async Task<Answer<Snapshot<PaymentMethods>>> RemoveAsync(Operation operation, PaymentMethodId method)
    {
        var asked = await ManageAsync(operation, new RemoveMethod(method));
        if (asked.IsGranted && State!.Find(method) is { IsLeaving: true } leaving && IsDue(leaving.RetryAt))
        {
            await GiveUpAsync(leaving);
        }

        return asked;
    }

    /// <inheritdoc/>
    protected override PaymentMethods Evolve(PaymentMethods? state, PaymentMethodsFact fact) => PaymentMethods.Evolve(state, fact);

    /// <inheritdoc/>
    protected override Instant? DueAt(PaymentMethods state) => state.NextAt;

    /// <inheritdoc/>
    protected override async Task OnNoticeAsync(Notice notice, AggregateAddress sender)
    {
        if (State is null)
        {
            // A payment with a method of this tenant cannot come before the method; nothing is to be noted of none.
            return;
        }

        await DecideAsync(notice switch
        {
            MethodTaken taken => new NoteUse(taken.Payment, taken.Method),
            MethodFreed freed => new NoteUse(freed.Payment, null),
            _ => throw new InvalidOperationException($"Payment methods take no {notice.GetType().Name}."),
        });
    }

    /// <inheritdoc/>
    protected override async Task OnDueAsync(Instant now)
    {
        if (State is null)
        {
            return;
        }

        foreach (var setup in State.Setups.Where(setup => !setup.IsOver))
        {
            if (setup.Status == MethodSetupStatus.Preparing)
            {
                if (IsDue(setup.RetryAt))
                {
                    await OpenAsync(setup);
                }
            }
            else if (await gateway.SetupAsync(setup.Order, setup.GatewayId!) is { } found)
            {
                // The hourly look: the notification may have been lost.
                await DecideAsync(new TakeSetup(setup.Order.Id, found));
            }
        }

        foreach (var method in State.Methods.Where(method => method.IsLeaving && IsDue(method.RetryAt)))
        {
            await GiveUpAsync(method);
        }

        await DecideAsync(new AnnounceExpiry());
    }

    /// <inheritdoc/>
    protected override void React(PaymentMethods? before, PaymentMethods after, PaymentMethodsFact fact, Effects effects)
    {
        switch (fact)
        {
            case MethodAdded added:
                MethodEvents.Publish(after.Tenant, added.Method, MethodEvents.Added, effects);
                break;
            case MethodRemoved removed:
                MethodEvents.Publish(after.Tenant, before!.Find(removed.Method)!, MethodEvents.Removed, effects);
                break;
            case ExpiryAnnounced announced:
                MethodEvents.Publish(after.Tenant, after.Find(announced.Method)!, MethodEvents.Expiring, effects);
                break;
            case PlanSet { Plan: var plan }:
                if (before!.CollectionOf(before.PlanOf(plan.Operator, plan.Currency)) != after.CollectionOf(plan))
                {
                    effects.Tell(GrainKeys.BillingAccount(after.Tenant), new CollectionSettled(plan.Operator, plan.Currency, after.CollectionOf(plan)));
                }

                break;
        }
    }

    private bool IsDue(Instant? retryAt) => retryAt is not { } at || at <= Now;

    private Task<Answer<Snapshot<PaymentMethods>>> DecideAsync(PaymentMethodsCommand command) =>
        CommitAsync(null, (state, now) => PaymentMethods.Decide(Tenant, state, command, now));

    private async Task OpenAsync(MethodSetup setup)
    {
        await DecideAsync(new WriteSetupCall(setup.Order.Id, Services.RealNow));
        var call = PaymentMethods.CallOf(State!.Find(setup.Order.Id)!);
        await DecideAsync(new TakeSetupAnswer(setup.Order.Id, await gateway.OpenSetupAsync(setup.Order, call)));
    }

    private async Task GiveUpAsync(KeptMethod method)
    {
        await DecideAsync(new WriteRemovalCall(method.Id, Services.RealNow));
        var call = PaymentMethods.CallOf(State!.Find(method.Id)!);
        await DecideAsync(new TakeRemovalAnswer(method.Id, await gateway.DetachAsync(method.Details.GatewayId, call)));
    }
}
