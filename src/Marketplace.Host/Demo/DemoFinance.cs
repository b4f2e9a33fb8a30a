using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Leases;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;
using NodaTime;

namespace Marketplace.Host.Demo;

/// <summary>The finance side of the demo: profiles with tax and purchase orders, published rates, bank transfers and meter readings.</summary>
/// <param name="grains">Grains.</param>
/// <param name="rows">Where the lists of invoices are.</param>
/// <param name="timeline">When things happen.</param>
internal sealed class DemoFinance(IGrainFactory grains, IRowStore rows, DemoTimeline timeline)
{
    /// <summary>The tenant that pays by transfer to the marketplace's bank account instead of through the gateway.</summary>
    public const string PaysByTransfer = "nimbus";

    /// <summary>The account that the demo's invoices name; no bank has it.</summary>
    public const string Account = "GB00DEMO00000000000001";

    /// <summary>Rates as public tables gave them in 2026; a demo's, to be checked before anybody relies on them.</summary>
    private static readonly (string Id, string Name, string Country, string? Region, decimal Rate, string? Area)[] Rates =
    [
        ("us-tx", "Texas sales tax", "US", "TX", 6.25m, null),
        ("se-moms", "Moms", "SE", null, 25, "EU"),
        ("de-ust", "USt", "DE", null, 19, "EU"),
        ("no-mva", "MVA", "NO", null, 25, null),
        ("gb-vat", "VAT", "GB", null, 20, null),
        ("is-vsk", "VSK", "IS", null, 24, null),
        ("au-gst", "GST", "AU", null, 10, null),
        ("py-iva", "IVA", "PY", null, 10, null),
    ];

    public void Plan()
    {
        timeline.Add(0.1, "rates of tax", PublishAsync);
        foreach (var site in DemoSites.All)
        {
            timeline.Add(0.2, $"billing profile of {site.Key}", () => SetProfileAsync(site.Key, site.Operator, [site.Name, site.Location.Locality ?? site.Location.Region], site.Location.Country, site.Location.Region, null));
        }

        foreach (var (key, name, country, address) in DemoBookings.Tenants)
        {
            timeline.Add(0.2, $"billing profile of {key}", () => SetProfileAsync(key, name, [address], country, country == "US" ? "TX" : null, $"PO-{key.ToUpperInvariant()}-2026"));
        }

        foreach (var booking in DemoBookings.All.Where(booking => booking.Pool == "caprock.power" && booking.Fate == DemoFate.Runs))
        {
            for (var month = booking.StartMonth + 2; month < DemoBookings.Today; month++)
            {
                var read = month;
                timeline.Add(month + 0.3, $"meter of {booking.Pool}", () => ReadMeterAsync(booking, read));
            }
        }
    }

    /// <summary>The bank's statement of a day: every open invoice of a tenant paid by its reference.</summary>
    public async Task TransferAsync(OrganizationId tenant)
    {
        var entries = new List<NamedBankEntry>();
        var today = timeline.Now.InUtc().Date;
        await foreach (var invoice in OpenAsync(tenant))
        {
            entries.Add(new NamedBankEntry(
                Entry(invoice.Id.Value, today, invoice.Outstanding, tenant, CreditorReference.ForPeople(invoice.PaymentReference!)),
                new ReferencedInvoice(tenant, invoice.Operator, invoice.Id)));
        }

        if (entries.Count > 0)
        {
            // Once somebody forgot the reference.
            var stray = entries[0].Entry.Amount;
            entries.Add(new NamedBankEntry(Entry("stray", today, new Money(stray.Currency, 125_000), tenant, "rent, thanks"), null));
            DemoMarket.Granted(await Platform.ManageAsync(new TakeBankEntries([.. entries])));
        }
    }

    private IBillingAccountGrain Platform => grains.GetGrain<IBillingAccountGrain>(Organization.Platform.Value);

    private static BankEntry Entry(string reference, LocalDate day, Money amount, OrganizationId tenant, string text) => new(
        PublicId.Derive<BankReceiptId>("demo", reference), Account, $"{day}", reference, day, amount, tenant.Value, "US00DEMO", text, CreditorReference.FindIn(text));

    private async Task PublishAsync()
    {
        var book = grains.GetGrain<IRateBookGrain>(IRateBookGrain.Key);
        foreach (var (id, name, country, region, rate, area) in Rates)
        {
            DemoMarket.Granted(await book.PublishAsync(DemoMarket.Operation("rate", id), new PublishTaxRate(
                new TaxRate(id, name, country, region, Percentage.From(rate), new LocalDate(2020, 1, 1), null, area, [InvoiceLineKind.ExitFee]))));
        }
    }

    private async Task SetProfileAsync(string key, string name, ImmutableArray<string> address, string country, string? region, string? order) => DemoMarket.Granted(
        await grains.GetGrain<IBillingAccountGrain>("org_" + key).ManageAsync(new SetProfile(new BillingProfile
        {
            LegalName = name,
            Address = address,
            Tax = new TaxProfile(country, region is { Length: <= 3 } ? region : null, $"{country} {PublicId.Digest(key)[..9].ToUpperInvariant()}", null),
            Contacts = [new BillingContact("Accounts payable", $"ap@{key}.example")],
            PurchaseOrder = order,
            CostCentre = order is null ? null : "TRAINING",
        })));

    private async Task ReadMeterAsync(DemoBooking booking, int month)
    {
        var reservation = PublicId.Derive<ReservationId>("demo", $"{booking.Tenant}.{booking.Pool}.{booking.StartMonth}");
        var grain = grains.GetGrain<ILeaseGrain>(Lease.IdOf(reservation).Value);
        if ((await grain.GetAsync())?.State is not { RentCommencement: { } commencement } lease)
        {
            return;
        }

        var today = BillingPeriods.DateAt(lease.Zone, timeline.Now);
        var over = BillingPeriods.At(lease.Anchor, BillingPeriods.IndexOf(lease.Anchor, today) - 1);
        if (over.Start >= commencement)
        {
            var energy = KilowattHours.From(booking.Units * 24m * over.Days * (0.78m + (month % 5 * 0.02m)));
            DemoMarket.Granted(await grain.RecordReadingAsync(
                DemoMarket.Operation("meter", reservation.Value, $"{over}"),
                new RecordReading(lease.Opening.Operator, PublicId.Derive<MeterReadingId>("demo", reservation.Value, $"{over}"), over.Start, energy, UnitPrice.Of(Currency.Usd, 0.0418m), "HALL-A", "Utility bill of the month")));
        }
    }

    private async IAsyncEnumerable<Invoice> OpenAsync(OrganizationId tenant)
    {
        string? from = null;
        do
        {
            var page = await rows.ScanAsync(BillingRows.Invoices, tenant.Value, from, null, 200);
            foreach (var row in page.Rows)
            {
                var invoice = JsonSerializer.Deserialize<Invoice>(row.Data.Span, MarketJson.Options)!;
                if (invoice.Tenant == tenant && invoice is { Outstanding.Minor: > 0, PaymentReference: not null })
                {
                    yield return invoice;
                }
            }

            from = page.NextFrom;
        }
        while (from is not null);
    }
}
