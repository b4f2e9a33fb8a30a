using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

public sealed partial record PaymentMethods
{
    /// <summary>Decides a command to the methods of <paramref name="tenant"/> at <paramref name="now"/>; the first set-up opens them.</summary>
    public static Decision<PaymentMethodsFact> Decide(OrganizationId tenant, PaymentMethods? state, PaymentMethodsCommand command, Instant now) => (state, command) switch
    {
        (null, AskSetup ask) => Decision<PaymentMethodsFact>.Of(new MethodsOpened(now, tenant), new SetupAsked(now, ask.Order, ask.By, ask.MakeDefault)),
        (null, SetCollection { When: not CollectionTime.Never } set) => NoDefault(set.Currency),
        (null, NoteUse or AnnounceExpiry) => Decision<PaymentMethodsFact>.Nothing,
        (null, SetCollection) => new MethodsOpened(now, tenant),
        (null, MakeDefault) => NotFound(),
        (null, RemoveMethod) => NotFound(),
        (null, _) => throw new InvalidOperationException($"There are no payment methods that could take {command.GetType().Name}."),
        ({ } methods, AskSetup ask) => methods.Ask(ask, now),
        ({ } methods, WriteSetupCall write) => methods.Find(write.Setup) is { Status: MethodSetupStatus.Preparing, Call: null } setup
            ? new SetupCallWritten(now, write.Setup, CallOf(setup) with { MadeAt = write.RealNow })
            : Decision<PaymentMethodsFact>.Nothing,
        ({ } methods, TakeSetupAnswer answer) => methods.Take(answer, now),
        ({ } methods, TakeSetup taken) => methods.Take(taken, now),
        ({ } methods, MakeDefault make) => methods.Decide(make, now),
        ({ } methods, SetCollection set) => methods.Decide(set, now),
        ({ } methods, RemoveMethod remove) => methods.Decide(remove, now),
        ({ } methods, WriteRemovalCall write) => methods.Find(write.Method) is { IsLeaving: true, Call: null } method
            ? new RemovalCallWritten(now, write.Method, CallOf(method) with { MadeAt = write.RealNow })
            : Decision<PaymentMethodsFact>.Nothing,
        ({ } methods, TakeRemovalAnswer answer) => methods.Take(answer, now),
        ({ } methods, AnnounceExpiry) => Decision<PaymentMethodsFact>.Of(
            [.. methods.Methods.Where(method => method.AnnounceAt <= now).Select(method => (PaymentMethodsFact)new ExpiryAnnounced(now, method.Id))]),
        ({ } methods, NoteUse note) => (methods.InUse.TryGetValue(note.Payment, out var used) ? used : (PaymentMethodId?)null) == note.Method
            ? Decision<PaymentMethodsFact>.Nothing
            : new UseNoted(now, note.Payment, note.Method),
        _ => throw new InvalidOperationException($"Payment methods do not know {command.GetType().Name}."),
    };

    /// <summary>Why a payment to an operator may not use a method at <paramref name="now"/>; null when it may.</summary>
    public static Refusal? WhyNot(PaymentMethods? state, PaymentMethodId id, OrganizationId operatorId, Currency currency, Instant now) =>
        state?.Find(id) is not { } method ? NotFound()
        : method.Operator != operatorId || method.Currency != currency ? Refusal.Of(PaymentMethodsRefusal.Elsewhere, "This payment method was added for another operator or another currency.", "paymentMethodId")
        : !method.IsUsable(now) ? Unusable()
        : null;

    private static Refusal NotFound() => Refusal.Of(PaymentMethodsRefusal.NotFound, "There is no such payment method.", "paymentMethodId");

    private static Refusal NoDefault(Currency currency) =>
        Refusal.Of(PaymentMethodsRefusal.NoDefault, $"No payment method that can pay this operator in {currency} is the default.");

    private static Refusal Unusable() => Refusal.Of(PaymentMethodsRefusal.Unusable, "This payment method can no longer pay.", "paymentMethodId");

    private Decision<PaymentMethodsFact> Ask(AskSetup ask, Instant now)
    {
        if (Find(ask.Order.Id) is { } known)
        {
            return known.Order == ask.Order ? Decision<PaymentMethodsFact>.Nothing : Refusal.Of(PaymentMethodsRefusal.SetupDiffers, "This set-up was asked for with other contents.");
        }

        return Methods.Length >= MostMethods || Setups.Count(setup => !setup.IsOver) >= MostOpenSetups
            ? Refusal.Of(PaymentMethodsRefusal.TooMany, $"There are {Methods.Length} payment methods and {Setups.Count(setup => !setup.IsOver)} open set-ups.")
            : new SetupAsked(now, ask.Order, ask.By, ask.MakeDefault);
    }

    private Decision<PaymentMethodsFact> Take(TakeSetupAnswer command, Instant now)
    {
        if (Find(command.Setup) is not { Status: MethodSetupStatus.Preparing, Call: { } call })
        {
            return Decision<PaymentMethodsFact>.Nothing;
        }

        var answer = command.Answer;
        return answer.Outcome switch
        {
            GatewayOutcome.Created or GatewayOutcome.Succeeded => new SetupMoved(now, command.Setup, MethodSetupStatus.Open, answer.GatewayId, null),
            GatewayOutcome.Declined or GatewayOutcome.NotFound => new SetupMoved(now, command.Setup, MethodSetupStatus.Ended, null, answer.Detail ?? "The gateway gave no reason."),

            // Every one of these calls looks for what an earlier try left, so the next try is the look-up too.
            _ => new SetupCallWritten(now, command.Setup, call.Unanswered(answer.KeySpent).Again(), now + call.Pause(), answer.Detail),
        };
    }

    private Decision<PaymentMethodsFact> Take(TakeSetup command, Instant now)
    {
        if (Find(command.Setup) is not { Status: MethodSetupStatus.Open or MethodSetupStatus.Verifying } setup || !setup.Status.CanBecome(command.Found.Status))
        {
            return Decision<PaymentMethodsFact>.Nothing;
        }

        if (command.Found is not { Status: MethodSetupStatus.Done, Method: { } details })
        {
            return new SetupMoved(now, command.Setup, command.Found.Status, null, command.Found.Detail);
        }

        var order = setup.Order;
        var method = new KeptMethod
        {
            Id = MethodOf(order.Id),
            Operator = order.Operator,
            Currency = order.Currency,
            Details = details,
            AddedAt = now,
            AddedBy = setup.AskedBy,
        };
        var added = new MethodAdded(now, order.Id, method);
        var plan = PlanOf(order.Operator, order.Currency);

        // It also follows a default that can pay no longer: automatic payment would go on trying an expired card.
        return setup.MakeDefault || plan.Default is not { } before || Find(before)?.IsUsable(now) != true
            ? Decision<PaymentMethodsFact>.Of(added, new PlanSet(now, plan with { Default = method.Id }))
            : added;
    }

    private Decision<PaymentMethodsFact> Decide(MakeDefault command, Instant now)
    {
        if (Find(command.Method) is not { } method)
        {
            return NotFound();
        }

        if (!method.IsUsable(now))
        {
            return Unusable();
        }

        var plan = PlanOf(method.Operator, method.Currency);
        return plan.Default == method.Id ? Decision<PaymentMethodsFact>.Nothing : new PlanSet(now, plan with { Default = method.Id });
    }

    private Decision<PaymentMethodsFact> Decide(SetCollection command, Instant now)
    {
        var plan = PlanOf(command.Operator, command.Currency);
        if (plan.When == command.When)
        {
            return Decision<PaymentMethodsFact>.Nothing;
        }

        if (command.When == CollectionTime.Never)
        {
            return new PlanSet(now, plan with { When = CollectionTime.Never, Since = null });
        }

        // Another time of collection begins anew: what fell due by the old one was collected by the old one.
        return plan.Default is { } id && Find(id)?.IsUsable(now) == true
            ? new PlanSet(now, plan with { When = command.When, Since = now })
            : NoDefault(command.Currency);
    }

    private Decision<PaymentMethodsFact> Decide(RemoveMethod command, Instant now)
    {
        if (Find(command.Method) is not { } method)
        {
            return NotFound();
        }

        if (method.IsLeaving)
        {
            return Decision<PaymentMethodsFact>.Nothing;
        }

        var plan = PlanOf(method.Operator, method.Currency);
        if (plan.Default == method.Id && plan.When != CollectionTime.Never)
        {
            return Refusal.Of(PaymentMethodsRefusal.Collects, "Automatic payment uses this method: make another one the default, or switch it off.");
        }

        if (InUse.ContainsValue(method.Id))
        {
            return Refusal.Of(PaymentMethodsRefusal.InUse, "A payment under way uses this method: wait until it is over, or call it off.");
        }

        var asked = new RemovalAsked(now, method.Id);
        return plan.Default != method.Id ? asked : Decision<PaymentMethodsFact>.Of(asked, new PlanSet(now, plan with { Default = Successor(method, now) }));
    }

    /// <summary>The newest other method for the same operator and currency that can pay; null when there is none.</summary>
    private PaymentMethodId? Successor(KeptMethod method, Instant now) =>
        Methods.LastOrDefault(other => other.Id != method.Id && other.Operator == method.Operator && other.Currency == method.Currency && other.IsUsable(now))?.Id;

    private Decision<PaymentMethodsFact> Take(TakeRemovalAnswer command, Instant now)
    {
        if (Find(command.Method) is not { IsLeaving: true, Call: { } call })
        {
            return Decision<PaymentMethodsFact>.Nothing;
        }

        var answer = command.Answer;
        return answer.Outcome is GatewayOutcome.Succeeded or GatewayOutcome.NotFound
            ? new MethodRemoved(now, command.Method)
            : new RemovalCallWritten(now, command.Method, call.Unanswered(answer.KeySpent).Again(), now + call.Pause());
    }
}
