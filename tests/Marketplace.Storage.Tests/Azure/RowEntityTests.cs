using CsCheck;
using Marketplace.Storage.Azure;

namespace Marketplace.Storage.Tests.Azure;

public sealed class RowEntityTests
{
    private static readonly Gen<string> AnyKey = Gen.Char[(char)1, (char)0xD7FF].Array[0, 6].Select(letters => new string(letters));

    [Fact]
    public void Reversed_keys_sort_the_other_way_round() => Gen.Select(AnyKey, AnyKey, Gen.Bool).Sample((one, other, extend) =>
    {
        other = extend ? one + other : other;
        Assert.Equal(Math.Sign(string.CompareOrdinal(other, one)), Math.Sign(string.CompareOrdinal(RowEntity.Reversed(one), RowEntity.Reversed(other))));
    });

    [Fact]
    public void One_row_in_about_sixteen_leaves_a_milestone()
    {
        var milestones = Enumerable.Range(0, 16_000).Count(i => RowEntity.Milestone("p", $"2026-01-05T09:00:{i:D5}-res_abc") is not null);

        Assert.InRange(milestones, 500, 2000);
    }
}
