using Marketplace.Api.Http;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Quotes;

namespace Marketplace.Api.Quotes;

/// <summary>Firm quotes.</summary>
internal static class QuoteEndpoints
{
    /// <summary>Why a pool gives no quote for a demand.</summary>
    public static readonly Enum[] MakeRefusals =
    [
        OrganizationRefusal.TenantsOnly, PoolRefusal.NotFound, QuoteRefusal.QuantityDoesNotFitNode, TermsRefusal.RampInvalid, QuoteRefusal.QuantityAboveSupply, QuoteRefusal.TermInPast, QuoteRefusal.TermTooFarAhead,
        PricingRefusal.TermTooShort, PricingRefusal.TermTooLong, QuoteRefusal.OwnCapacity, QuoteRefusal.CustodyTooShort, QuoteRefusal.AmountTooLarge,
    ];

    private static readonly Permission Read = Permission.Read("quotes");

    public static IEndpointRouteBuilder MapQuotes(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Quotes");
        room.Post("/v1/quotes", new(
            "createQuote",
            "Ask for a firm quote",
            "Prices a demand in one pool by its present offer: every line, the total, the price per GPU-hour and the deposit. The price is firm for 48 hours and for one reservation; capacity is not held by it.",
            Permission.Change("quotes"))
        {
            Takes = NewQuote.Example,
            Names = DemandModel.Names,
            Gives = QuoteModel.Example,
            Status = 201,
            Refuses = MakeRefusals,
        }, CreateAsync);

        room.Get("/v1/quotes", new("listQuotes", "List quotes", "The caller's quotes as tenant, newest first.", Read)
        {
            Query = QuoteFilter.Example,
            Gives = Page.Of(QuoteModel.Example),
            Pages = true,
        }, request => request.PageAsync<Quote, QuoteModel>(QuoteRows.Table, request.Caller.Organization.Value, QuoteModel.Of, request.ReadQuery<QuoteFilter>().Takes));

        room.Get("/v1/quotes/{quoteId}", new("getQuote", "Read a quote", "The quote as it stands, for its tenant.", Read)
        {
            Gives = QuoteModel.Example,
        }, async request => request.Ok(await FindAsync(request), QuoteModel.Of));

        room.Get("/v1/quotes/{quoteId}/rent-schedule", new(
            "getRentSchedule",
            "List the invoices to come",
            "Every line of rent that will be invoiced if all is delivered in time and kept to the end. The lines add up to the quote's total.",
            Read)
        {
            Gives = Page.Of(RentChargeModel.Example),
            Pages = true,
        }, async request => request.PageOf(RentSchedule.For((await FindAsync(request)).State.Terms), RentChargeModel.Of));
        return routes;
    }

    /// <summary>Ends the request unless the caller leases capacity.</summary>
    public static void RequireTenant(ApiRequest request)
    {
        if (request.Caller.Kind is not (OrganizationKind.Tenant or OrganizationKind.OperatorAndTenant))
        {
            throw new ProblemException(Problem.Of(Refusal.Of(OrganizationRefusal.TenantsOnly, $"{request.Caller.Name} is registered as {request.Caller.Kind.Spelled()}.")));
        }
    }

    private static async Task<IResult> CreateAsync(ApiRequest request)
    {
        var id = request.NewId<QuoteId>();
        var (asked, term, steps) = await request.ReadAsync<NewQuote, (NewQuote, Term, System.Collections.Immutable.ImmutableArray<QuantityStep>)>((body, faults) =>
        {
            var (term, steps) = body.Demand.Read(faults);
            return (body, term, steps);
        });
        RequireTenant(request);
        var answer = await request.Grain<IQuoteGrain>(id.Value).MakeAsync(request.Operation, request.Caller.Organization, asked.PoolId, term, steps);
        return request.Answer(answer.Refusal is { } refusal ? asked.Demand.InBody(refusal) : answer, QuoteModel.Of, $"/v1/quotes/{id}");
    }

    private static async Task<Snapshot<Quote>> FindAsync(ApiRequest request) => request.Visible(
        await request.Grain<IQuoteGrain>(request.Id<QuoteId>("quoteId").Value).GetAsync(),
        quote => quote.TenantId == request.Caller.Organization);
}
