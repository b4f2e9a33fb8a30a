using System.Collections.Immutable;
using NodaTime;

namespace Marketplace.Domain.Terms;

/// <summary>A quantity over a stretch of time.</summary>
/// <param name="Quantity">More than 0.</param>
/// <param name="From">First instant.</param>
/// <param name="Until">First instant after.</param>
public readonly record struct QuantityLayer(decimal Quantity, Instant From, Instant Until)
{
    /// <summary>
    /// Levels that follow each other, as layers upon each other: a rise adds one, a fall takes from the last. At any instant
    /// the layers add up to the level.
    /// </summary>
    /// <param name="levels">Ascending in time, without overlap; between them the level is 0.</param>
    public static ImmutableArray<QuantityLayer> Of(IEnumerable<QuantityLayer> levels)
    {
        var layers = ImmutableArray.CreateBuilder<QuantityLayer>();
        var open = new Stack<QuantityLayer>();
        var height = 0m;
        var end = Instant.MinValue;
        foreach (var level in levels)
        {
            Lower(level.From == end ? level.Quantity : 0, end);
            if (level.Quantity > height)
            {
                open.Push(level with { Quantity = level.Quantity - height });
                height = level.Quantity;
            }

            end = level.Until;
        }

        Lower(0, end);
        return layers.ToImmutable();

        void Lower(decimal to, Instant at)
        {
            while (height > to)
            {
                var top = open.Pop();
                var gone = Math.Min(top.Quantity, height - to);
                layers.Add(top with { Quantity = gone, Until = at });
                height -= gone;
                if (gone < top.Quantity)
                {
                    open.Push(top with { Quantity = top.Quantity - gone });
                }
            }
        }
    }
}
