using CsCheck;
using Marketplace.Domain.Verification.Work;

namespace Marketplace.Domain.Tests.Verification.Work;

/// <summary>Memory that is kept answers; memory that is not, or is another's, does not.</summary>
public sealed class MemoryChallengeTests
{
    private static readonly MemoryChallenge Challenge = new(new string('a', 64), 64, 256, 500);
    private static readonly MemoryQuestion Question = new(new string('5', 64));

    [Fact]
    public void Who_kept_every_block_reads_what_the_marketplace_makes_again() =>
        Assert.Equal(Question.Answer(Challenge), Read(Challenge, Question, Filled(Challenge)));

    [Fact]
    public void Whatever_block_of_the_chain_is_missing_the_answer_is_another()
    {
        var kept = Filled(Challenge);
        foreach (var block in kept.Index().Where(block => block.Index % 8 == 3))
        {
            Array.Clear(block.Item);
        }

        Assert.NotEqual(Question.Answer(Challenge), Read(Challenge, Question, kept));
    }

    [Fact]
    public void Another_nonce_and_another_seed_ask_for_another_word()
    {
        var honest = Question.Answer(Challenge);

        Assert.NotEqual(honest, Question.Answer(Challenge with { Nonce = new string('b', 64) }));
        Assert.NotEqual(honest, new MemoryQuestion(new string('6', 64)).Answer(Challenge));
    }

    [Fact]
    public void The_chain_visits_the_whole_memory()
    {
        var kept = Filled(Challenge);
        var visited = new HashSet<long>();
        Read(Challenge, Question, kept, place => visited.Add(place / Challenge.BlockWords));

        // 500 reads of 64 blocks: that fewer than 60 are met has a chance below one in a million.
        Assert.InRange(visited.Count, 60, 64);
    }

    [Fact]
    public void A_word_of_a_block_needs_the_block_as_it_was_filled_first()
    {
        var block = new ulong[256];
        MemoryChallenge.Fill(7, 0, block);
        var once = new ulong[256];
        var word = WorkChallenge.Word(7, 0);
        for (var at = 0; at < once.Length; at++)
        {
            once[at] = word = WorkChallenge.Word(word, (ulong)at);
        }

        Assert.Empty(block.Intersect(once));
    }

    [Theory]
    [InlineData(0, 256, 1)]
    [InlineData(1, 255, 1)]
    [InlineData(1, 384, 1)]
    [InlineData(1, 131_072, 1)]
    [InlineData(1, 256, 0)]
    [InlineData(1, 65_536, 65_536)]
    [InlineData((1 << 26) + 1, 256, 1)]
    public void What_nobody_could_fill_or_check_is_unsound(int blocks, int blockWords, int reads) =>
        Assert.False(new MemoryChallenge(new string('a', 64), blocks, blockWords, reads).IsSound);

    [Fact]
    public void Places_are_within_the_memory() => Gen.Select(Gen.ULong, Gen.Int[0, 1 << 16], Gen.ULong, Gen.Long[1, 1L << 42]).Sample(
        (start, read, before, words) => MemoryChallenge.Place(start, read, before, words) is var place && place >= 0 && place < words);

    private static ulong[][] Filled(MemoryChallenge challenge) => [.. Enumerable.Range(0, challenge.Blocks).Select(block =>
    {
        var words = new ulong[challenge.BlockWords];
        MemoryChallenge.Fill(challenge.Key, block, words);
        return words;
    })];

    private static ulong Read(MemoryChallenge challenge, MemoryQuestion question, ulong[][] kept, Action<long>? visit = null)
    {
        ulong word = 0;
        for (var read = 0; read < challenge.Reads; read++)
        {
            var place = MemoryChallenge.Place(question.Start, read, word, challenge.Words);
            visit?.Invoke(place);
            word = kept[place / challenge.BlockWords][place % challenge.BlockWords];
        }

        return word;
    }
}
