using System.Collections.Immutable;

namespace Marketplace.Domain.Terms;

/// <summary>
/// What follows when an invoice stays unpaid. Days are whole days in the lease's zone after the invoice's due day has ended:
/// day 0 is that very midnight.
/// </summary>
/// <param name="ReminderDays">Days on which the tenant is reminded, ascending, at most 10 of 0 to 365; may be empty.</param>
/// <param name="GraceDays">Days without another consequence than reminders, 0 to 365; then the suspension notice is given.</param>
/// <param name="NoticeDays">Days from the suspension notice to the suspension, 1 to 365; null where a lease is never suspended.</param>
/// <param name="TerminationDays">Days of suspension after which the lease is terminated for cause, 1 to 365; null where it never is.</param>
public sealed record DunningTerms(ImmutableArray<int> ReminderDays, int GraceDays, int? NoticeDays, int? TerminationDays)
{
    /// <summary>The marketplace's own steps, for terms that name none: reminders on days 0, 3, 7 and 14, notice on day 21, suspension on day 28, termination on day 58.</summary>
    public static DunningTerms Standard { get; } = new([0, 3, 7, 14], 21, 7, 30);

    /// <summary>Whether every figure is in its range.</summary>
    public bool Fits() =>
        ReminderDays.Length <= 10 &&
        ReminderDays.All(day => day is >= 0 and <= 365) &&
        ReminderDays.Zip(ReminderDays.Skip(1)).All(pair => pair.First < pair.Second) &&
        GraceDays is >= 0 and <= 365 &&
        NoticeDays is null or (>= 1 and <= 365) &&
        TerminationDays is null or (>= 1 and <= 365) &&
        (NoticeDays is not null || TerminationDays is null);

    /// <inheritdoc/>
    public bool Equals(DunningTerms? other) =>
        other is not null && ReminderDays.SequenceEqual(other.ReminderDays) &&
        (GraceDays, NoticeDays, TerminationDays) == (other.GraceDays, other.NoticeDays, other.TerminationDays);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ReminderDays.Length, GraceDays, NoticeDays, TerminationDays);
}
