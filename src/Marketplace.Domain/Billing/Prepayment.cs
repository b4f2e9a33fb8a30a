using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>One instalment of a prepayment, as planned.</summary>
/// <param name="Instalment">Its number, from 1.</param>
/// <param name="Name">What it is tied to.</param>
/// <param name="Amount">How much, without tax.</param>
/// <param name="InvoicedOn">The day it is invoiced, in the lease's zone.</param>
/// <param name="At">The instant that day begins, or the reservation's confirmation when that is later.</param>
/// <param name="Invoice">Its invoice; null until it was issued.</param>
public sealed record PlannedInstalment(int Instalment, string Name, Money Amount, LocalDate InvoicedOn, Instant At, InvoiceId? Invoice);

/// <summary>
/// Rent of one reservation that is paid before it is due. What is paid is held in the named custody; crediting it back on an
/// invoice, or an early release, gives it to the operator.
/// </summary>
public sealed record Prepayment
{
    /// <summary>The reservation.</summary>
    public required ReservationId Reservation { get; init; }

    /// <summary>Whose rent it prepays.</summary>
    public required OrganizationId Operator { get; init; }

    /// <summary>The contract.</summary>
    public required ContractTerms Terms { get; init; }

    /// <summary>Parties and capacity by name, as the order form has them; null in older prepayments.</summary>
    public ContractNames? Names { get; init; }

    /// <summary>The instalments, in order.</summary>
    public required ImmutableArray<PlannedInstalment> Instalments { get; init; }

    /// <summary>Paid in so far, without tax.</summary>
    public required Money Paid { get; init; }

    /// <summary>Credited back on invoices so far.</summary>
    public required Money Credited { get; init; }

    /// <summary>Given to the operator so far, by crediting back or by an early release.</summary>
    public required Money Released { get; init; }

    /// <summary>Given back to the tenant after the end.</summary>
    public required Money Returned { get; init; }

    /// <summary>When the contract ended, so that nothing more is invoiced or credited; null while it runs.</summary>
    public Instant? EndedAt { get; init; }

    /// <summary>What the custody holds.</summary>
    [JsonIgnore]
    public Money Held => Paid - Released - Returned;

    /// <summary>The clause.</summary>
    [JsonIgnore]
    public PrepaymentTerms Clause => Terms.Clauses.Prepayment ?? throw new InvalidOperationException($"{Reservation} has no prepayment clause.");

    /// <summary>When the next instalment is to be invoiced; null when none is left.</summary>
    [JsonIgnore]
    public Instant? NextAt => EndedAt is null ? Instalments.Where(instalment => instalment.Invoice is null).Select(instalment => (Instant?)instalment.At).Min() : null;

    /// <summary>The account it is held in.</summary>
    [JsonIgnore]
    public LedgerAccount Account => LedgerAccount.Of(LedgerAccountKind.PrepaymentsHeld, Reservation.Value);

    /// <summary>The plan of a confirmed reservation.</summary>
    public static Prepayment Plan(ReservationId reservation, OrganizationId operatorId, ContractTerms terms, Money total, Instant now)
    {
        var clause = terms.Clauses.Prepayment ?? throw new ArgumentException("The terms have no prepayment.", nameof(terms));
        var zone = terms.Clauses.Zone();
        var start = BillingPeriods.DateAt(zone, terms.Ramp.Term.Start);
        var nothing = Money.Zero(total.Currency);
        return new Prepayment
        {
            Reservation = reservation,
            Operator = operatorId,
            Terms = terms,
            Instalments =
            [
                .. clause.Tranches.Zip(clause.Amounts(total)).Select((pair, index) =>
                {
                    var on = PrepaymentTerms.InvoicedOn(pair.First, start);
                    return new PlannedInstalment(index + 1, pair.First.Name, pair.Second, on, Instant.Max(now, BillingPeriods.Midnight(zone, on)), null);
                }),
            ],
            Paid = nothing,
            Credited = nothing,
            Released = nothing,
            Returned = nothing,
        };
    }
}
