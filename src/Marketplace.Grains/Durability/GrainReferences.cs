namespace Marketplace.Grains.Durability;

/// <summary>
/// References to grains. Orleans looks an interface's wire identity up by reflection for every reference it makes; here that
/// is done once for each interface.
/// </summary>
public static class GrainReferences
{
    private static volatile Identity? aggregate;

    /// <summary>The grain of a key.</summary>
    public static TGrain Of<TGrain>(this IGrainFactory grains, string key)
        where TGrain : IGrainWithStringKey
    {
        if (Known<TGrain>.Identity is { } known)
        {
            return (TGrain)grains.GetGrain(GrainId.Create(known.Type, key), known.Interface);
        }

        var first = grains.GetGrain<TGrain>(key);
        Known<TGrain>.Identity = new(first.GetGrainId().Type, ((GrainReference)(object)first).InterfaceType);
        return first;
    }

    /// <summary>The grain of an id, whatever its type, by what every aggregate answers.</summary>
    internal static IAggregateGrain Aggregate(this IGrainFactory grains, GrainId id)
    {
        if (aggregate is { } known)
        {
            return (IAggregateGrain)grains.GetGrain(id, known.Interface);
        }

        var first = grains.GetGrain<IAggregateGrain>(id);
        aggregate = new(id.Type, ((GrainReference)first).InterfaceType);
        return first;
    }

    private sealed record Identity(GrainType Type, GrainInterfaceType Interface);

    private static class Known<TGrain>
    {
        public static volatile Identity? Identity;
    }
}
