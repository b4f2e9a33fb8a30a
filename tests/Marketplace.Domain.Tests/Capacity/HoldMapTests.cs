using CsCheck;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Tests.Capacity;

public sealed class HoldMapTests
{
    [Fact]
    public void Holds_what_a_dictionary_holds() => Gen.Select(Gen.Int[0, 400], Gen.Int[0, 3]).List[0, 600].Sample(steps =>
    {
        var expected = new Dictionary<ReservationId, Hold>();
        var map = HoldMap.Empty;
        foreach (var (number, kind) in steps)
        {
            var hold = new Hold { Id = ReservationId.From($"rsv_{number}"), Status = (HoldStatus)kind, PlacedAt = Instant.MinValue };
            var before = map;
            if (kind == 3)
            {
                expected.Remove(hold.Id);
                map = map.Remove(hold.Id);
            }
            else
            {
                expected[hold.Id] = hold;
                map = map.Set(hold);
            }

            Assert.Equal(expected.Count, map.Count);
            Assert.Equal(before.Count, before.ToList().Count);
        }

        Assert.Equal(expected.Values.OrderBy(hold => hold.Id.Value, StringComparer.Ordinal), map.OrderBy(hold => hold.Id.Value, StringComparer.Ordinal));
        Assert.All(Enumerable.Range(0, 401), number =>
            Assert.Same(expected.GetValueOrDefault(ReservationId.From($"rsv_{number}")), map.Find(ReservationId.From($"rsv_{number}"))));
    });

    [Fact]
    public void Holds_whose_hashes_are_alike_are_told_apart()
    {
        // 200,000 ids share a 32-bit hash among some pairs of them: by the birthday bound about five.
        var map = HoldMap.Empty;
        for (var i = 0; i < 200_000; i++)
        {
            map = map.Set(new Hold { Id = ReservationId.From($"rsv_{i}"), Status = HoldStatus.Placed, PlacedAt = Instant.MinValue });
        }

        Assert.Equal(200_000, map.Count);
        Assert.DoesNotContain(Enumerable.Range(0, 200_000), i => map.Find(ReservationId.From($"rsv_{i}"))?.Id.Value != $"rsv_{i}");
        for (var i = 0; i < 200_000; i++)
        {
            map = map.Remove(ReservationId.From($"rsv_{i}"));
        }

        Assert.Empty(map);
        Assert.Equal(0, map.Count);
    }
}
