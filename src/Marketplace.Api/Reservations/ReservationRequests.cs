using System.Collections.Immutable;
using Marketplace.Api.Http;
using Marketplace.Api.Quotes;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Reservations;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Quotes;
using Marketplace.Grains.Reservations;

namespace Marketplace.Api.Reservations;

/// <summary>
/// Turns a request into candidates, each a pool with its quote. Nothing is written for a quote that cannot be used; with pools,
/// the quotes are made first, under ids that a repeated request derives again, and only those within the limit named.
/// </summary>
internal static class ReservationRequests
{
    private static readonly string KeyReused = ProblemCode.Of(OperationRefusal.KeyReused).Code;

    public static async Task<IResult> CreateAsync(ApiRequest request)
    {
        var id = request.NewId<ReservationId>();
        var tenant = request.Caller.Organization;
        var (body, term, steps) = await request.ReadAsync<NewReservation, (NewReservation, Term, ImmutableArray<QuantityStep>)>((body, faults) =>
        {
            body.Check(faults);
            var (term, steps) = body.Demand?.Read(faults) ?? default;
            return (body, term, steps);
        });
        QuoteEndpoints.RequireTenant(request);
        var grain = request.Grain<IReservationGrain>(id.Value);
        var (quoted, refusal) = body.QuoteId is { } quote ? await QuotedAsync(request, id, quote) : default;
        if ((quoted is null || body.NamesReferences()) && await grain.GetAsync() is { } known)
        {
            // A repeated request: the pools it found before stand, whatever they would answer now, and so do its references.
            return await AnswerAsync(request, body, await grain.RequestAsync(request.Operation, new RequestReservation(id, tenant, known.State.Candidates)));
        }

        if (refusal is not null)
        {
            throw new ProblemException(Problem.Of(refusal));
        }

        var profile = await request.Grain<IBillingAccountGrain>(tenant.Value).GetProfileAsync();
        RequirePurchaseOrder(profile, body); // Before any quote is made, which would be left behind.
        var (offers, passedOver) = quoted is null ? await QuoteAllAsync(request, id, body, term, steps) : ([quoted], []);
        var command = new RequestReservation(id, tenant, [.. offers.Select(offer => new ReservationCandidate(offer.PoolId, offer.Id))])
        {
            AboveSpendLimit = profile is not null && offers.Any(offer => !profile.Allows(request.Caller.Spender, request.Caller.Role, offer.Total)),
            PassedOver = passedOver.IsEmpty ? null : passedOver,
        };
        await ReferAsync(request, id, body);
        return await AnswerAsync(request, body, await grain.RequestAsync(request.Operation, command));
    }

    /// <summary>
    /// Why this caller may not commit its organization to a total, or null when it may. Without a billing profile, or without a
    /// limit for the caller, nothing limits it.
    /// </summary>
    public static async Task<Refusal?> RefuseSpendAsync(ApiRequest request, OrganizationId tenant, Money total)
    {
        var caller = request.Caller;
        var profile = await request.Grain<IBillingAccountGrain>(tenant.Value).GetProfileAsync();
        return profile?.Allows(caller.Spender, caller.Role, total) == false
            ? Refusal.Of(ReservationRefusal.SpendLimitExceeded, $"{total} is above the limit of {profile.LimitOf(caller.Spender, caller.Role)}.")
            : null;
    }

    private static void RequirePurchaseOrder(BillingProfile? profile, NewReservation body)
    {
        if (profile is { PurchaseOrderRequired: true, PurchaseOrder: null } && body.PurchaseOrder is null)
        {
            throw new ProblemException(Problem.Of(Refusal.Of(ReservationRefusal.PurchaseOrderMissing, "Neither the reservation nor the billing profile names a purchase order.", "purchaseOrder")));
        }
    }

    // The references are written first: a reservation never stands without those it was made with, and a set of references
    // without a reservation says nothing to anybody.
    private static async Task ReferAsync(ApiRequest request, ReservationId id, NewReservation body)
    {
        if (body.NamesReferences())
        {
            await request.BindKeyAsync(); // Until the reservation exists, nothing else refuses this key with another body.
            var account = request.Grain<IBillingAccountGrain>(request.Caller.Organization.Value);
            request.Granted(await account.ManageAsync(new SetReferences(id, new BillingReferences(body.PurchaseOrder, body.CostCentre))));
        }
    }

    private static async Task<IResult> AnswerAsync(ApiRequest request, NewReservation body, Answer<Snapshot<Reservation>> answer)
    {
        var snapshot = request.Granted(answer);
        if (snapshot.State is { Status: ReservationStatus.Refused, End.Cause: EndCause.NoCapacity } refused)
        {
            throw new ProblemException(await PoolReasons.ForAsync(request, body, refused));
        }

        request.Http.Response.Headers.Location = $"/v1/reservations/{snapshot.State.Id}";
        // The payment that was asked for a moment ago need not be looked at.
        return answer.Replayed ? await ReservationEndpoints.ShowAsync(request, snapshot) : ReservationEndpoints.Show(request, snapshot, null);
    }

    private static async Task<(Quote? Quote, Refusal? Refusal)> QuotedAsync(ApiRequest request, ReservationId id, QuoteId quoteId)
    {
        var quote = (await request.Grain<IQuoteGrain>(quoteId.Value).GetAsync())?.State;
        if (quote is null)
        {
            return (null, Refusal.Of(QuoteRefusal.NotFound, "There is no such quote.", "quoteId"));
        }

        return quote.RefuseUse(request.Caller.Organization, id, request.MarketNow) is { } refusal
            ? (null, refusal)
            : (quote, null);
    }

    private static async Task<(ImmutableArray<Quote> Offers, ImmutableArray<PassedOverPool> PassedOver)> QuoteAllAsync(
        ApiRequest request, ReservationId id, NewReservation body, Term term, ImmutableArray<QuantityStep> steps)
    {
        var offers = ImmutableArray.CreateBuilder<Quote>();
        var refusals = new List<(PoolId Pool, Refusal Refusal)>();
        foreach (var pool in body.PoolIds ?? [])
        {
            var quoteId = PublicId.Derive<QuoteId>(id.Value, pool.Value);
            var operation = new Operation(PublicId.Digest(request.Operation.Id, pool.Value), request.Operation.InputHash);
            var made = await request.Grain<IQuoteGrain>(quoteId.Value).MakeWithinAsync(operation, request.Caller.Organization, pool, term, steps, body.MaximumTotal?.ToMoney());
            if (made.IsGranted)
            {
                offers.Add(made.Value.State);
                continue;
            }

            // A key that was used for another body is no matter of this pool.
            refusals.Add(made.Refusal.Code == KeyReused ? throw new ProblemException(Problem.Of(made.Refusal)) : (pool, made.Refusal));
        }

        return offers.Count > 0
            ? (offers.ToImmutable(), [.. refusals.Select(it => new PassedOverPool(it.Pool, it.Refusal.Code, it.Refusal.Detail))])
            : throw new ProblemException(PoolReasons.Of(body, [.. refusals.Select(it => it.Refusal)]));
    }
}
