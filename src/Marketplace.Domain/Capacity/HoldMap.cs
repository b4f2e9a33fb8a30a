using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Capacity;

/// <summary>
/// Holds by id, immutable: a hash trie of nodes with 16 slots. With 100,000 holds a change copies five small nodes and
/// follows five pointers, where a balanced binary tree copies and follows seventeen.
/// </summary>
internal sealed class HoldMap : IEnumerable<Hold>
{
    private const int Width = 16;
    private const int Bits = 4;
    private const int Levels = 32 / Bits;

    private readonly Node root;

    private HoldMap(Node root, int count)
    {
        this.root = root;
        Count = count;
    }

    internal static HoldMap Empty { get; } = new(new Node(default), 0);

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
        while (slot is Node node)
        {
            slot = node.Slots[(int)(hash % Width)];
            hash >>= Bits;
        }

        return slot switch
        {
            Hold hold => hold.Id == id ? hold : null,
            ImmutableList<Hold> alike => alike.Find(hold => hold.Id == id),
            _ => null,
        };
    }

    /// <summary>The map with this hold, in place of one with the same id.</summary>
    internal HoldMap Set(Hold hold)
    {
        var added = true;
        var changed = Set(root, hold, HashOf(hold.Id), 0, ref added);
        return new HoldMap((Node)changed, added ? Count + 1 : Count);
    }

    /// <summary>The map without the hold of this id.</summary>
    internal HoldMap Remove(ReservationId id) => Find(id) is null
        ? this
        : new HoldMap(AsRoot(Remove(root, id, HashOf(id))), Count - 1);

    private static Node AsRoot(object? left) => left switch
    {
        Node node => node,
        Hold only => Empty.Set(only).root,
        _ => Empty.root,
    };

    private static uint HashOf(ReservationId id) => (uint)id.Value.GetHashCode(StringComparison.Ordinal);

    private static void Collect(object? slot, List<Hold> holds)
    {
        switch (slot)
        {
            case Hold hold:
                holds.Add(hold);
                break;
            case ImmutableList<Hold> alike:
                holds.AddRange(alike);
                break;
            case Node node:
                for (var i = 0; i < Width; i++)
                {
                    Collect(node.Slots[i], holds);
                }

                break;
        }
    }

    private static object Set(object? slot, Hold hold, uint hash, int level, ref bool added)
    {
        switch (slot)
        {
            case null:
                return hold;
            case Node node:
                var slots = node.Slots;
                slots[(int)(hash % Width)] = Set(slots[(int)(hash % Width)], hold, hash >> Bits, level + 1, ref added);
                return new Node(slots);
            case ImmutableList<Hold> alike:
                var at = alike.FindIndex(other => other.Id == hold.Id);
                added = at < 0;
                return at < 0 ? alike.Add(hold) : alike.SetItem(at, hold);
        }

        var resident = (Hold)slot;
        if (resident.Id == hold.Id)
        {
            added = false;
            return hold;
        }

        if (level == Levels)
        {
            return ImmutableList.Create(resident, hold);
        }

        var below = default(Slots);
        below[(int)((HashOf(resident.Id) >> (Bits * level)) % Width)] = resident;
        return Set(new Node(below), hold, hash, level, ref added);
    }

    // What is left, which is at least a node wherever more than one hold is.
    private static object? Remove(object? slot, ReservationId id, uint hash)
    {
        switch (slot)
        {
            case Node node:
                var slots = node.Slots;
                slots[(int)(hash % Width)] = Remove(slots[(int)(hash % Width)], id, hash >> Bits);
                object? only = null;
                for (var i = 0; i < Width; i++)
                {
                    if (slots[i] is null)
                    {
                        continue;
                    }

                    if (only is not null || slots[i] is not Hold)
                    {
                        return new Node(slots);
                    }

                    only = slots[i];
                }

                return only;
            case ImmutableList<Hold> alike:
                var rest = alike.RemoveAll(hold => hold.Id == id);
                return rest is [var last] ? last : rest;
            default:
                return null;
        }
    }

    private sealed class Node(Slots slots)
    {
        internal readonly Slots Slots = slots;
    }

    /// <summary>Each is empty, a hold, a node below, or, where the hash is used up, a list of holds with one hash.</summary>
    [InlineArray(Width)]
    private struct Slots
    {
        private object? first;
    }
}
