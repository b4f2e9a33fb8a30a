using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Api.Http;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Reservations;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Quotes;

namespace Marketplace.Api.Reservations;

/// <summary>Why none of the pools asked for holds the capacity: one fault a pool, named as the request names it.</summary>
internal static class PoolReasons
{
    private static readonly string NotFree = ProblemCode.Of(HoldRefusal.NotFree).Code;

    /// <summary>
    /// None of the pools gave a quote. One pool's refusal, and one that is the same for all, is the answer; else it is that
    /// there is no capacity.
    /// </summary>
    /// <param name="body">What was asked for.</param>
    /// <param name="refusals">Each pool's refusal, in the order of the pools.</param>
    public static Problem Of(NewReservation body, ImmutableArray<Refusal> refusals)
    {
        if (refusals is [var only])
        {
            var named = body.Demand!.InBody(only);
            return Problem.Of(named.Field is null or "poolId" ? named with { Field = Pool(0) } : named);
        }

        ImmutableArray<Fault> errors = [.. refusals.Select((refusal, i) => new Fault(Pool(i), refusal.Code, refusal.Detail))];
        return refusals.All(refusal => refusal.Code == refusals[0].Code)
            ? new Problem(ProblemCode.Of(refusals[0]), Sentence(errors)) { Errors = errors }
            : NoCapacity(null, errors);
    }

    /// <summary>The pools that gave a quote did not hold the capacity.</summary>
    public static async Task<Problem> ForAsync(ApiRequest request, NewReservation body, Reservation refused)
    {
        var errors = ImmutableArray.CreateBuilder<Fault>();
        foreach (var (pool, field) in body.PoolIds is { } pools ? pools.Select((pool, i) => (pool, Pool(i))) : refused.Candidates.Select(candidate => (candidate.PoolId, "quoteId")))
        {
            if (refused.Attempts.FirstOrDefault(attempt => attempt.Candidate.PoolId == pool) is { RefusedCode: { } code } tried)
            {
                errors.Add(new Fault(field, code, await WordsAsync(request, tried.Candidate, code)));
            }
            else if (refused.PassedOver?.FirstOrDefault(passed => passed.PoolId == pool) is { } passed)
            {
                errors.Add(new Fault(field, passed.Code, passed.Detail));
            }
        }

        return NoCapacity(refused.Id, errors.ToImmutable());
    }

    private static Problem NoCapacity(ReservationId? refused, ImmutableArray<Fault> errors) => new(
        ProblemCode.Of(ReservationRefusal.NoCapacity) with { Retryable = errors.All(error => ProblemCode.Find(error.Code) is { Retryable: true }) },
        (refused is { } id ? $"{id} is refused. " : "") + Sentence(errors))
    {
        Errors = errors,
    };

    private static string Sentence(ImmutableArray<Fault> errors) => string.Join(" ", errors.Select(error => error.Message));

    // What the pool has now, and from when it would have what was asked for: what to ask for next.
    private static async Task<string> WordsAsync(ApiRequest request, ReservationCandidate candidate, string code)
    {
        var quote = (await request.Grain<IQuoteGrain>(candidate.QuoteId.Value).GetAsync())?.State;
        if (code != NotFree || quote is null)
        {
            return $"{candidate.PoolId}: {ProblemCode.Find(code)?.Title ?? code}";
        }

        var (ramp, perUnit) = (quote.Terms.Ramp, quote.Terms.GpusPerUnit);
        var units = ramp.PeakUnits();
        var free = await request.Grain<IGpuPoolGrain>(candidate.PoolId.Value).GetFreeAsync(ramp.Term, units);
        var next = free.From is { } from ? $"are free for as long from {from}" : "are never free for as long";
        return $"{candidate.PoolId} has {Amount(free.Units, perUnit)} free throughout the term; {Amount(units, perUnit)} {next}.";
    }

    private static string Amount(int units, int gpusPerUnit) => gpusPerUnit == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{units:N0} kW")
        : string.Create(CultureInfo.InvariantCulture, $"{(long)units * gpusPerUnit:N0} {(units * gpusPerUnit == 1 ? "GPU" : "GPUs")} ({units:N0} {(units == 1 ? "node" : "nodes")})");

    private static string Pool(int index) => $"poolIds[{index}]";
}
