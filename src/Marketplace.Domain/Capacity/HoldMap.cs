using System.Collections;
using System.Runtime.CompilerServices;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Capacity;

/// <summary>
/// Holds by id, immutable: a hash trie of nodes with 16 slots, at whose ends a few holds lie beside their hashes. With 100,000
/// holds a change copies four nodes and one such end, and reads no hold but its own; a balanced binary tree copies seventeen.
/// </summary>
internal sealed class HoldMap : IEnumerable<Hold>
{
    private const int Width = 16;
    private const int Bits = 4;
    private const int Levels = 32 / Bits;

    // More holds than this go into a node of their own, as long as their hashes tell them apart.
    private const int MostAtAnEnd = 4;

    private readonly Node root;

    private HoldMap(Node root, int count)
    {
        this.root = root;
        Count = count;
    }

    internal static HoldMap Empty { get; } = new(new Node(), 0);

    internal int Count { get; }

    /// <inheritdoc/>
    public IEnumerator<Hold> GetEnumerator()
    {
        var holds = new List<Hold>(Count);
        Collect(root, holds);
        return holds.GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The hold with this id, or null.</summary>
    internal Hold? Find(ReservationId id)
    {
        var hash = HashOf(id);
        object? slot = root;
        for (var level = 0; slot is Node node; level++)
        {
            slot = node.Slots[SlotOf(hash, level)];
        }

        return slot is Entry[] end && IndexOf(end, id, hash) is >= 0 and var at ? end[at].Hold : null;
    }

    /// <summary>The map with this hold, in place of one with the same id.</summary>
    internal HoldMap Set(Hold hold)
    {
        var added = true;
        var changed = Set(root, new Entry(HashOf(hold.Id), hold.Id, hold), 0, ref added);
        return new HoldMap((Node)changed, added ? Count + 1 : Count);
    }

    /// <summary>The map without the hold of this id.</summary>
    internal HoldMap Remove(ReservationId id) => Find(id) is null
        ? this
        : new HoldMap(AsRoot(Remove(root, id, HashOf(id), 0)), Count - 1);

    private static Node AsRoot(object? left) => left switch
    {
        Node node => node,
        Entry[] end => Spread(end, 0),
        _ => Empty.root,
    };

    private static uint HashOf(ReservationId id) => (uint)id.Value.GetHashCode(StringComparison.Ordinal);

    private static int SlotOf(uint hash, int level) => (int)((hash >> (Bits * level)) % Width);

    private static int IndexOf(Entry[] end, ReservationId id, uint hash)
    {
        for (var i = 0; i < end.Length; i++)
        {
            if (end[i].Hash == hash && end[i].Id == id)
            {
                return i;
            }
        }

        return -1;
    }

    private static void Collect(object? slot, List<Hold> holds)
    {
        switch (slot)
        {
            case Entry[] end:
                foreach (var entry in end)
                {
                    holds.Add(entry.Hold);
                }

                break;
            case Node node:
                for (var i = 0; i < Width; i++)
                {
                    Collect(node.Slots[i], holds);
                }

                break;
        }
    }

    private static object Set(object? slot, Entry entry, int level, ref bool added)
    {
        if (slot is Node node)
        {
            var at = SlotOf(entry.Hash, level);
            return node.With(at, Set(node.Slots[at], entry, level + 1, ref added));
        }

        if (slot is not Entry[] end)
        {
            return new[] { entry };
        }

        var index = IndexOf(end, entry.Id, entry.Hash);
        if (index < 0 && end.Length >= MostAtAnEnd && level < Levels)
        {
            return Set(Spread(end, level), entry, level, ref added);
        }

        added = index < 0;
        var changed = new Entry[added ? end.Length + 1 : end.Length];
        end.CopyTo(changed, 0);
        changed[added ? end.Length : index] = entry;
        return changed;
    }

    private static Node Spread(Entry[] end, int level)
    {
        var node = new Node();
        foreach (var entry in end)
        {
            ref var slot = ref node.Slots[SlotOf(entry.Hash, level)];
            slot = slot is Entry[] others ? [.. others, entry] : new[] { entry };
        }

        return node;
    }

    // What is left: nothing, an end, or a node wherever holds lie in more than one slot.
    private static object? Remove(object? slot, ReservationId id, uint hash, int level)
    {
        if (slot is Node node)
        {
            var at = SlotOf(hash, level);
            return Pulled(node.With(at, Remove(node.Slots[at], id, hash, level + 1)));
        }

        var end = (Entry[])slot!;
        var index = IndexOf(end, id, hash);
        return end.Length == 1 ? null : (Entry[])[.. end.AsSpan(0, index), .. end.AsSpan(index + 1)];
    }

    // A node whose only slot is an end is that end.
    private static object? Pulled(Node node)
    {
        object? only = null;
        for (var i = 0; i < Width; i++)
        {
            if (node.Slots[i] is not { } slot)
            {
                continue;
            }

            if (only is not null || slot is Node)
            {
                return node;
            }

            only = slot;
        }

        return only;
    }

    /// <summary>A hold beside its id and the id's hash: looking for another one reads nothing of it, looking for it not first the hold.</summary>
    private readonly record struct Entry(uint Hash, ReservationId Id, Hold Hold);

    private sealed class Node
    {
        // Written while the node is made, never after.
        internal Slots Slots;

        internal Node With(int index, object? slot)
        {
            var node = new Node { Slots = Slots };
            node.Slots[index] = slot;
            return node;
        }
    }

    /// <summary>Each is empty, an end (<see cref="Entry"/>s), or a node below.</summary>
    [InlineArray(Width)]
    private struct Slots
    {
        private object? first;
    }
}
