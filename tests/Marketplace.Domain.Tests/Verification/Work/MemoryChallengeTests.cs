using CsCheck;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Work;

namespace Marketplace.Domain.Tests.Verification.Work;

/// <summary>Memory that is kept answers; memory that is not, or is another's, does not.</summary>
public sealed class MemoryChallengeTests
{
    private static readonly MemoryChallenge Challenge = new(new string('a', 64), 64, 256, 500);
    private static readonly MemoryQuestion Question = new(new string('5', 64));

    private static readonly string Check = new('7', 64);

    [Fact]
    public void Who_kept_every_block_is_believed() => Assert.Null(MemoryCheck.Verify(Challenge, Question, Check, Words(Filled(Challenge))));

    [Fact]
    public void Who_kept_no_block_in_eight_is_not()
    {
        var kept = Filled(Challenge);
        foreach (var block in kept.Index().Where(block => block.Index % 8 == 3))
        {
            Array.Clear(block.Item);
        }

        Assert.Equal(MemoryFault.WrongWord, MemoryCheck.Verify(Challenge, Question, Check, Words(kept)));
    }

    [Fact]
    public void A_share_of_made_up_words_is_found_as_often_as_stated()
    {
        // 5 % of the words are another's: 99 that are made again miss all of them once in 160 times.
        var words = Words(Filled(Challenge));
        foreach (var read in Enumerable.Range(0, Challenge.Reads).Where(read => read % 20 == 9))
        {
            words[read * sizeof(ulong)] ^= 1;
        }

        var found = Enumerable.Range(0, 100).Count(turn => MemoryCheck.Verify(Challenge, Question, turn.ToString("d64", System.Globalization.CultureInfo.InvariantCulture), words) == MemoryFault.WrongWord);

        Assert.Equal(99, MemoryCheck.Checked);
        Assert.InRange(found, 95, 100);
    }

    [Fact]
    public void Another_nonce_another_seed_and_another_length_do_not_hold()
    {
        var words = Words(Filled(Challenge));

        Assert.Equal(MemoryFault.WrongWord, MemoryCheck.Verify(Challenge with { Nonce = new string('b', 64) }, Question, Check, words));
        Assert.Equal(MemoryFault.WrongWord, MemoryCheck.Verify(Challenge, new MemoryQuestion(new string('6', 64)), Check, words));
        Assert.Equal(MemoryFault.WrongLength, MemoryCheck.Verify(Challenge, Question, Check, words.AsSpan(8)));
    }

    [Fact]
    public void A_model_is_asked_for_three_quarters_of_its_memory_and_only_where_CUDA_reaches_it()
    {
        var asked = MemoryTerms.For(HardwareCatalogue.Find(SkuId.From("nvidia-h100-sxm5-80gb"))!, null)!;

        Assert.InRange(asked.Bytes, 59_000_000_000, 60_000_000_000);
        Assert.True(new MemoryChallenge(new string('a', 64), asked.Blocks, asked.BlockWords, asked.Reads).IsSound);
        Assert.All(HardwareCatalogue.All.Where(model => model is { Vendor: "NVIDIA", Gpu: not null }), model => Assert.NotNull(MemoryTerms.For(model, null)));
        Assert.All(HardwareCatalogue.All.Where(model => model.Vendor != "NVIDIA" || model.Gpu is null), model => Assert.Null(MemoryTerms.For(model, 64)));
        Assert.Null(MemoryTerms.For(HardwareCatalogue.Find(SkuId.From("nvidia-h100-sxm5-80gb"))!, 0));
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
    [InlineData(1, 65_536, 65_537)]
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

    private static byte[] Words(ulong[][] kept)
    {
        var words = new List<ulong>();
        Read(Challenge, Question, kept, place => words.Add(kept[place / Challenge.BlockWords][place % Challenge.BlockWords]));
        return MemoryCheck.Write(words.ToArray());
    }

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
