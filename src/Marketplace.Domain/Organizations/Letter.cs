using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Organizations;

/// <summary>A mail to a person, sealed: it may hold a link that opens something, so only the sender reads it.</summary>
/// <param name="Id">Public id; the mail's Message-ID too, by which a repeated mail is known.</param>
/// <param name="To">E-mail address.</param>
/// <param name="Content">Sealed subject and text.</param>
public sealed record SealedLetter(LetterId Id, string To, string Content);

/// <summary>A mail on its way, until it was handed to the mail server or nobody would take it for two days.</summary>
/// <param name="Id">Public id.</param>
/// <param name="To">E-mail address.</param>
/// <param name="Content">Sealed subject and text; null once it needs no further attempt.</param>
/// <param name="WrittenAt">Market time.</param>
/// <param name="Attempts">Attempts that failed.</param>
/// <param name="NextAt">Market time of the next attempt; null: none follows.</param>
/// <param name="SentAt">Market time at which the mail server took it; null: it did not.</param>
/// <param name="Fault">What went wrong last, without the content.</param>
public sealed record Letter(LetterId Id, string To, string? Content, Instant WrittenAt, int Attempts, Instant? NextAt, Instant? SentAt, string? Fault)
{
    private const int LongestFault = 200;
    private static readonly Duration FirstPause = Duration.FromSeconds(30);
    private static readonly Duration LongestPause = Duration.FromHours(4);
    private static readonly Duration Life = Duration.FromDays(2);

    /// <summary>Takes a letter to send.</summary>
    public static Decision<LetterFact> Decide(Letter? state, SealedLetter command, Instant now) =>
        state is not null ? Decision<LetterFact>.Nothing : new LetterWritten(command, now);

    /// <summary>Notes that the mail server took it.</summary>
    public static Decision<LetterFact> Sent(Letter? state, Instant now) => state?.NextAt is null ? Decision<LetterFact>.Nothing : new LetterSent(now);

    /// <summary>Notes that it did not: pauses double from half a minute to four hours.</summary>
    public static Decision<LetterFact> Failed(Letter? state, string fault, Instant now)
    {
        if (state?.NextAt is null)
        {
            return Decision<LetterFact>.Nothing;
        }

        var pause = Duration.Min(FirstPause * Math.Pow(2, Math.Min(state.Attempts, 20)), LongestPause);
        return new LetterFailed(fault.Length > LongestFault ? fault[..LongestFault] : fault, now + pause - state.WrittenAt > Life ? null : now + pause, now);
    }

    /// <summary>The letter after a fact.</summary>
    public static Letter Evolve(Letter? state, LetterFact fact) => (state, fact) switch
    {
        (null, LetterWritten it) => new(it.Letter.Id, it.Letter.To, it.Letter.Content, it.At, 0, it.At, null, null),
        ({ }, LetterSent it) => state with { Content = null, NextAt = null, SentAt = it.At, Fault = null },
        ({ }, LetterFailed it) => state with { Content = it.NextAt is null ? null : state.Content, Attempts = state.Attempts + 1, NextAt = it.NextAt, Fault = it.Fault },
        _ => throw new InvalidOperationException($"{fact.GetType().Name} cannot happen to {(state is null ? "no letter" : state.Id)}."),
    };
}

/// <summary>What can happen to a letter.</summary>
public abstract record LetterFact;

/// <summary>It was written.</summary>
public sealed record LetterWritten(SealedLetter Letter, Instant At) : LetterFact;

/// <summary>The mail server took it.</summary>
public sealed record LetterSent(Instant At) : LetterFact;

/// <summary>The mail server did not; null: nobody tries again.</summary>
public sealed record LetterFailed(string Fault, Instant? NextAt, Instant At) : LetterFact;
