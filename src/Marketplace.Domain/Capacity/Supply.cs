using NodaTime;

namespace Marketplace.Domain.Capacity;

/// <summary>From this whole UTC hour on, until the next step, the pool has this supply.</summary>
/// <param name="From">A whole UTC hour.</param>
/// <param name="Units">Units that may be held; 0 or more.</param>
public readonly record struct SupplyStep(Instant From, int Units);

/// <summary>From this hour on, until the next step, a pool's supply, use and what is free.</summary>
/// <param name="From">A whole UTC hour.</param>
/// <param name="Supply">Units that may be held.</param>
/// <param name="Held">Units that holds keep, placed and confirmed.</param>
/// <param name="Free">The rest; never negative.</param>
public readonly record struct AvailabilityStep(Instant From, int Supply, int Held, int Free);
