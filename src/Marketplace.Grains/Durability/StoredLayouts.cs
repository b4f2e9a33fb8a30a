namespace Marketplace.Grains.Durability;

/// <summary>
/// Layouts of records, journal entries and snapshots, by number. A change that earlier code would not keep (a new member it would
/// drop, a new kind of fact) takes two releases: the first reads the new layout and writes the old one, the second writes it. So
/// at any time of a rolling upgrade, and back, each process reads what the other writes; and code two releases behind refuses
/// what it does not know instead of losing it.
/// </summary>
/// <param name="Writes">The layout this process writes; what was in a later one stays in it.</param>
/// <param name="Reads">The latest layout this process reads; not below <paramref name="Writes"/>.</param>
internal sealed record StoredLayouts(int Writes, int Reads)
{
    /// <summary>This release's.</summary>
    public const int CurrentSchema = 1;

    /// <summary>This release's.</summary>
    public static StoredLayouts Current { get; } = new(CurrentSchema, CurrentSchema);

    /// <summary>The number to write: a record or journal never goes back to a layout that may not hold all of it.</summary>
    public int Over(int stored) => Math.Max(stored, Writes);

    /// <exception cref="InvalidOperationException">It is of a later layout than this code reads; nothing was read or written.</exception>
    public void Require(int stored, object what)
    {
        if (stored > Reads)
        {
            throw new InvalidOperationException($"{what} was written by a newer version: it has schema {stored}, and this one reads up to {Reads}.");
        }
    }
}
