using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>What happened to a tenant's payment methods.</summary>
/// <param name="At">When, in market time.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(MethodsOpened), "opened")]
[JsonDerivedType(typeof(SetupAsked), "setupAsked")]
[JsonDerivedType(typeof(SetupCallWritten), "setupCallWritten")]
[JsonDerivedType(typeof(SetupMoved), "setupMoved")]
[JsonDerivedType(typeof(MethodAdded), "methodAdded")]
[JsonDerivedType(typeof(PlanSet), "planSet")]
[JsonDerivedType(typeof(RemovalAsked), "removalAsked")]
[JsonDerivedType(typeof(RemovalCallWritten), "removalCallWritten")]
[JsonDerivedType(typeof(MethodRemoved), "methodRemoved")]
[JsonDerivedType(typeof(ExpiryAnnounced), "expiryAnnounced")]
[JsonDerivedType(typeof(UseNoted), "useNoted")]
public abstract record PaymentMethodsFact(Instant At);

/// <summary>The tenant's first method was asked for.</summary>
public sealed record MethodsOpened(Instant At, OrganizationId Tenant) : PaymentMethodsFact(At);

/// <summary>A method is to be set up on the gateway's page.</summary>
public sealed record SetupAsked(Instant At, MethodSetupOrder Order, string By, bool MakeDefault) : PaymentMethodsFact(At);

/// <summary>The call that opens a set-up is about to be made, or nobody knows what became of it and it is made again at <paramref name="RetryAt"/>, looking first.</summary>
public sealed record SetupCallWritten(Instant At, MethodSetupId Setup, GatewayCall Call, Instant? RetryAt = null, string? Detail = null) : PaymentMethodsFact(At);

/// <summary>A set-up moved on at the gateway without bringing a method.</summary>
public sealed record SetupMoved(Instant At, MethodSetupId Setup, MethodSetupStatus To, string? GatewayId, string? Detail) : PaymentMethodsFact(At);

/// <summary>A set-up brought a method.</summary>
public sealed record MethodAdded(Instant At, MethodSetupId Setup, KeptMethod Method) : PaymentMethodsFact(At);

/// <summary>The default, or when invoices are collected, was settled.</summary>
public sealed record PlanSet(Instant At, PaymentPlan Plan) : PaymentMethodsFact(At);

/// <summary>A method is to be given up.</summary>
public sealed record RemovalAsked(Instant At, PaymentMethodId Method) : PaymentMethodsFact(At);

/// <summary>The call that gives a method up is about to be made, or is made again at <paramref name="RetryAt"/>, looking first.</summary>
public sealed record RemovalCallWritten(Instant At, PaymentMethodId Method, GatewayCall Call, Instant? RetryAt = null) : PaymentMethodsFact(At);

/// <summary>The gateway has given a method up.</summary>
public sealed record MethodRemoved(Instant At, PaymentMethodId Method) : PaymentMethodsFact(At);

/// <summary>It was announced that a card will expire.</summary>
public sealed record ExpiryAnnounced(Instant At, PaymentMethodId Method) : PaymentMethodsFact(At);

/// <summary>A payment uses a method from now on, or (null) none any more.</summary>
public sealed record UseNoted(Instant At, PaymentId Payment, PaymentMethodId? Method) : PaymentMethodsFact(At);

/// <summary>What can be asked of a tenant's payment methods.</summary>
public abstract record PaymentMethodsCommand;

/// <summary>Set a method up; repeated with the same id it changes nothing.</summary>
/// <param name="Order">What is asked of the gateway.</param>
/// <param name="By">Public id of the person or key that asks.</param>
/// <param name="MakeDefault">Whether the method becomes the default even where there is one.</param>
public sealed record AskSetup(MethodSetupOrder Order, string By, bool MakeDefault) : PaymentMethodsCommand;

/// <summary>Write the next call of a set-up down.</summary>
/// <param name="Setup">The set-up.</param>
/// <param name="RealNow">Real time, before which nothing of a new call can be at the gateway.</param>
public sealed record WriteSetupCall(MethodSetupId Setup, Instant RealNow) : PaymentMethodsCommand;

/// <summary>Take the answer to the call that opens a set-up.</summary>
public sealed record TakeSetupAnswer(MethodSetupId Setup, GatewayAnswer Answer) : PaymentMethodsCommand;

/// <summary>Take how the gateway has a set-up now.</summary>
public sealed record TakeSetup(MethodSetupId Setup, GatewaySetup Found) : PaymentMethodsCommand;

/// <summary>Use a method unless another is named.</summary>
public sealed record MakeDefault(PaymentMethodId Method) : PaymentMethodsCommand;

/// <summary>Collect the invoices of an operator in a currency by themselves, or no longer.</summary>
public sealed record SetCollection(OrganizationId Operator, Currency Currency, CollectionTime When) : PaymentMethodsCommand;

/// <summary>Give a method up.</summary>
public sealed record RemoveMethod(PaymentMethodId Method) : PaymentMethodsCommand;

/// <summary>Write the call that gives a method up down.</summary>
/// <param name="Method">The method.</param>
/// <param name="RealNow">Real time, before which nothing of a new call can be at the gateway.</param>
public sealed record WriteRemovalCall(PaymentMethodId Method, Instant RealNow) : PaymentMethodsCommand;

/// <summary>Take the answer to the call that gives a method up.</summary>
public sealed record TakeRemovalAnswer(PaymentMethodId Method, GatewayAnswer Answer) : PaymentMethodsCommand;

/// <summary>Announce what will expire soon.</summary>
public sealed record AnnounceExpiry : PaymentMethodsCommand;

/// <summary>Note that a payment uses a method, or (null) none any more.</summary>
public sealed record NoteUse(PaymentId Payment, PaymentMethodId? Method) : PaymentMethodsCommand;
