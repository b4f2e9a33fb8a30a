using System.Collections.Immutable;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Api.Billing;

/// <summary>Which invoices to list.</summary>
/// <param name="Status">Only invoices that stand here.</param>
/// <param name="LeaseId">Only invoices of this lease.</param>
internal sealed record InvoiceFilter(InvoiceStatus? Status, LeaseId? LeaseId)
{
    public static InvoiceFilter Example { get; } = new(InvoiceStatus.Open, null);

    public bool Takes(Invoice invoice) => (Status is null || invoice.Standing == Status) && (LeaseId is null || invoice.Lease == LeaseId);
}

/// <summary>How to pay.</summary>
/// <param name="Method">By card (or whatever else the gateway takes at once), or by bank transfer.</param>
/// <param name="PaymentMethodId">A kept method to pay with at once; it must pay this operator in this currency. Absent: the payment waits for its payer.</param>
/// <param name="ReturnUrl">Where the payer's browser goes from the bank's page, should the bank want a confirmation; absent: the portal.</param>
internal sealed record NewInvoicePayment(PaymentMethod Method, PaymentMethodId? PaymentMethodId = null, Uri? ReturnUrl = null)
{
    public static NewInvoicePayment Example { get; } = new(PaymentMethod.Card, KeptPaymentMethodModel.Example.Id);

    public (PaymentMethod Method, PaymentMethodId? Kept, Uri ReturnTo) ToCommand(Uri home, Faults faults)
    {
        faults.Require(PaymentMethodId is null || Method == PaymentMethod.Card, "paymentMethodId", Faults.Inconsistent, "A bank transfer is made with no kept method.");
        return (Method, PaymentMethodId, NewMethodSetup.Returning(ReturnUrl, home, faults));
    }
}

/// <summary>Services with the same times, as the working behind a line.</summary>
/// <param name="Nodes">How many nodes (or blocks of kW, or commitments).</param>
/// <param name="Quantity">What they come to together: GPUs, nodes or kW.</param>
/// <param name="From">First instant.</param>
/// <param name="Until">First instant after.</param>
internal sealed record ServiceGroupModel(int Nodes, decimal Quantity, Instant From, Instant Until);

/// <summary>One line: quantities added first, priced once, rounded once.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Text">The line in words.</param>
/// <param name="From">First day covered, in the lease's zone.</param>
/// <param name="Until">First day after.</param>
/// <param name="Quantity">GPU-hours, node-months or kW-months, shown to 8 places, the amount being computed from the exact quantity; null for a fixed amount.</param>
/// <param name="Unit">What the price is per; null for a fixed amount.</param>
/// <param name="Price">The price that held; null for a fixed amount.</param>
/// <param name="Services">The services it adds up.</param>
/// <param name="Amount">The amount; negative for a credit.</param>
/// <param name="Origin">What it came from: what one looks at to check it; null on lines written before this was kept.</param>
internal sealed record InvoiceLineModel(
    InvoiceLineKind Kind,
    string Text,
    LocalDate From,
    LocalDate Until,
    decimal? Quantity,
    PricingUnit? Unit,
    UnitPriceModel? Price,
    ImmutableArray<ServiceGroupModel> Services,
    MoneyModel Amount,
    LineOriginModel? Origin)
{
    public static InvoiceLineModel Of(InvoiceLine line) => new(
        line.Kind,
        line.Text,
        line.Period.Start,
        line.Period.End,
        line.Quantity,
        line.Unit,
        line.Price is { } price ? UnitPriceModel.Of(price) : null,
        [.. line.Services.Select(group => new ServiceGroupModel(group.Nodes, group.Quantity, group.From, group.Until))],
        MoneyModel.Of(line.Amount),
        LineOriginModel.Of(line.Origin));
}

/// <summary>The newest payment of an invoice.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Method">How it is paid.</param>
/// <param name="UnderWay">Whether it may still bring in money.</param>
internal sealed record InvoicePaymentModel(PaymentId Id, PaymentMethod Method, bool UnderWay);

/// <summary>A reminder of an overdue invoice.</summary>
/// <param name="Number">Which one, from 1.</param>
/// <param name="Day">The day of the terms' schedule it was sent for, counted from the end of the due day.</param>
/// <param name="SentAt">When, in market time.</param>
/// <param name="Outstanding">What was left to pay then.</param>
internal sealed record ReminderModel(int Number, int Day, Instant SentAt, MoneyModel Outstanding);

/// <summary>What an invoice is.</summary>
internal enum InvoiceDocument
{
    /// <summary>It asks for money, or for nothing.</summary>
    Invoice,

    /// <summary>Its credits exceed its charges: nothing is due, and the difference is credit for later invoices.</summary>
    CreditInvoice,
}

/// <summary>An invoice. The document never changes once issued; corrections are further invoices.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Number">Number in the series of this operator and tenant, without gaps.</param>
/// <param name="Document">Invoice, or credit invoice.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who pays.</param>
/// <param name="OperatorId">Who is paid.</param>
/// <param name="LeaseId">The lease billed.</param>
/// <param name="ReservationId">The reservation the lease came from.</param>
/// <param name="Kind">What it bills: a period's rent, the last rent, or the price of leaving early.</param>
/// <param name="From">First day billed, in the lease's zone.</param>
/// <param name="Until">First day after.</param>
/// <param name="Revision">1 for the first invoice of a period; later ones bill only what changed.</param>
/// <param name="TimeZone">IANA zone of its dates.</param>
/// <param name="IssuedAt">When it was issued, in market time.</param>
/// <param name="DueDate">Last day to pay; null where nothing is to pay.</param>
/// <param name="Lines">The lines.</param>
/// <param name="Net">The document without tax.</param>
/// <param name="Tax">Its tax, with what that was decided from; null on invoices issued before tax was decided.</param>
/// <param name="Total">The lines plus tax that they do not contain; negative when credits exceed charges, which becomes credit for later invoices.</param>
/// <param name="Settled">Paid, offset with credit or taken from the deposit so far.</param>
/// <param name="Outstanding">What is left to pay.</param>
/// <param name="SettledAt">When nothing was left to pay; null until then.</param>
/// <param name="OverdueAt">First instant it counts as overdue, null where nothing is to pay; later than the due date where a lost dispute made it due again.</param>
/// <param name="Reminders">Reminders sent, oldest first.</param>
/// <param name="Disputed">What the payer's bank has taken back until it decides, still counted as settled; null when nothing is.</param>
/// <param name="Payment">The newest payment made for it; null when none was started.</param>
/// <param name="Credited">Credited since by credit notes, tax included; null while none was issued.</param>
/// <param name="PaymentReference">Creditor reference (ISO 11649) that a bank transfer names; null where nothing is due.</param>
/// <param name="PayInto">The bank account to pay into; null where nothing is due or the marketplace names none: a payment of the invoice, once started, says then how to pay.</param>
/// <param name="Capacity">What is leased and where, by name; null on older invoices.</param>
/// <param name="PurchaseOrder">The tenant's purchase order.</param>
/// <param name="CostCentre">The tenant's cost centre.</param>
/// <param name="Supplier">The operator as it stood on the day.</param>
/// <param name="Customer">The tenant as it stood on the day.</param>
/// <param name="Contacts">Who gets it on the tenant's side.</param>
internal sealed record InvoiceModel(
    InvoiceId Id,
    string Number,
    InvoiceDocument Document,
    InvoiceStatus Status,
    OrganizationId TenantId,
    OrganizationId OperatorId,
    LeaseId LeaseId,
    ReservationId ReservationId,
    RentKind Kind,
    LocalDate From,
    LocalDate Until,
    int Revision,
    string TimeZone,
    Instant IssuedAt,
    LocalDate? DueDate,
    ImmutableArray<InvoiceLineModel> Lines,
    MoneyModel Net,
    InvoiceTaxModel? Tax,
    MoneyModel Total,
    MoneyModel Settled,
    MoneyModel Outstanding,
    Instant? SettledAt,
    Instant? OverdueAt,
    ImmutableArray<ReminderModel> Reminders,
    MoneyModel? Disputed,
    InvoicePaymentModel? Payment,
    MoneyModel? Credited,
    string? PaymentReference,
    BankAccountModel? PayInto,
    CapacityNamesModel? Capacity,
    string? PurchaseOrder,
    string? CostCentre,
    InvoicePartyModel? Supplier,
    InvoicePartyModel? Customer,
    ImmutableArray<BillingContactModel> Contacts)
{
    public static InvoiceModel Example { get; } = Of(Sample());

    /// <summary>The invoice that examples show.</summary>
    public static Invoice Sample() => new()
    {
        Id = InvoiceId.From("inv_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        Number = "INV-Q7ZK2M-000003",
        IssuedAt = Instant.FromUtc(2027, 4, 1, 4, 0),
        Tenant = OrganizationId.From("org_tenant"),
        Operator = OrganizationId.From("org_operator"),
        Lease = LeaseId.From("lease_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        Reservation = ReservationId.From("rsv_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        Kind = RentKind.Rent,
        Period = new BillingPeriod(new LocalDate(2027, 3, 1), new LocalDate(2027, 4, 1)),
        Revision = 1,
        Zone = "America/New_York",
        Lines =
        [
            new InvoiceLine
            {
                Kind = InvoiceLineKind.Rent,
                Text = "Rent, 2027-03-01 until 2027-03-31 (America/New_York): 5,944 GPU-hours at USD 2.00",
                Period = new BillingPeriod(new LocalDate(2027, 3, 1), new LocalDate(2027, 4, 1)),
                Quantity = 5_944,
                Unit = PricingUnit.GpuHour,
                Price = UnitPrice.Of(Currency.Usd, 2),
                Services = [new ServiceGroup(1, 8, Instant.FromUtc(2027, 3, 1, 5, 0), Instant.FromUtc(2027, 4, 1, 4, 0))],
                Amount = new Money(Currency.Usd, 1_188_800),
            },
        ],
        Total = new Money(Currency.Usd, 1_188_800),
        PlatformFee = Percentage.From(5),
        DueDate = new LocalDate(2027, 5, 1),
        OverdueAt = Instant.FromUtc(2027, 5, 2, 4, 0),
        Settled = new Money(Currency.Usd, 0),
        Status = InvoiceStatus.Open,
        PaymentReference = CreditorReference.Of(InvoiceId.From("inv_4k2m7qz3v5xw6a2bc4d5e6f7ga")),
        PurchaseOrder = "PO-4500012345",
        CostCentre = "ML-TRAINING",
        Supplier = new InvoiceParty(OrganizationId.From("org_operator"), "Caprock Compute LLC", ["100 Pine Street", "Abilene TX 79601"], null, "United States"),
        Capacity = new CapacityNames(
            PoolId.From("pool_4k2m7qz3v5xw6a2bc4d5e6f7ga"), "H100 in Hall A", SiteId.From("site_4k2m7qz3v5xw6a2bc4d5e6f7ga"), "Caprock Ridge", "US", "TX", "Dickens County", "NVIDIA H100 SXM5 80GB"),
        PayInto = new BankAccount("Marketplace Clearing Ltd", "GB00EXAM00000000000000", "EXAMGB00", "Example Bank"),
        Customer = new InvoiceParty(OrganizationId.From("org_tenant"), "Lumen Labs AS", ["Storgata 1", "0155 Oslo"], "NO 999 999 999 MVA", "Norway"),
        Contacts = [new BillingContact("Accounts payable", "ap@lumen.example")],
    };

    public static InvoiceModel Of(Invoice invoice) => new(
        invoice.Id,
        invoice.Number,
        invoice.IsCredit ? InvoiceDocument.CreditInvoice : InvoiceDocument.Invoice,
        invoice.Standing,
        invoice.Tenant,
        invoice.Operator,
        invoice.Lease,
        invoice.Reservation,
        invoice.Kind,
        invoice.Period.Start,
        invoice.Period.End,
        invoice.Revision,
        invoice.Zone,
        invoice.IssuedAt,
        invoice.Total.Minor > 0 ? invoice.DueDate : null,
        [.. invoice.Lines.Select(InvoiceLineModel.Of)],
        MoneyModel.Of(invoice.Net),
        invoice.Tax is { } tax ? InvoiceTaxModel.Of(tax) : null,
        MoneyModel.Of(invoice.Total),
        MoneyModel.Of(invoice.Settled),
        MoneyModel.Of(invoice.Outstanding),
        invoice.SettledAt,
        invoice.Total.Minor > 0 ? invoice.OverdueAt : null,
        [.. (invoice.Reminders ?? []).Select(reminder => new ReminderModel(reminder.Number, reminder.Day, reminder.At, MoneyModel.Of(reminder.Outstanding)))],
        invoice.Disputed is { } disputed ? MoneyModel.Of(disputed) : null,
        invoice is { Payment: { } payment, PaymentMethod: { } method } ? new InvoicePaymentModel(payment, method, invoice.PaymentUnderWay) : null,
        invoice.Credited is { } credited ? MoneyModel.Of(credited) : null,
        invoice.PaymentReference,
        BankAccountModel.Of(invoice.PayInto),
        CapacityNamesModel.Of(invoice.Capacity),
        invoice.PurchaseOrder,
        invoice.CostCentre,
        InvoicePartyModel.Of(invoice.Supplier),
        InvoicePartyModel.Of(invoice.Customer),
        [.. (invoice.Contacts ?? []).Select(contact => new BillingContactModel(contact.Name, contact.Email))]);
}
