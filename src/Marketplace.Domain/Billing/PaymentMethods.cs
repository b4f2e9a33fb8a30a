using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>
/// A tenant's payment methods. The gateway keeps each with the tenant as the customer of one operator in one currency; here stands what
/// one needs to tell them apart, which one is the default, and whether invoices are collected with it.
/// </summary>
public sealed partial record PaymentMethods
{
    /// <summary>Most methods of one tenant.</summary>
    public const int MostMethods = 100;

    /// <summary>Most set-ups of one tenant that wait for the payer.</summary>
    public const int MostOpenSetups = 20;

    /// <summary>Set-ups that are over and still remembered.</summary>
    public const int EndedSetupsKept = 50;

    /// <summary>The tenant.</summary>
    public required OrganizationId Tenant { get; init; }

    /// <summary>When the first was asked for.</summary>
    public required Instant CreatedAt { get; init; }

    /// <summary>When the newest fact happened.</summary>
    public required Instant ChangedAt { get; init; }

    /// <summary>Set-ups, oldest first.</summary>
    public ImmutableArray<MethodSetup> Setups { get; init; } = [];

    /// <summary>Methods, oldest first.</summary>
    public ImmutableArray<KeptMethod> Methods { get; init; } = [];

    /// <summary>What is settled, by operator and currency.</summary>
    public ImmutableDictionary<string, PaymentPlan> Plans { get; init; } = ImmutableDictionary<string, PaymentPlan>.Empty;

    /// <summary>Payments under way, each with the method it uses.</summary>
    public ImmutableDictionary<PaymentId, PaymentMethodId> InUse { get; init; } = ImmutableDictionary<PaymentId, PaymentMethodId>.Empty;

    /// <summary>The set-up whose opening has not been answered; null when none waits.</summary>
    [JsonIgnore]
    public MethodSetup? NextSetup => Setups.FirstOrDefault(setup => setup.Status == MethodSetupStatus.Preparing);

    /// <summary>When there is something to do by itself: a call, an announcement, or a look at an open set-up; null when nothing is open.</summary>
    [JsonIgnore]
    public Instant? NextAt
    {
        get
        {
            var calls = Setups.Where(setup => setup.Status == MethodSetupStatus.Preparing).Select(setup => setup.RetryAt ?? setup.AskedAt)
                .Concat(Methods.Where(method => method.IsLeaving).Select(method => method.RetryAt ?? ChangedAt));
            var times = calls.Concat(Methods.Where(method => method.AnnounceAt is not null).Select(method => method.AnnounceAt!.Value)).ToList();
            return times.Count > 0 ? times.Min() : Setups.Any(setup => !setup.IsOver) ? Instant.MaxValue : null;
        }
    }

    /// <summary>A method, or null.</summary>
    public KeptMethod? Find(PaymentMethodId id) => Methods.FirstOrDefault(method => method.Id == id);

    /// <summary>A set-up, or null.</summary>
    public MethodSetup? Find(MethodSetupId id) => Setups.FirstOrDefault(setup => setup.Order.Id == id);

    /// <summary>What is settled for an operator and a currency; what holds unless something is.</summary>
    public PaymentPlan PlanOf(OrganizationId operatorId, Currency currency) =>
        Plans.GetValueOrDefault(PaymentPlan.KeyOf(operatorId, currency)) ?? new PaymentPlan(operatorId, currency);

    /// <summary>Whether a method is the one used unless another is named.</summary>
    public bool IsDefault(KeptMethod method) => PlanOf(method.Operator, method.Currency).Default == method.Id;

    /// <summary>How invoices are collected by a plan; null when they are not.</summary>
    public Collection? CollectionOf(PaymentPlan plan) =>
        plan is { When: not CollectionTime.Never, Since: { } since, Default: { } id } && Find(id) is { } method
            ? new Collection(plan.Operator, plan.Currency, plan.When, since, method.Use(offSession: true))
            : null;

    /// <summary>The call that opens a set-up: the one written down, else the first.</summary>
    public static GatewayCall CallOf(MethodSetup setup) => setup.Call ?? GatewayCall.For(setup.Order.Id.Value, GatewayPurpose.Setup, 1);

    /// <summary>The call that gives a method up: the one written down, else the first.</summary>
    public static GatewayCall CallOf(KeptMethod method) => method.Call ?? GatewayCall.For(method.Id.Value, GatewayPurpose.Detach, 1);

    /// <summary>The method that a set-up brings.</summary>
    public static PaymentMethodId MethodOf(MethodSetupId setup) => PublicId.Derive<PaymentMethodId>("setup", setup.Value);

    /// <summary>The state after a fact.</summary>
    public static PaymentMethods Evolve(PaymentMethods? state, PaymentMethodsFact fact)
    {
        if (fact is MethodsOpened opened)
        {
            return new PaymentMethods { Tenant = opened.Tenant, CreatedAt = opened.At, ChangedAt = opened.At };
        }

        var methods = (state ?? throw new InvalidOperationException($"Payment methods do not begin with {fact.GetType().Name}.")) with { ChangedAt = fact.At };
        return fact switch
        {
            SetupAsked asked => methods.Add(new MethodSetup
            {
                Order = asked.Order,
                AskedAt = asked.At,
                AskedBy = asked.By,
                MakeDefault = asked.MakeDefault,
                Status = MethodSetupStatus.Preparing,
            }),
            SetupCallWritten written => methods.With(written.Setup, setup => setup with { Call = written.Call, RetryAt = written.RetryAt, Detail = written.Detail ?? setup.Detail }),
            SetupMoved moved => methods.With(moved.Setup, setup => setup.MoveTo(moved.To) with
            {
                GatewayId = moved.GatewayId ?? setup.GatewayId,
                Detail = moved.Detail,
                Call = null,
                RetryAt = null,
            }),
            MethodAdded added => methods.With(added.Setup, setup => setup.MoveTo(MethodSetupStatus.Done) with { Method = added.Method.Id, Detail = null }) with
            {
                Methods = methods.Methods.Add(added.Method),
            },
            PlanSet set => methods with { Plans = methods.Plans.SetItem(set.Plan.Key, set.Plan) },
            RemovalAsked asked => methods.With(asked.Method, method => method with { IsLeaving = true }),
            RemovalCallWritten written => methods.With(written.Method, method => method with { Call = written.Call, RetryAt = written.RetryAt }),
            MethodRemoved removed => methods with { Methods = [.. methods.Methods.Where(method => method.Id != removed.Method)] },
            ExpiryAnnounced announced => methods.With(announced.Method, method => method with { AnnouncedAt = announced.At }),
            UseNoted noted => methods with { InUse = noted.Method is { } method ? methods.InUse.SetItem(noted.Payment, method) : methods.InUse.Remove(noted.Payment) },
            _ => throw new InvalidOperationException($"Payment methods do not know {fact.GetType().Name}."),
        };
    }

    private PaymentMethods Add(MethodSetup setup)
    {
        var over = Setups.Where(known => known.IsOver).ToList();
        var forgotten = over.Take(Math.Max(0, over.Count - EndedSetupsKept)).ToList();
        return this with { Setups = [.. Setups.Except(forgotten), setup] };
    }

    private PaymentMethods With(MethodSetupId id, Func<MethodSetup, MethodSetup> change) => this with
    {
        Setups = [.. Setups.Select(setup => setup.Order.Id == id ? change(setup) : setup)],
    };

    private PaymentMethods With(PaymentMethodId id, Func<KeptMethod, KeptMethod> change) => this with
    {
        Methods = [.. Methods.Select(method => method.Id == id ? change(method) : method)],
    };
}
