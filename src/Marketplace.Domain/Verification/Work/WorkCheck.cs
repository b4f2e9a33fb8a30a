using System.Collections.Immutable;
using System.Numerics;

namespace Marketplace.Domain.Verification.Work;

/// <summary>One opened row.</summary>
/// <param name="Row">Its index.</param>
/// <param name="Values">Its n numbers.</param>
/// <param name="Path">Its way to the root.</param>
public sealed record OpenedRow(int Row, ImmutableArray<int> Values, ImmutableArray<string> Path);

/// <summary>Why an answer proves nothing.</summary>
public enum WorkFault
{
    /// <summary>The challenge itself is out of bounds.</summary>
    ChallengeUnsound,

    /// <summary>Not exactly the rows asked for were opened, or a row has not n numbers.</summary>
    WrongRows,

    /// <summary>A row is not the one that was committed to.</summary>
    NotCommitted,

    /// <summary>A row is not that row of the product: it was not computed.</summary>
    NotTheProduct,
}

/// <summary>
/// Checks a product without computing it (Freivalds): row i of C = A·B must satisfy Cᵢ·r = Aᵢ·(B·r) for a vector r drawn after
/// the commitment. Exact integers throughout. It proves that this much arithmetic was done between challenge and commitment, by
/// whatever did it; which device that was, and that it is not shared, other evidence has to show.
/// </summary>
public static class WorkCheck
{
    /// <summary>The first fault of an answer, or null. Costs n² for the vector and n for every opened row.</summary>
    /// <param name="challenge">What was to be computed.</param>
    /// <param name="root">What the node committed to.</param>
    /// <param name="question">What was asked afterwards.</param>
    /// <param name="answer">The opened rows, in the order asked for.</param>
    public static WorkFault? Verify(WorkChallenge challenge, string root, WorkQuestion question, ImmutableArray<OpenedRow> answer)
    {
        if (!challenge.IsSound)
        {
            return WorkFault.ChallengeUnsound;
        }

        var size = challenge.Size;
        if (!answer.Select(row => row.Row).SequenceEqual(question.Rows(challenge))
            || answer.Any(row => row.Values.Length != size || row.Path.Length != BitOperations.Log2((uint)size)))
        {
            return WorkFault.WrongRows;
        }

        if (answer.Any(row => !string.Equals(WorkCommitment.RootOf(row.Row, WorkCommitment.Leaf(row.Values.AsSpan()), row.Path), root, StringComparison.OrdinalIgnoreCase)))
        {
            return WorkFault.NotCommitted;
        }

        var vector = question.Vector(size);
        var image = new long[size];
        var numbers = new sbyte[size];
        for (var row = 0; row < size; row++)
        {
            challenge.RightRow(row, numbers);
            image[row] = Product(numbers, vector);
        }

        foreach (var row in answer)
        {
            challenge.LeftRow(row.Row, numbers);
            Int128 expected = 0;
            Int128 found = 0;
            for (var column = 0; column < size; column++)
            {
                expected += (Int128)numbers[column] * image[column];
                found += (long)row.Values[column] * vector[column];
            }

            if (expected != found)
            {
                return WorkFault.NotTheProduct;
            }
        }

        return null;
    }

    // At most 2^15 products of 7 by 32 bits: 64 bits hold their sum.
    private static long Product(ReadOnlySpan<sbyte> numbers, uint[] vector)
    {
        long sum = 0;
        for (var column = 0; column < numbers.Length; column++)
        {
            sum += (long)numbers[column] * vector[column];
        }

        return sum;
    }
}
