using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>A bank's promise to pay that stands in for a deposit.</summary>
/// <param name="Reference">The bank's number of it, 1 to 100 characters.</param>
/// <param name="Issuer">The bank, 1 to 200 characters.</param>
/// <param name="Amount">What it promises; at least the deposit.</param>
/// <param name="Expires">Last day it can be drawn.</param>
/// <param name="RegisteredAt">When the tenant registered it, in market time.</param>
/// <param name="ConfirmedAt">When the operator confirmed to have it; null until then.</param>
public sealed record LetterOfCredit(string Reference, string Issuer, Money Amount, LocalDate Expires, Instant RegisteredAt, Instant? ConfirmedAt = null);

/// <summary>Where a deposit is held, and until when it may be.</summary>
/// <param name="Terms">The custody that the contract names.</param>
/// <param name="NeededUntil">End of the term it secures.</param>
/// <param name="Swept">Whether a standing instruction moves money to the custodian and back by itself, so that nothing rests on the provider's balance.</param>
public sealed record DepositCustody(CustodyTerms Terms, Instant NeededUntil, bool Swept)
{
    /// <summary>When the money came to the provider's balance; null before, and for a letter of credit.</summary>
    public Instant? Since { get; init; }

    /// <summary>When it was moved to the custodian; null while it rests on the provider's balance.</summary>
    public Instant? MovedAt { get; init; }

    /// <summary>Who holds it after a move; null before.</summary>
    public string? MovedTo { get; init; }

    /// <summary>The custodian's reference of the move; null before.</summary>
    public string? MoveReference { get; init; }

    /// <summary>When the parties were warned that it must leave; null before.</summary>
    public Instant? WarnedAt { get; init; }

    /// <summary>The letter of credit registered; null without one.</summary>
    public LetterOfCredit? Letter { get; init; }

    /// <summary>When the provider lets it rest no longer; null where nothing limits it.</summary>
    [JsonIgnore]
    public Instant? MustLeaveBy => Swept || MovedAt is not null || Terms.HoldingDays is not { } days ? null : Since + Duration.FromDays(days);

    /// <summary>When to warn or to act next; null when neither is due.</summary>
    [JsonIgnore]
    public Instant? NextAt => MustLeaveBy is not { } end ? null : WarnedAt is null ? end - CustodyTerms.Warning : end;
}
