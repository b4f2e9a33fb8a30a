using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Api.Terms;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Api.Quotes;

/// <summary>A stretch of time in whole UTC hours; the end is not included.</summary>
/// <param name="Start">First instant inside, a whole UTC hour.</param>
/// <param name="End">First instant after, a whole UTC hour.</param>
internal sealed record TermModel(Instant Start, Instant End)
{
    public static TermModel Example { get; } = new(Instant.FromUtc(2027, 3, 1, 0, 0), Instant.FromUtc(2028, 3, 1, 0, 0));

    public static TermModel Of(Term term) => new(term.Start, term.End);
}

/// <summary>A quantity from an instant on.</summary>
/// <param name="From">A whole UTC hour; the first one is the start of the term.</param>
/// <param name="Quantity">GPUs, a multiple of those of a node; or kW of critical IT load in a power pool.</param>
internal sealed record QuantityStepModel(Instant From, [Range(1, GpuQuantity.Most)] int Quantity);

/// <summary>What is asked for: one quantity over the term, or a ramp.</summary>
/// <param name="Term">The whole term.</param>
/// <param name="Quantity">GPUs (or kW in a power pool) over the whole term; not together with a ramp.</param>
/// <param name="Ramp">Quantities as steps; the first starts with the term.</param>
internal sealed record DemandModel(TermModel Term, [Range(1, GpuQuantity.Most)] int? Quantity, [Items(1, RampSchedule.MostSteps)] ImmutableArray<QuantityStepModel>? Ramp)
{
    public static DemandModel Example { get; } = new(TermModel.Example, 64, null);

    /// <summary>Term and steps; what does not fit is a fault under <paramref name="path"/>.</summary>
    public (Term Term, ImmutableArray<QuantityStep> Steps) Read(Faults faults, string path = "demand.")
    {
        var term = faults.Term(Term.Start, Term.End, path + "term.start", path + "term.end");
        faults.Require(Quantity is null != Ramp is null, path + "quantity", Faults.Inconsistent, "Name a quantity or a ramp: one of the two.");
        return (term, Ramp is { } ramp
            ? [.. ramp.Select(step => new QuantityStep(step.From, step.Quantity))]
            : [new QuantityStep(Term.Start, Quantity ?? 0)]);
    }

    /// <summary>What rooms call the steps that <see cref="InBody"/> names.</summary>
    public static IReadOnlyDictionary<string, string> Names { get; } = new Dictionary<string, string> { [Steps] = "ramp" };

    /// <summary>A refusal of the demand, with its field as the body names it.</summary>
    public Refusal InBody(Refusal refusal) => refusal.Field switch
    {
        { } term when term.StartsWith("term", StringComparison.Ordinal) => refusal with { Field = "demand." + term },
        { } steps when steps.StartsWith(Steps, StringComparison.Ordinal) => refusal with { Field = Ramp is null ? "demand.quantity" : "demand.ramp" + steps[Steps.Length..] },
        _ => refusal,
    };

    private const string Steps = "quantities";
}

/// <summary>A quote to make.</summary>
/// <param name="PoolId">The pool.</param>
/// <param name="Demand">How much and when.</param>
internal sealed record NewQuote(PoolId PoolId, DemandModel Demand)
{
    public static NewQuote Example { get; } = new(PoolId.From("pool_4k2m7qz3v5xw6a2bc4d5e6f7ga"), DemandModel.Example);
}

/// <summary>Which quotes to list.</summary>
/// <param name="Status">Only quotes that stand here.</param>
/// <param name="PoolId">Only quotes for this pool.</param>
internal sealed record QuoteFilter(QuoteStatus? Status, PoolId? PoolId)
{
    public static QuoteFilter Example { get; } = new(QuoteStatus.Open, null);

    public bool Takes(Quote quote) => (Status is null || quote.Status == Status) && (PoolId is null || quote.PoolId == PoolId);
}

/// <summary>One line of a quote; the lines add up to the total exactly.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Text">The line in words.</param>
/// <param name="Percent">The discount or the yearly rise in percent; null for the base rent.</param>
/// <param name="UnitPrice">Price per unit in the first year after this line.</param>
/// <param name="Amount">What it adds to the total; negative for a discount.</param>
internal sealed record QuoteLineModel(QuoteLineKind Kind, string Text, Percentage? Percent, UnitPriceModel UnitPrice, MoneyModel Amount)
{
    public static ImmutableArray<QuoteLineModel> Of(ImmutableArray<QuoteLine> lines, ContractTerms terms) =>
        [.. lines.Select(line => new QuoteLineModel(line.Kind, QuoteWords.LineText(line, terms.Rent.Unit), line.Rate, UnitPriceModel.Of(line.UnitPrice), MoneyModel.Of(line.Amount)))];
}

/// <summary>A committed number of units from an instant on.</summary>
/// <param name="From">From when.</param>
/// <param name="Units">Nodes, or kW of critical IT load in a power pool.</param>
/// <param name="Gpus">GPUs in them; null in a power pool.</param>
internal sealed record RampStepModel(Instant From, int Units, int? Gpus)
{
    public static ImmutableArray<RampStepModel> Of(ContractTerms terms) =>
        [.. terms.Ramp.Steps.Select(step => new RampStepModel(step.From, step.Units, terms.GpusPerUnit == 0 ? null : step.Units * terms.GpusPerUnit))];
}

/// <summary>The commercial terms that a contract pins.</summary>
/// <param name="Version">Version of this record.</param>
/// <param name="Term">The whole term.</param>
/// <param name="Ramp">Committed units as steps.</param>
/// <param name="PricingUnit">What the rent is per.</param>
/// <param name="UnitPrice">Rent per unit in the first year, after every discount.</param>
/// <param name="Clauses">The conditions.</param>
/// <param name="Holds">How long the pool waits for approvals, signatures and deposit.</param>
internal sealed record TermsModel(
    int Version, TermModel Term, ImmutableArray<RampStepModel> Ramp, PricingUnit PricingUnit, UnitPriceModel UnitPrice, ClausesModel Clauses, HoldTermsModel Holds)
{
    public static TermsModel Of(ContractTerms terms, HoldTerms holds) => new(
        terms.Version,
        TermModel.Of(terms.Ramp.Term),
        RampStepModel.Of(terms),
        terms.Rent.Unit,
        UnitPriceModel.Of(terms.Rent.Price),
        ClausesModel.Of(terms.Clauses),
        HoldTermsModel.Of(holds));
}

/// <summary>A firm quote: all-in, itemised, used at most once.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Status">Whether it can be used.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">From then on it can no longer be used.</param>
/// <param name="TenantId">Who alone may use it.</param>
/// <param name="OperatorId">Who lets the capacity.</param>
/// <param name="SiteId">Where the capacity is.</param>
/// <param name="PoolId">The pool.</param>
/// <param name="Sku">Hardware by its catalogue id; null for a power pool.</param>
/// <param name="Terms">The terms a contract from this quote pins.</param>
/// <param name="Lines">What makes up the total.</param>
/// <param name="Total">All rent over the term: the sum of the invoices for rent if everything is delivered in time and kept to the end.</param>
/// <param name="CommittedGpuHours">GPU-hours over the term; null for a power pool.</param>
/// <param name="PerGpuHour">The total per committed GPU-hour; null for a power pool.</param>
/// <param name="Deposit">The security deposit, returned at the end and no part of the total.</param>
/// <param name="Tax">What the prices say about tax.</param>
/// <param name="BesideTotal">What is charged beside the total, such as metered energy, or may change it, such as an index; one sentence each.</param>
/// <param name="Capacity">What the quote promises about capacity.</param>
/// <param name="UsedBy">The reservation that used it.</param>
internal sealed record QuoteModel(
    QuoteId Id,
    QuoteStatus Status,
    Instant CreatedAt,
    Instant ExpiresAt,
    OrganizationId TenantId,
    OrganizationId OperatorId,
    SiteId SiteId,
    PoolId PoolId,
    SkuId? Sku,
    TermsModel Terms,
    ImmutableArray<QuoteLineModel> Lines,
    MoneyModel Total,
    decimal? CommittedGpuHours,
    UnitPriceModel? PerGpuHour,
    MoneyModel Deposit,
    string Tax,
    ImmutableArray<string> BesideTotal,
    string Capacity,
    ReservationId? UsedBy)
{
    public static QuoteModel Example { get; } = Of(QuoteExample.Quote);

    public static QuoteModel Of(Quote quote) => new(
        quote.Id,
        quote.Status,
        quote.CreatedAt,
        quote.ExpiresAt,
        quote.TenantId,
        quote.OperatorId,
        quote.SiteId,
        quote.PoolId,
        quote.Sku,
        TermsModel.Of(quote.Terms, quote.Holds),
        QuoteLineModel.Of(quote.Lines, quote.Terms),
        MoneyModel.Of(quote.Total),
        quote.CommittedGpuHours?.Value,
        quote.PerGpuHour is { } price ? UnitPriceModel.Of(price) : null,
        MoneyModel.Of(quote.Deposit),
        QuoteWords.Tax(quote.Terms.Clauses),
        QuoteWords.BesideTotal(quote.Terms.Clauses),
        Quote.CapacityNote,
        quote.UsedBy);
}

/// <summary>A line of rent that is going to be invoiced.</summary>
/// <param name="From">First day it is for, in the lease's zone.</param>
/// <param name="Until">First day after.</param>
/// <param name="Quantity">GPU-hours, node-months or kW-months, shown to 6 places; the amount is computed from the exact quantity.</param>
/// <param name="UnitPrice">Per unit, escalated to the contract year.</param>
/// <param name="Amount">Quantity times price, rounded once.</param>
internal sealed record RentChargeModel(LocalDate From, LocalDate Until, decimal Quantity, UnitPriceModel UnitPrice, MoneyModel Amount)
{
    public static RentChargeModel Example { get; } = Of(RentSchedule.For(QuoteExample.Quote.Terms)[0]);

    public static RentChargeModel Of(RentCharge charge) =>
        new(charge.Period.Start, charge.Period.End, charge.Quantity.Round(6), UnitPriceModel.Of(charge.Price), MoneyModel.Of(charge.Amount));
}

/// <summary>The quote that examples show, made by the engine itself.</summary>
internal static class QuoteExample
{
    public static Instant Now { get; } = Instant.FromUtc(2027, 1, 4, 9, 0);

    public static Quote Quote { get; } = Make();

    private static Quote Make()
    {
        var offer = OfferModel.Example.ToOffer(new Faults());
        var pool = new QuotedPool(
            NewQuote.Example.PoolId,
            SiteId.From("site_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
            OrganizationId.From("org_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
            SkuId.From("nvidia-h100-sxm5-80gb"),
            8,
            10.2m,
            offer,
            PreBuild: true,
            Greatest: new SupplyStep(Instant.FromUtc(2027, 2, 1, 6, 0), 64));
        var (term, steps) = DemandModel.Example.Read(new Faults());
        var command = new MakeQuote(QuoteId.From("qt_4k2m7qz3v5xw6a2bc4d5e6f7ga"), OrganizationId.From("org_3k2m7qz3v5xw6a2bc4d5e6f7ga"), term, steps, pool);
        return Quote.Evolve(null, Quote.Decide(null, command, Now).Facts[0]);
    }
}
