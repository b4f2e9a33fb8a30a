using System.Collections.Immutable;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Terms;

/// <summary>The rent before escalation.</summary>
/// <param name="Price">Per unit, after every discount.</param>
/// <param name="Unit">What it is per.</param>
public sealed record RentPrice(UnitPrice Price, PricingUnit Unit);

/// <summary>
/// The terms one contract pins: what is leased, when, at what price and under which clauses. A contract keeps the terms it was
/// signed with for its whole life, so readers must understand every version ever written.
/// </summary>
public sealed record ContractTerms
{
    /// <summary>The version written today.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Shape and meaning of this record; <see cref="CurrentVersion"/> when it was made.</summary>
    public required int Version { get; init; }

    /// <summary>The rent.</summary>
    public required RentPrice Rent { get; init; }

    /// <summary>GPUs in one unit of the ramp: GPUs per node, or 0 where the unit is a kW.</summary>
    public required int GpusPerUnit { get; init; }

    /// <summary>The committed quantity over the term.</summary>
    public required RampSchedule Ramp { get; init; }

    /// <summary>The conditions.</summary>
    public required Clauses Clauses { get; init; }
}

/// <summary>How long a pool waits for a tenant.</summary>
/// <param name="CardMinutes">Minutes for a deposit by card, 5 to 1,440; customarily 30.</param>
/// <param name="TransferBankingDays">Banking days for a deposit by transfer, 1 to 30; customarily 5.</param>
/// <param name="PaperDays">Days for all approvals and signatures together, 1 to 60.</param>
public sealed record HoldTerms(int CardMinutes, int TransferBankingDays, int PaperDays);

/// <summary>What an operator offers a pool's capacity at: prices, clauses and how long a hold lasts. Carried by the pool.</summary>
/// <param name="Prices">The price book.</param>
/// <param name="Clauses">The standing terms, copied into every contract made under this offer.</param>
/// <param name="Holds">How long a hold waits.</param>
public sealed record PoolOffer(PriceBook Prices, Clauses Clauses, HoldTerms Holds)
{
    /// <summary>Everything wrong with the offer, fields prefixed by the part they stand in; empty when it may be published.</summary>
    public ImmutableArray<Refusal> Faults()
    {
        var faults = ImmutableArray.CreateBuilder<Refusal>();
        faults.AddRange(Prices.Faults().Select(fault => fault with { Field = "prices." + fault.Field }));
        faults.AddRange(Clauses.Faults().Select(fault => fault with { Field = "clauses." + fault.Field }));
        if (Clauses.Deposit is { Rule: not DepositRule.None, Custody: { Custodian: Custodian.PlatformBalance, HoldingDays: { } days } } && Prices.MinimumMonths * 28 > days)
        {
            faults.Add(Refusal.Of(
                TermsRefusal.ClauseOutOfRange, $"The payment provider lets money rest for {days} days, less than the shortest term sold: name a custodian, a bank or a letter of credit.", "clauses.deposit"));
        }

        if (Holds is not { CardMinutes: >= 5 and <= 1440, TransferBankingDays: >= 1 and <= 30, PaperDays: >= 1 and <= 60 })
        {
            faults.Add(Refusal.Of(TermsRefusal.ClauseOutOfRange, "Expected 5 to 1,440 minutes, 1 to 30 banking days and 1 to 60 days.", "holds"));
        }

        return faults.ToImmutable();
    }
}
