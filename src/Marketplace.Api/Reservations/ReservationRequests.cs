using System.Collections.Immutable;
using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Reservations;
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
        var grain = request.Grain<IReservationGrain>(id.Value);
        var (candidate, refusal) = body.QuoteId is { } quote ? await QuotedAsync(request, id, quote) : default;
        if (candidate is null && await grain.GetAsync() is { } known)
        {
            // A repeated request: the pools it found before stand, whatever they would answer now.
            return await AnswerAsync(request, await grain.RequestAsync(request.Operation, new RequestReservation(id, tenant, known.State.Candidates)));
        }

        if (refusal is not null)
        {
            throw new ProblemException(Problem.Of(refusal));
        }

        var candidates = candidate is null ? await QuoteAllAsync(request, id, body, term, steps) : [candidate];
        return await AnswerAsync(request, await grain.RequestAsync(request.Operation, new RequestReservation(id, tenant, candidates)));
    }

    private static async Task<IResult> AnswerAsync(ApiRequest request, Answer<Snapshot<Reservation>> answer)
    {
        var snapshot = request.Granted(answer);
        if (snapshot.State is { Status: ReservationStatus.Refused, End.Cause: EndCause.NoCapacity } refused)
        {
            var reasons = string.Join(", ", refused.Attempts.Select(attempt => $"{attempt.Candidate.PoolId}: {attempt.RefusedCode}"));
            throw new ProblemException(Problem.Of(Refusal.Of(ReservationRefusal.NoCapacity, $"{refused.Id} is refused. {reasons}.")));
        }

        request.Http.Response.Headers.Location = $"/v1/reservations/{snapshot.State.Id}";
        // The payment that was asked for a moment ago need not be looked at.
        return answer.Replayed ? await ReservationEndpoints.ShowAsync(request, snapshot) : ReservationEndpoints.Show(request, snapshot, null);
    }

    private static async Task<(ReservationCandidate? Candidate, Refusal? Refusal)> QuotedAsync(ApiRequest request, ReservationId id, QuoteId quoteId)
    {
        var quote = (await request.Grain<IQuoteGrain>(quoteId.Value).GetAsync())?.State;
        if (quote is null)
        {
            return (null, Refusal.Of(QuoteRefusal.NotFound, "There is no such quote.", "quoteId"));
        }

        return quote.RefuseUse(request.Caller.Organization, id, request.MarketNow) is { } refusal
            ? (null, refusal)
            : (new ReservationCandidate(quote.PoolId, quote.Id), null);
    }

    private static async Task<ImmutableArray<ReservationCandidate>> QuoteAllAsync(
        ApiRequest request, ReservationId id, NewReservation body, Term term, ImmutableArray<QuantityStep> steps)
    {
        var candidates = ImmutableArray.CreateBuilder<ReservationCandidate>();
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
                candidates.Add(new ReservationCandidate(pool, quoteId));
            }

            first ??= refusal is null ? null : body.Demand!.InBody(refusal);
        }

        return candidates.Count > 0 ? candidates.ToImmutable() : throw new ProblemException(Problem.Of(first!));
    }

    private static bool IsAbove(MoneyInput? limit, Money total) => limit is not null && (limit.Currency != total.Currency || total.Minor > limit.AmountMinor);
}
