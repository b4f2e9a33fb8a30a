using System.Collections.Immutable;
using CsCheck;
using Marketplace.Domain.Verification.Work;

namespace Marketplace.Domain.Tests.Verification.Work;

/// <summary>Work that was done is believed; work that was skipped, altered, or done for another challenge is not.</summary>
public sealed class WorkCheckTests
{
    private static readonly WorkChallenge Challenge = new(new string('a', 64), 256, 40);
    private static readonly WorkQuestion Question = new(new string('5', 64));
    private static readonly int[][] Product = Multiply(Challenge);

    [Fact]
    public void An_honest_product_is_believed() => Assert.Null(Check(Product));

    [Fact]
    public void One_wrong_number_in_an_opened_row_is_found() => Gen.Select(Gen.Int[0, 39], Gen.Int[0, 255], Gen.Int[1, 1000]).Sample(
        (opened, column, by) => Check(Altered(Question.Rows(Challenge)[opened], column, by)) == WorkFault.NotTheProduct, iter: 20);

    [Fact]
    public void Who_leaves_out_a_tenth_of_the_rows_is_found()
    {
        var lazy = Product.Select((row, at) => at % 10 == 3 ? new int[row.Length] : row).ToArray();

        Assert.Equal(WorkFault.NotTheProduct, Check(lazy));
    }

    [Fact]
    public void A_row_computed_after_the_question_is_not_the_one_committed_to()
    {
        var lazy = Product.Select((row, at) => at % 2 == 0 ? new int[row.Length] : row).ToArray();
        var root = Commit(lazy).Root;

        Assert.Equal(WorkFault.NotCommitted, WorkCheck.Verify(Challenge, root, Question, Open(Product, Commit(Product))));
    }

    [Fact]
    public void The_product_of_another_challenge_is_worthless()
    {
        var other = Challenge with { Nonce = new string('b', 64) };

        Assert.Equal(WorkFault.NotTheProduct, WorkCheck.Verify(other, Commit(Product).Root, Question, Open(Product, Commit(Product))));
    }

    [Fact]
    public void Other_rows_than_those_asked_for_do_not_count()
    {
        var answer = Open(Product, Commit(Product));

        Assert.Equal(WorkFault.WrongRows, WorkCheck.Verify(Challenge, Commit(Product).Root, Question, answer.RemoveAt(0)));
        Assert.Equal(WorkFault.WrongRows, WorkCheck.Verify(Challenge, Commit(Product).Root, new WorkQuestion(new string('6', 64)), answer));
        Assert.Equal(WorkFault.WrongRows, WorkCheck.Verify(Challenge, Commit(Product).Root, Question, answer.SetItem(0, answer[0] with { Values = [1] })));
        Assert.Equal(WorkFault.NotCommitted, WorkCheck.Verify(Challenge, Commit(Product).Root, Question, answer.SetItem(0, answer[0] with { Path = [.. answer[0].Path.Select(_ => "zz")] })));
    }

    [Theory]
    [InlineData(100, 1)]
    [InlineData(300, 1)]
    [InlineData(65_536, 1)]
    [InlineData(256, 0)]
    [InlineData(256, 257)]
    public void A_challenge_out_of_bounds_proves_nothing(int size, int opened) =>
        Assert.Equal(WorkFault.ChallengeUnsound, WorkCheck.Verify(Challenge with { Size = size, OpenedRows = opened }, "", Question, []));

    [Fact]
    public void Three_hundred_rows_find_one_in_a_hundred() => Assert.Equal(299, WorkChallenge.RowsFor(0.01, 0.95));

    [Fact]
    public void Numbers_of_a_factor_are_spread_over_all_values()
    {
        var row = new sbyte[Challenge.Size];
        var seen = new HashSet<sbyte>();
        for (var at = 0; at < Challenge.Size; at++)
        {
            Challenge.RightRow(at, row);
            seen.UnionWith(row);
        }

        Assert.Equal(256, seen.Count);
    }

    private static WorkFault? Check(int[][] product)
    {
        var commitment = Commit(product);
        return WorkCheck.Verify(Challenge, commitment.Root, Question, Open(product, commitment));
    }

    private static WorkCommitment Commit(int[][] product) => WorkCommitment.Of([.. product.Select(row => WorkCommitment.Leaf(row))]);

    private static ImmutableArray<OpenedRow> Open(int[][] product, WorkCommitment commitment) =>
        [.. Question.Rows(Challenge).Select(row => new OpenedRow(row, [.. product[row]], commitment.Path(row)))];

    private static int[][] Altered(int row, int column, int by)
    {
        var altered = Product.Select(numbers => (int[])numbers.Clone()).ToArray();
        altered[row][column] += by;
        return altered;
    }

    private static int[][] Multiply(WorkChallenge challenge)
    {
        var right = Enumerable.Range(0, challenge.Size).Select(_ => new sbyte[challenge.Size]).ToArray();
        for (var row = 0; row < challenge.Size; row++)
        {
            challenge.RightRow(row, right[row]);
        }

        var left = new sbyte[challenge.Size];
        var product = new int[challenge.Size][];
        for (var row = 0; row < challenge.Size; row++)
        {
            challenge.LeftRow(row, left);
            product[row] = [.. Enumerable.Range(0, challenge.Size).Select(column => left.Select((number, at) => number * right[at][column]).Sum())];
        }

        return product;
    }
}
