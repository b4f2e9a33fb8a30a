using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>What a kept payment method is.</summary>
public enum MethodKind
{
    /// <summary>A credit or debit card.</summary>
    Card,

    /// <summary>A direct debit from a euro account.</summary>
    SepaDebit,

    /// <summary>A direct debit from a bank account in the United States.</summary>
    UsBankAccount,
}

/// <summary>Whether the mandate behind a direct debit holds.</summary>
public enum MandateState
{
    /// <summary>Given, and not confirmed by the bank yet.</summary>
    Pending,

    /// <summary>In force.</summary>
    Active,

    /// <summary>Withdrawn or refused: nothing can be collected with it.</summary>
    Inactive,
}

/// <summary>What is known of a card or bank account. Its number is known to the gateway alone.</summary>
/// <param name="GatewayId">The gateway's id of it.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Brand">The card's brand in lower case, such as <c>visa</c>; null for a bank account.</param>
/// <param name="LastFour">The last four digits; null where the gateway does not tell.</param>
/// <param name="ValidThrough">The last day of the month in which a card expires; null for what does not expire.</param>
/// <param name="BankName">The bank; null for a card, and where the gateway does not tell.</param>
/// <param name="Mandate">Whether the mandate of a direct debit holds; null for a card.</param>
public sealed record MethodDetails(
    string GatewayId,
    MethodKind Kind,
    string? Brand,
    string? LastFour,
    LocalDate? ValidThrough,
    string? BankName = null,
    MandateState? Mandate = null)
{
    /// <summary>The first instant after it was valid; null for what does not expire.</summary>
    [JsonIgnore]
    public Instant? ExpiresAt => ValidThrough?.PlusDays(1).AtStartOfDayInZone(DateTimeZone.Utc).ToInstant();
}

/// <summary>How a payment uses a kept method.</summary>
/// <param name="Method">The method.</param>
/// <param name="GatewayId">The gateway's id of it.</param>
/// <param name="Kind">What it is.</param>
/// <param name="OffSession">Whether nobody is there who could confirm at the bank: a collection by itself.</param>
/// <param name="ReturnTo">Where the payer's browser goes from the bank's page; null where nobody is there.</param>
public sealed record MethodUse(PaymentMethodId Method, string GatewayId, MethodKind Kind, bool OffSession, Uri? ReturnTo = null);

/// <summary>A card or bank account that the gateway keeps for a tenant as the customer of one operator in one currency.</summary>
public sealed record KeptMethod
{
    /// <summary>Days before its expiry on which a card is announced to expire.</summary>
    public const int AnnouncedDaysAhead = 30;

    /// <summary>The method.</summary>
    public required PaymentMethodId Id { get; init; }

    /// <summary>Whose invoices and deposits it pays.</summary>
    public required OrganizationId Operator { get; init; }

    /// <summary>The currency it pays in.</summary>
    public required Currency Currency { get; init; }

    /// <summary>What is known of it.</summary>
    public required MethodDetails Details { get; init; }

    /// <summary>When it was added, in market time.</summary>
    public required Instant AddedAt { get; init; }

    /// <summary>Public id of the person or key that added it.</summary>
    public required string AddedBy { get; init; }

    /// <summary>When its expiry was announced; null while it was not.</summary>
    public Instant? AnnouncedAt { get; init; }

    /// <summary>Whether it is to be given up: the gateway is being told.</summary>
    public bool IsLeaving { get; init; }

    /// <summary>The call that gives it up, written down and not yet answered; null when none is.</summary>
    public GatewayCall? Call { get; init; }

    /// <summary>When that call may be tried again; null when it may be now.</summary>
    public Instant? RetryAt { get; init; }

    /// <summary>When its expiry is to be announced; null when it does not expire or was announced.</summary>
    [JsonIgnore]
    public Instant? AnnounceAt => AnnouncedAt is null && !IsLeaving ? Details.ExpiresAt - Duration.FromDays(AnnouncedDaysAhead) : null;

    /// <summary>Whether it can pay at <paramref name="now"/>.</summary>
    public bool IsUsable(Instant now) => !IsLeaving && Details.Mandate != MandateState.Inactive && !IsExpired(now);

    /// <summary>Whether it has expired at <paramref name="now"/>.</summary>
    public bool IsExpired(Instant now) => Details.ExpiresAt <= now;

    /// <summary>How a payment uses it.</summary>
    public MethodUse Use(bool offSession, Uri? returnTo = null) => new(Id, Details.GatewayId, Details.Kind, offSession, returnTo);
}
