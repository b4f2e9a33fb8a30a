using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Reservations;

/// <summary>How long a hold waits for its tenant.</summary>
public static class HoldDeadlines
{
    /// <summary>Until when the deposit must be paid: minutes for cards, banking days for transfers.</summary>
    public static Instant ForDeposit(HoldTerms holds, PaymentMethod method, string leaseZone, Instant now) => method == PaymentMethod.Card
        ? now + Duration.FromMinutes(holds.CardMinutes)
        : PlusBankingDays(now, holds.TransferBankingDays, BillingPeriods.Zone(leaseZone));

    /// <summary>Until when all approvals and signatures must be there: never beyond the start of the term.</summary>
    public static Instant ForPaper(HoldTerms holds, Instant start, Instant now) => Instant.Min(now + Duration.FromDays(holds.PaperDays), start);

    /// <summary>
    /// The end of the local day that is so many banking days after the present one. Banking days are Monday to Friday; bank
    /// holidays differ by country and are not known here, so a pool whose bank observes them allows a day more.
    /// </summary>
    public static Instant PlusBankingDays(Instant now, int days, DateTimeZone zone)
    {
        var date = BillingPeriods.DateAt(zone, now);
        while (days > 0)
        {
            date = date.PlusDays(1);
            if (date.DayOfWeek is not (IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday))
            {
                days--;
            }
        }

        return BillingPeriods.Midnight(zone, date.PlusDays(1));
    }
}
