using System.Text.Json;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;

namespace Marketplace.Host.Demo;

/// <summary>Pays what the demo's tenants owe, through the sandbox.</summary>
/// <param name="grains">Grains.</param>
/// <param name="rows">Where the lists of invoices are.</param>
/// <param name="finance">Pays by bank transfer for the tenant that does.</param>
/// <param name="payInSandbox">Plays the payer's bank for one payment.</param>
/// <param name="repeating">Whether an earlier seeding was interrupted.</param>
internal sealed class DemoPayments(IGrainFactory grains, IRowStore rows, DemoFinance finance, Func<PaymentId, Task> payInSandbox, bool repeating)
{
    private const int Page = 200;

    /// <summary>Every tenant settles twice a month what is open by then.</summary>
    public void Plan(DemoTimeline timeline)
    {
        for (var month = 4; month <= DemoBookings.Today; month++)
        {
            foreach (var (key, _, _, _) in DemoBookings.Tenants)
            {
                // Whoever falls behind has paid nothing for two months: suspended, and not yet terminated for cause.
                if (month < DemoBookings.Today - 1 || !DemoBookings.All.Any(booking => booking.Fate == DemoFate.FallsBehind && booking.Tenant == key))
                {
                    timeline.Add(month - 0.6, $"invoices of {key}", () => PayAsync(key));
                    timeline.Add(month - 0.15, $"invoices of {key}", () => PayAsync(key));
                }
            }
        }
    }

    public async Task PayAsync(PaymentId payment)
    {
        try
        {
            await payInSandbox(payment);
        }
        catch (InvalidOperationException) when (repeating)
        {
            // An interrupted seeding paid it already; its notification was taken, or is being delivered again.
        }
    }

    private Task PayAsync(string tenant) => tenant == DemoFinance.PaysByTransfer
        ? finance.TransferAsync(OrganizationId.From("org_" + tenant))
        : PayInvoicesAsync(OrganizationId.From("org_" + tenant));

    private async Task PayInvoicesAsync(OrganizationId tenant)
    {
        var account = grains.GetGrain<IBillingAccountGrain>(tenant.Value);
        string? from = null;
        do
        {
            var page = await rows.ScanAsync(BillingRows.Invoices, tenant.Value, from, null, Page);
            foreach (var row in page.Rows)
            {
                var invoice = JsonSerializer.Deserialize<Invoice>(row.Data.Span, MarketJson.Options)!;
                if (invoice.Outstanding.Minor > 0)
                {
                    var paying = DemoMarket.Granted(await account.PayInvoiceAsync(new PayInvoice(invoice.Id, PaymentMethod.Transfer)));
                    await PayAsync(paying.Payment!.Value);
                }
            }

            from = page.NextFrom;
        }
        while (from is not null);
    }
}
