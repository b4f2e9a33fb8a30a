using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Quotes;

/// <summary>What can be asked of a quote.</summary>
public abstract record QuoteCommand;

/// <summary>Make a firm quote.</summary>
/// <param name="Id">Derived from the tenant and its idempotency key.</param>
/// <param name="TenantId">Who asks.</param>
/// <param name="Term">The whole term.</param>
/// <param name="Quantities">Steps of the ramp; the first starts with the term.</param>
/// <param name="Pool">The pool as it stands.</param>
public sealed record MakeQuote(QuoteId Id, OrganizationId TenantId, Term Term, ImmutableArray<QuantityStep> Quantities, QuotedPool Pool) : QuoteCommand
{
    /// <summary>The highest total that is of use, in its currency; a dearer quote is not made. Null: any.</summary>
    public Money? Limit { get; init; }
}

/// <summary>Use it for one reservation, of the same tenant. Repeating it for the same reservation changes nothing.</summary>
/// <param name="Actor">The reservation's tenant.</param>
/// <param name="ReservationId">The reservation.</param>
public sealed record UseQuote(OrganizationId Actor, ReservationId ReservationId) : QuoteCommand;

/// <summary>Time has passed.</summary>
public sealed record ExpireQuote : QuoteCommand;

/// <summary>Something that happened to a quote.</summary>
/// <param name="At">When.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(QuoteMade), "made")]
[JsonDerivedType(typeof(QuoteUsed), "used")]
[JsonDerivedType(typeof(QuoteExpired), "expired")]
public abstract record QuoteFact(Instant At);

/// <summary>It was made.</summary>
public sealed record QuoteMade(Instant At, Quote Quote) : QuoteFact(At);

/// <summary>A reservation used it.</summary>
public sealed record QuoteUsed(Instant At, ReservationId ReservationId) : QuoteFact(At);

/// <summary>It ran out unused.</summary>
public sealed record QuoteExpired(Instant At) : QuoteFact(At);

public sealed partial record Quote
{
    /// <summary>How far ahead a term may start.</summary>
    public static readonly Duration FarthestStart = Duration.FromDays(15 * 366);

    /// <summary>Decides a command.</summary>
    public static Decision<QuoteFact> Decide(Quote? state, QuoteCommand command, Instant now) => (command, state) switch
    {
        (MakeQuote make, null) => Make(make, now),
        (MakeQuote make, { } quote) => quote.TenantId == make.TenantId && quote.PoolId == make.Pool.PoolId && quote.Terms.Ramp.Term == make.Term
            ? Decision<QuoteFact>.Nothing
            : Refuse(QuoteRefusal.Exists, $"Quote {make.Id} was made for something else."),
        (UseQuote use, { } quote) => quote.DecideUse(use, now),
        (ExpireQuote, { Status: QuoteStatus.Open } quote) when now >= quote.ExpiresAt => new QuoteExpired(now),
        (ExpireQuote, not null) => Decision<QuoteFact>.Nothing,
        _ => Refuse(QuoteRefusal.NotFound, "There is no such quote."),
    };

    /// <summary>Folds a fact into the state.</summary>
    public static Quote Evolve(Quote? state, QuoteFact fact) => (fact, state) switch
    {
        (QuoteMade made, null) => made.Quote,
        (QuoteUsed used, { Status: QuoteStatus.Open } quote) => quote with { Status = QuoteStatus.Used, UsedBy = used.ReservationId },
        (QuoteExpired, { Status: QuoteStatus.Open } quote) => quote with { Status = QuoteStatus.Expired },
        _ => throw new InvalidOperationException($"{fact.GetType().Name} cannot follow {state?.Status.ToString() ?? "nothing"}."),
    };

    /// <summary>When it expires by itself; null once it is used or has expired.</summary>
    public Instant? DueAt() => Status == QuoteStatus.Open ? ExpiresAt : null;

    /// <summary>Why this tenant cannot use it for that reservation now, or null when it can or already has.</summary>
    public Refusal? RefuseUse(OrganizationId actor, ReservationId reservation, Instant now)
    {
        if (actor != TenantId)
        {
            return Refuse(QuoteRefusal.NotFound, "There is no such quote.", "quoteId");
        }

        if (UsedBy is { } user)
        {
            return user == reservation ? null : Refuse(QuoteRefusal.Used, $"Quote {Id} was used by another reservation.", "quoteId");
        }

        return Status == QuoteStatus.Expired || now >= ExpiresAt
            ? Refuse(QuoteRefusal.Expired, $"Quote {Id} expired at {ExpiresAt}.", "quoteId")
            : null;
    }

    /// <summary>Why nothing is quoted or searched for a term that starts then, or null when it may be.</summary>
    public static Refusal? RefuseStart(Term term, Instant now) =>
        term.Start <= now ? Refuse(QuoteRefusal.TermInPast, $"The term starts at {term.Start}; it is {now}.", "term.start")
        : term.Start > now + FarthestStart ? Refuse(QuoteRefusal.TermTooFarAhead, $"The term starts after {now + FarthestStart}.", "term.start")
        : null;

    private static Refusal? RefuseSupply(QuotedPool pool, int units)
    {
        if (units <= (pool.Greatest?.Units ?? 0))
        {
            return null;
        }

        var (perUnit, name) = pool.GpusPerUnit == 0 ? (1, "kW") : (pool.GpusPerUnit, "GPUs");
        var most = pool.Greatest is { } greatest ? $"at most {(long)greatest.Units * perUnit} {name} from {greatest.From}" : "nothing yet";
        return Refuse(QuoteRefusal.QuantityAboveSupply, $"{(long)units * perUnit} {name} are asked for; pool {pool.PoolId} supplies {most}.", "quantities");
    }

    private static Decision<QuoteFact> Make(MakeQuote make, Instant now)
    {
        var pool = make.Pool;
        var perUnit = Math.Max(1, pool.GpusPerUnit);
        for (var i = 0; i < make.Quantities.Length; i++)
        {
            var quantity = make.Quantities[i].Quantity;
            if (quantity % perUnit != 0)
            {
                return Refuse(QuoteRefusal.QuantityDoesNotFitNode, $"{quantity} GPUs are not a multiple of the {perUnit} GPUs of a node.", $"quantities[{i}].quantity");
            }
        }

        var ramp = new RampSchedule
        {
            Term = make.Term,
            Steps = [.. make.Quantities.Select(step => new RampStep(step.From, step.Quantity / perUnit))],
        };
        if (ramp.Fault() is { } fault)
        {
            return fault with { Field = fault.Field?.Replace("ramp", "quantities", StringComparison.Ordinal).Replace("units", "quantity", StringComparison.Ordinal) };
        }

        if (RefuseSupply(pool, ramp.PeakUnits()) is { } unsupplied)
        {
            return unsupplied;
        }

        if (RefuseStart(make.Term, now) is { } misplaced)
        {
            return misplaced;
        }

        if (pool.OperatorId == make.TenantId)
        {
            return Refuse(QuoteRefusal.OwnCapacity, $"Pool {pool.PoolId} is your own.", "poolId");
        }

        var zone = pool.Offer.Clauses.Zone();
        if (pool.Offer.Prices.RefuseTerm(make.Term, zone) is { } unsold)
        {
            return unsold;
        }

        if (RefuseCustody(pool.Offer.Clauses, make.Term, now) is { } unheld)
        {
            return unheld;
        }

        try
        {
            var quote = Price(make, ramp, zone, now);
            return make.Limit is { } limit && (limit.Currency != quote.Total.Currency || quote.Total.Minor > limit.Minor)
                ? Refuse(QuoteRefusal.AboveLimit, $"{pool.PoolId} costs {quote.Total}; the limit is {limit}.", "maximumTotal")
                : new QuoteMade(now, quote);
        }
        catch (OverflowException)
        {
            return Refuse(QuoteRefusal.AmountTooLarge, "Ask for less, or for a shorter term.", "quantities");
        }
    }

    // Each line is the difference it makes to the sum of all invoices, so the lines add up to the total to the cent.
    private static Quote Price(MakeQuote make, RampSchedule ramp, DateTimeZone zone, Instant now)
    {
        var pool = make.Pool;
        var prices = pool.Offer.Prices;
        var clauses = pool.Offer.Clauses;
        var priced = prices.PriceFor(make.Term, ramp.PeakUnits(), zone, pool.PreBuild);
        var terms = new ContractTerms
        {
            Version = ContractTerms.CurrentVersion,
            Rent = new RentPrice(priced.BasePrice, prices.Unit),
            GpusPerUnit = pool.GpusPerUnit,
            Ramp = ramp,
            Clauses = clauses with { Escalator = null },
        };
        var lines = ImmutableArray.CreateBuilder<QuoteLine>();
        var total = RentSchedule.Total(terms);
        lines.Add(new QuoteLine(QuoteLineKind.BaseRent, null, priced.BasePrice, total));
        foreach (var step in priced.Steps)
        {
            terms = terms with { Rent = terms.Rent with { Price = step.PriceAfter } };
            AddLine(Enum.Parse<QuoteLineKind>(step.Kind.ToString()), step.Discount, step.PriceAfter);
        }

        terms = terms with { Clauses = clauses };
        if (clauses.Escalator is { } escalator && RentSchedule.Total(terms) != total)
        {
            AddLine(QuoteLineKind.Escalation, escalator.PerYear, priced.Price);
        }

        var gpuHours = pool.GpusPerUnit == 0 ? (decimal?)null : ramp.Segments().Sum(segment => (decimal)segment.Term.Hours * segment.Units * pool.GpusPerUnit);
        return new Quote
        {
            Id = make.Id,
            CreatedAt = now,
            Status = QuoteStatus.Open,
            TenantId = make.TenantId,
            OperatorId = pool.OperatorId,
            SiteId = pool.SiteId,
            PoolId = pool.PoolId,
            Sku = pool.Sku,
            KilowattsPerUnit = pool.KilowattsPerUnit,
            Terms = terms,
            Holds = pool.Offer.Holds,
            Lines = lines.ToImmutable(),
            Total = total,
            CommittedGpuHours = gpuHours is { } hours ? GpuHours.From(hours) : null,
            PerGpuHour = gpuHours is { } committed ? UnitPrice.Of(total.Currency, total.Major / committed) : null,
            Deposit = DepositOf(terms, total),
            ExpiresAt = Instant.Min(now + Validity, make.Term.Start),
        };

        void AddLine(QuoteLineKind kind, Percentage rate, UnitPrice price)
        {
            var next = RentSchedule.Total(terms);
            lines.Add(new QuoteLine(kind, rate, price, next - total));
            total = next;
        }
    }

    // A deposit is held until the term has ended, a prepayment until it has been credited back.
    private static Refusal? RefuseCustody(Clauses clauses, Term term, Instant now)
    {
        if (clauses.Deposit is { Rule: not DepositRule.None, Custody: { } deposit } && !deposit.Holds(now, term.End))
        {
            return Refuse(QuoteRefusal.CustodyTooShort, $"{deposit.Holder} holds a deposit for {deposit.HoldingDays} days; the term ends at {term.End}.", "term.end");
        }

        if (clauses.Prepayment is not { } prepayment)
        {
            return null;
        }

        var zone = clauses.Zone();
        var start = BillingPeriods.DateAt(zone, term.Start);
        var from = Instant.Max(now, BillingPeriods.Midnight(zone, prepayment.Tranches.Min(tranche => PrepaymentTerms.InvoicedOn(tranche, start))));
        var until = BillingPeriods.Midnight(zone, start.PlusMonths(prepayment.CreditAfterMonths + prepayment.CreditMonths));
        return prepayment.Custody.Holds(from, Instant.Min(until, term.End))
            ? null
            : Refuse(QuoteRefusal.CustodyTooShort, $"{prepayment.Custody.Holder} holds a prepayment for {prepayment.Custody.HoldingDays} days; it would be credited back by {until}.", "term.end");
    }

    private static Money DepositOf(ContractTerms terms, Money total) => terms.Clauses.Deposit switch
    {
        { Rule: DepositRule.MonthsOfRent, Amount: var months } => RentSchedule.Months(terms, months),
        { Rule: DepositRule.ShareOfTotal, Amount: var percent } => total.Share(Percentage.From(percent)),
        _ => Money.Zero(total.Currency),
    };

    private static Refusal Refuse(QuoteRefusal code, string detail, string? field = null) => Refusal.Of(code, detail, field);

    private Decision<QuoteFact> DecideUse(UseQuote use, Instant now) => RefuseUse(use.Actor, use.ReservationId, now) switch
    {
        { } refusal => refusal,
        null when UsedBy is not null => Decision<QuoteFact>.Nothing,
        null => new QuoteUsed(now, use.ReservationId),
    };
}
