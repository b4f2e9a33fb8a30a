using System.Collections.Immutable;
using Marketplace.Api.Http;
using Marketplace.Api.Quotes;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Reservations;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Quotes;
using Marketplace.Grains.Reservations;

namespace Marketplace.Api.Reservations;

/// <summary>
/// Turns a request into candidates, each a pool with its quote. Nothing is written for a quote that cannot be used; with pools,
/// the quotes are made first, under ids that a repeated request derives again.
/// </summary>
internal static class ReservationRequests
{
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
            return await AnswerAsync(request, await grain.RequestAsync(request.Operation, new RequestReservation(id, tenant, known.State.Candidates)));
        }

        if (refusal is not null)
        {
            throw new ProblemException(Problem.Of(refusal));
        }

        var offers = quoted is null ? await QuoteAllAsync(request, id, body, term, steps) : [quoted];
        var command = new RequestReservation(id, tenant, [.. offers.Select(offer => new ReservationCandidate(offer.PoolId, offer.Id))])
        {
            AboveSpendLimit = await ReferAsync(request, id, body, offers),
        };
        return await AnswerAsync(request, await grain.RequestAsync(request.Operation, command));
    }

    /// <summary>
    /// Why this caller may not commit its organization to a total, or null when it may. Without a billing profile, or without a
    /// limit for the caller, nothing limits it.
    /// </summary>
    public static async Task<Refusal?> RefuseSpendAsync(ApiRequest request, OrganizationId tenant, Money total)
    {
        var caller = request.Caller;
        var profile = await request.Grain<IBillingAccountGrain>(tenant.Value).GetProfileAsync();
        return profile?.Allows(caller.Actor, caller.Role, total) == false
            ? Refusal.Of(ReservationRefusal.SpendLimitExceeded, $"{total} is above the limit of {profile.LimitOf(caller.Actor, caller.Role)}.")
            : null;
    }

    // The references are written first: a reservation never stands without those it was made with, and a set of references
    // without a reservation says nothing to anybody.
    private static async Task<bool> ReferAsync(ApiRequest request, ReservationId id, NewReservation body, IReadOnlyList<Quote> offers)
    {
        var tenant = request.Caller.Organization;
        var account = request.Grain<IBillingAccountGrain>(tenant.Value);
        var profile = await account.GetProfileAsync();
        if (profile is { PurchaseOrderRequired: true, PurchaseOrder: null } && body.PurchaseOrder is null)
        {
            throw new ProblemException(Problem.Of(Refusal.Of(ReservationRefusal.PurchaseOrderMissing, "Neither the reservation nor the billing profile names a purchase order.", "purchaseOrder")));
        }

        if (body.NamesReferences())
        {
            await request.BindKeyAsync(); // Until the reservation exists, nothing else refuses this key with another body.
            request.Granted(await account.ManageAsync(new SetReferences(id, new BillingReferences(body.PurchaseOrder, body.CostCentre))));
        }

        return profile is not null && offers.Any(offer => !profile.Allows(request.Caller.Actor, request.Caller.Role, offer.Total));
    }

    private static async Task<IResult> AnswerAsync(ApiRequest request, Answer<Snapshot<Reservation>> answer)
    {
        var snapshot = request.Granted(answer);
        if (snapshot.State is { Status: ReservationStatus.Refused, End.Cause: EndCause.NoCapacity } refused)
        {
            var reasons = await Task.WhenAll(refused.Attempts.Select(attempt => ReasonAsync(request, attempt)));
            throw new ProblemException(Problem.Of(Refusal.Of(ReservationRefusal.NoCapacity, $"{refused.Id} is refused. {string.Join(" ", reasons)}")));
        }

        request.Http.Response.Headers.Location = $"/v1/reservations/{snapshot.State.Id}";
        // The payment that was asked for a moment ago need not be looked at.
        return answer.Replayed ? await ReservationEndpoints.ShowAsync(request, snapshot) : ReservationEndpoints.Show(request, snapshot, null);
    }

    // What the pool has now, and from when it would have what was asked for: what to ask for next.
    private static async Task<string> ReasonAsync(ApiRequest request, HoldAttempt attempt)
    {
        var (pool, quoteId) = attempt.Candidate;
        if ((await request.Grain<IQuoteGrain>(quoteId.Value).GetAsync())?.State.Terms.Ramp is not { } ramp)
        {
            return $"{pool}: {attempt.RefusedCode}.";
        }

        var units = ramp.PeakUnits();
        var free = await request.Grain<IGpuPoolGrain>(pool.Value).GetFreeAsync(ramp.Term, units);
        var from = free.From is { } earliest ? $"from {earliest}" : "at no time its calendar reaches";
        return $"{pool}: {attempt.RefusedCode}, {free.Units} of {units} units are free throughout; {units} are free for as long {from}.";
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

    private static async Task<ImmutableArray<Quote>> QuoteAllAsync(
        ApiRequest request, ReservationId id, NewReservation body, Term term, ImmutableArray<QuantityStep> steps)
    {
        var candidates = ImmutableArray.CreateBuilder<Quote>();
        Refusal? first = null;
        foreach (var pool in body.PoolIds ?? [])
        {
            var quoteId = PublicId.Derive<QuoteId>(id.Value, pool.Value);
            var operation = new Operation(PublicId.Digest(request.Operation.Id, pool.Value), request.Operation.InputHash);
            var made = await request.Grain<IQuoteGrain>(quoteId.Value).MakeAsync(operation, request.Caller.Organization, pool, term, steps);
            var refusal = made.Refusal ?? (IsAbove(body.MaximumTotal, made.Value!.State.Total)
                ? Refusal.Of(QuoteRefusal.AboveLimit, $"{pool} costs {made.Value.State.Total}.", "maximumTotal")
                : null);
            if (refusal is null)
            {
                candidates.Add(made.Value!.State);
            }

            first ??= refusal is null ? null : body.Demand!.InBody(refusal);
        }

        return candidates.Count > 0 ? candidates.ToImmutable() : throw new ProblemException(Problem.Of(first!));
    }

    private static bool IsAbove(MoneyInput? limit, Money total) => limit is not null && (limit.Currency != total.Currency || total.Minor > limit.AmountMinor);
}
