using CsCheck;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Tests.Terms;

public sealed class QuantityLayerTests
{
    private static readonly Instant Start = Instant.FromUtc(2027, 3, 1, 0, 0);

    [Fact]
    public void What_comes_last_goes_first() => Assert.Equal(
        [Layer(2, 10, 20), Layer(1, 5, 30), Layer(3, 0, 30), Layer(4, 40, 50)],
        QuantityLayer.Of([Layer(3, 0, 5), Layer(4, 5, 10), Layer(6, 10, 20), Layer(4, 20, 30), Layer(4, 40, 50)]));

    [Fact]
    public void Layers_add_up_to_the_level_at_any_time() => Gen.Select(Gen.Int[0, 5], Gen.Int[1, 4], Gen.Bool).Array[0, 12].Sample(steps =>
    {
        var levels = new List<QuantityLayer>();
        var at = 0;
        foreach (var (units, hours, gap) in steps)
        {
            at += gap ? 1 : 0;
            if (units > 0)
            {
                levels.Add(Layer(units, at, at + hours));
            }

            at += hours;
        }

        var layers = QuantityLayer.Of(levels);

        Assert.All(layers, layer => Assert.True(layer.Quantity > 0 && layer.From < layer.Until));
        Assert.All(Enumerable.Range(0, at + 1), hour => Assert.Equal(Level(levels, hour), Level(layers, hour)));
    });

    private static decimal Level(IEnumerable<QuantityLayer> layers, int hour)
    {
        var instant = Start + Duration.FromHours(hour);
        return layers.Where(layer => layer.From <= instant && instant < layer.Until).Sum(layer => layer.Quantity);
    }

    private static QuantityLayer Layer(decimal quantity, int from, int until) =>
        new(quantity, Start + Duration.FromHours(from), Start + Duration.FromHours(until));
}
