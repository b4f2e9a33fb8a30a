using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>A reminder of an overdue invoice.</summary>
/// <param name="Number">Which one, from 1; it goes on over a dispute that made the invoice due again.</param>
/// <param name="Day">The day of the schedule it was sent for, counted from the end of the due day.</param>
/// <param name="At">When it was sent, in market time.</param>
/// <param name="Outstanding">What was left to pay.</param>
public sealed record InvoiceReminder(int Number, int Day, Instant At, Money Outstanding);

/// <content>Reminders.</content>
public sealed partial record Invoice
{
    /// <summary>When the next reminder falls due; null when none will.</summary>
    internal Instant? NextReminderAt() => Status == InvoiceStatus.Overdue && NextDay() is { } day ? ReminderAt(day) : null;

    /// <summary>
    /// The reminder to send at an instant, or null. Those that fell due while nobody could send them are sent as one, under
    /// the latest of their days.
    /// </summary>
    internal InvoiceReminder? ReminderDue(Instant now)
    {
        if (NextReminderAt() is not { } due || due > now)
        {
            return null;
        }

        var day = ReminderDays!.Value.Last(day => ReminderAt(day) <= now);
        return new InvoiceReminder((Reminders?.Length ?? 0) + 1, day, now, Outstanding);
    }

    private int? NextDay()
    {
        // An invoice that became due again begins its schedule anew.
        var sent = Reminders is [.., var last] && last.At >= OverdueAt ? last.Day : -1;
        return ReminderDays is { } days && days.Any(day => day > sent) ? days.First(day => day > sent) : null;
    }

    private Instant ReminderAt(int day)
    {
        var zone = DateTimeZoneProviders.Tzdb[Zone];
        return BillingPeriods.Midnight(zone, BillingPeriods.FirstFullDay(zone, OverdueAt).PlusDays(day));
    }
}
