using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Reservations;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;

namespace Marketplace.Grains.Reservations;

/// <summary>What a reservation has in writing about its hold is what its pool has: nothing is sold without a hold, and no ended reservation keeps one.</summary>
internal sealed class ReservationHoldInvariant(GrainServices services, IRecordScan scan) : IInvariant
{
    private const string Noun = "reservation";
    private const int Page = 500;

    public string Name => "reservation_hold_is_the_pools";

    public string Meaning => "A reservation that holds capacity has an open hold in its pool, a binding one a confirmed hold, and one that released it has none.";

    public async Task<ImmutableArray<string>> ViolationsAsync(CancellationToken cancellation)
    {
        if (!scan.IsAvailable)
        {
            return ["This storage provider cannot list records, so this is not checked."];
        }

        var violations = ImmutableArray.CreateBuilder<string>();
        string? after = null;
        IReadOnlyList<string> keys;
        do
        {
            keys = await scan.KeysAsync(Noun, Noun, after, Page, cancellation);
            foreach (var key in keys)
            {
                if (await ViolationAsync(key) is { } violation)
                {
                    violations.Add(violation);
                }
            }

            after = keys.Count > 0 ? keys[^1] : null;
        }
        while (keys.Count == Page);
        return violations.ToImmutable();
    }

    private async Task<string?> ViolationAsync(string key)
    {
        // A step may be taken between the two reads, so what looks wrong counts only if the reservation stands as before.
        for (var before = await ReadAsync(key); ;)
        {
            if (before?.State is not { Agreement: { } agreement } reservation)
            {
                return null;
            }

            var hold = await services.Grains.GetGrain<IGpuPoolGrain>(agreement.PoolId.Value).GetHoldAsync(reservation.Id);
            var agrees = reservation.Hold switch
            {
                HoldState.Placed => hold is { IsOpen: true },
                HoldState.Confirmed => hold?.Status == HoldStatus.Confirmed,
                HoldState.Released => hold is not { IsOpen: true },
                _ => true,
            };
            var now = agrees ? before : await ReadAsync(key);
            if (now?.Version == before.Version)
            {
                return agrees ? null : $"{key} has its hold in {agreement.PoolId} as {reservation.Hold}, the pool as {hold?.Status.ToString() ?? "none"}.";
            }

            before = now;
        }
    }

    private async Task<Snapshot<Reservation>?> ReadAsync(string key) => await services.Grains.GetGrain<IReservationGrain>(key).GetAsync();
}
