using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Tests.Organizations;

public sealed class LetterTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 5, 1, 8, 0);
    private static readonly SealedLetter Content = new(LetterId.From("ltr_a"), "ada@x.example", "sealed");

    [Fact]
    public void A_letter_is_due_until_it_is_taken_and_then_forgets_what_it_said()
    {
        var letter = Folded(null, Letter.Decide(null, Content, Now));
        Assert.Equal(Now, letter.NextAt);
        Assert.Empty(Letter.Decide(letter, Content, Now).Facts);

        letter = Folded(letter, Letter.Sent(letter, Now + Duration.FromSeconds(1)));

        Assert.Equal((null, null, Now + Duration.FromSeconds(1)), (letter.Content, letter.NextAt, letter.SentAt));
        Assert.Empty(Letter.Sent(letter, Now).Facts);
        Assert.Empty(Letter.Failed(letter, "late", Now).Facts);
    }

    [Fact]
    public void A_letter_nobody_takes_is_tried_ever_less_often_for_two_days()
    {
        var letter = Folded(null, Letter.Decide(null, Content, Now));
        var pauses = new List<Duration>();
        var at = Now;
        while (letter.NextAt is { } next)
        {
            pauses.Add(next - at);
            at = next;
            letter = Folded(letter, Letter.Failed(letter, new string('x', 500), at));
        }

        Assert.Equal([0, 30, 60, 120, 240], pauses.Take(5).Select(pause => (int)pause.TotalSeconds));
        Assert.Equal(Duration.FromHours(4), pauses[^1]);
        Assert.InRange(at - Now, Duration.FromHours(44), Duration.FromHours(48));
        Assert.Equal((null, null, 200), (letter.Content, letter.SentAt, letter.Fault!.Length));
    }

    private static Letter Folded(Letter? letter, Decision<LetterFact> decision) => decision.Facts.Aggregate(letter, (state, fact) => Letter.Evolve(state, fact))!;
}
