using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Billing;

public sealed partial record BillingAccount
{
    /// <content>What a transfer to an operator tells of where the money came from, so that it is paid out at the right time and out of the right charge.</content>
    private sealed partial class Draft
    {
        private static OnwardTransfer? Traced(OnwardTransfer? onward, Invoice invoice, SettlementSource source, string reference, PaymentId? deposited)
        {
            if (onward is null)
            {
                return null;
            }

            return onward with
            {
                Invoice = invoice.Id,
                Payment = source == SettlementSource.Payment ? PaymentId.From(reference) : deposited,
                Group = source == SettlementSource.Payment ? invoice.Id.Value : deposited is not null ? reference : null,
                PayableFrom = ServiceEnd(invoice),
            };
        }

        // Only accepted nodes are invoiced, so the end of the period is the end of accepted service. A fee for leaving, or rent prepaid, pays for none yet.
        private static Instant? ServiceEnd(Invoice invoice) =>
            invoice.Kind is RentKind.ExitFee or RentKind.Prepayment ? null : BillingPeriods.ToInterval(DateTimeZoneProviders.Tzdb[invoice.Zone], invoice.Period).End;
    }
}
