using System.Text.Json.Serialization;
using NodaTime;

namespace Marketplace.Domain.Primitives;

/// <summary>A half-open stretch of time <c>[Start, End)</c> in whole UTC hours; never empty.</summary>
public readonly record struct Term
{
    /// <summary>The term from <paramref name="start"/> up to, not including, <paramref name="end"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The end is not after the start, or either is not a whole UTC hour.</exception>
    [JsonConstructor]
    public Term(Instant start, Instant end)
    {
        if (!IsWholeHour(start) || !IsWholeHour(end))
        {
            throw new ArgumentOutOfRangeException(nameof(start), start, "A term starts and ends on whole UTC hours.");
        }

        if (end <= start)
        {
            throw new ArgumentOutOfRangeException(nameof(end), end, "A term ends after it starts.");
        }

        Start = start;
        End = end;
    }

    /// <summary>First instant inside.</summary>
    public Instant Start { get; }

    /// <summary>First instant after.</summary>
    public Instant End { get; }

    /// <summary>Length in whole hours, at least 1.</summary>
    [JsonIgnore]
    public int Hours => (int)((End - Start).TotalTicks / NodaConstants.TicksPerHour);

    /// <summary>Whether the instant falls on a whole UTC hour.</summary>
    public static bool IsWholeHour(Instant instant) => instant.ToUnixTimeTicks() % NodaConstants.TicksPerHour == 0;

    /// <summary>The first whole UTC hour at or after <paramref name="instant"/>.</summary>
    public static Instant CeilingHour(Instant instant)
    {
        var over = ((instant.ToUnixTimeTicks() % NodaConstants.TicksPerHour) + NodaConstants.TicksPerHour) % NodaConstants.TicksPerHour;
        return over == 0 ? instant : instant + Duration.FromTicks(NodaConstants.TicksPerHour - over);
    }

    /// <summary>Makes a term, or answers false where the constructor would throw.</summary>
    public static bool TryCreate(Instant start, Instant end, out Term term)
    {
        var fits = IsWholeHour(start) && IsWholeHour(end) && end > start;
        term = fits ? new Term(start, end) : default;
        return fits;
    }

    /// <summary>Whether <paramref name="instant"/> falls inside.</summary>
    public bool Contains(Instant instant) => Start <= instant && instant < End;

    /// <summary>Whether the terms share at least an hour.</summary>
    public bool Overlaps(Term other) => Start < other.End && other.Start < End;

    /// <summary>The shared part, or null where there is none.</summary>
    public Term? Intersect(Term other) => Overlaps(other)
        ? new Term(Instant.Max(Start, other.Start), Instant.Min(End, other.End))
        : null;

    /// <summary>For logs: <c>[2027-03-01T00:00:00Z, 2027-04-01T00:00:00Z)</c>.</summary>
    public override string ToString() => $"[{Start}, {End})";
}
