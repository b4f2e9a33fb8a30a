using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>What an invoice line is for.</summary>
public enum InvoiceLineKind
{
    /// <summary>Rent for nodes or power in service.</summary>
    Rent,

    /// <summary>Rent invoiced before that is no longer due; negative.</summary>
    RentCredit,

    /// <summary>Committed and not taken.</summary>
    Shortfall,

    /// <summary>The price of leaving early.</summary>
    ExitFee,

    /// <summary>Metered energy.</summary>
    Power,

    /// <summary>Metered energy billed before from a reading that was corrected; negative.</summary>
    PowerCredit,

    /// <summary>An instalment of a prepayment.</summary>
    Prepayment,

    /// <summary>Prepaid rent credited back; negative.</summary>
    PrepaymentCredit,

    /// <summary>What a price that followed an unpublished index comes to now that its value is published.</summary>
    IndexCorrection,

    /// <summary>A credit granted after the invoice, on a credit note; negative.</summary>
    Credit,
}

/// <summary>What a line came from: what one has to look at to check it.</summary>
public sealed record LineOrigin
{
    /// <summary>Nodes named in a line; of more, the lease's own list tells.</summary>
    public const int MostNodes = 50;

    /// <summary>The lease.</summary>
    public required LeaseId Lease { get; init; }

    /// <summary>The contract year whose price held, from 0; null where no price holds.</summary>
    public int? Year { get; init; }

    /// <summary>The price signed, before any yearly step; null where no price holds.</summary>
    public UnitPrice? BasePrice { get; init; }

    /// <summary>The fixed rise a year; null without one.</summary>
    public Percentage? Escalator { get; init; }

    /// <summary>The index followed and its yearly steps; null without one.</summary>
    public ImmutableArray<IndexStep>? IndexSteps { get; init; }

    /// <summary>First day of the month whose index value was not published when the line was priced; null when none was missing.</summary>
    public LocalDate? Awaits { get; init; }

    /// <summary>Nodes billed, at most 50.</summary>
    public ImmutableArray<NodeId> Nodes { get; init; } = [];

    /// <summary>The meter reading billed; null without one.</summary>
    public MeterReadingId? Reading { get; init; }

    /// <summary>The invoice that the line puts right; null when it corrects none.</summary>
    public InvoiceId? Corrects { get; init; }
}

/// <summary>Services with the same times, as the working behind a line.</summary>
/// <param name="Nodes">Nodes (or commitments) in the group.</param>
/// <param name="Quantity">Their quantity together, in the pricing unit without its time.</param>
/// <param name="From">First instant.</param>
/// <param name="Until">First instant after.</param>
public sealed record ServiceGroup(int Nodes, decimal Quantity, Instant From, Instant Until);

/// <summary>One line: quantities added first, priced once, rounded once.</summary>
public sealed record InvoiceLine
{
    /// <summary>What it is for.</summary>
    public required InvoiceLineKind Kind { get; init; }

    /// <summary>The line in words.</summary>
    public required string Text { get; init; }

    /// <summary>Days it covers, half-open, in the lease's zone.</summary>
    public required BillingPeriod Period { get; init; }

    /// <summary>Quantity in <see cref="Unit"/>, shown to 8 places (the amount comes from the exact one); null for a fixed amount.</summary>
    public decimal? Quantity { get; init; }

    /// <summary>What the price is per; null for a fixed amount.</summary>
    public PricingUnit? Unit { get; init; }

    /// <summary>The price that held; null for a fixed amount.</summary>
    public UnitPrice? Price { get; init; }

    /// <summary>The services it adds up; empty for a fixed amount.</summary>
    public ImmutableArray<ServiceGroup> Services { get; init; } = [];

    /// <summary>The amount; negative for a credit.</summary>
    public required Money Amount { get; init; }

    /// <summary>What it came from; null on lines written before this was kept.</summary>
    public LineOrigin? Origin { get; init; }
}

/// <summary>An invoice. The document never changes once issued; only what is settled of it, and its status, move on.</summary>
public sealed partial record Invoice
{
    /// <summary>The invoice, derived from what it bills, so that nothing is billed twice.</summary>
    public required InvoiceId Id { get; init; }

    /// <summary>Number in the series of this operator and tenant, without gaps.</summary>
    public required string Number { get; init; }

    /// <summary>When it was issued, in market time.</summary>
    public required Instant IssuedAt { get; init; }

    /// <summary>Who pays.</summary>
    public required OrganizationId Tenant { get; init; }

    /// <summary>Who is paid.</summary>
    public required OrganizationId Operator { get; init; }

    /// <summary>The lease billed.</summary>
    public required LeaseId Lease { get; init; }

    /// <summary>The reservation the lease came from.</summary>
    public required ReservationId Reservation { get; init; }

    /// <summary>What kind of statement it bills.</summary>
    public required RentKind Kind { get; init; }

    /// <summary>Days billed.</summary>
    public required BillingPeriod Period { get; init; }

    /// <summary>Which statement of the period; each later one bills only what changed.</summary>
    public required int Revision { get; init; }

    /// <summary>IANA zone of its dates.</summary>
    public required string Zone { get; init; }

    /// <summary>The lines.</summary>
    public required ImmutableArray<InvoiceLine> Lines { get; init; }

    /// <summary>The sum of the lines plus tax that they do not contain; negative when credits exceed charges.</summary>
    public required Money Total { get; init; }

    /// <summary>Its tax with what that was decided from; null on invoices issued before tax was decided.</summary>
    public InvoiceTax? Tax { get; init; }

    /// <summary>The supplier as it stood on the day; null on older invoices.</summary>
    public InvoiceParty? Supplier { get; init; }

    /// <summary>The customer as it stood on the day; null on older invoices.</summary>
    public InvoiceParty? Customer { get; init; }

    /// <summary>What was leased and where, by name; null on older invoices.</summary>
    public CapacityNames? Capacity { get; init; }

    /// <summary>The bank account to pay into; null on older invoices, where nothing is due, and where the marketplace names none.</summary>
    public BankAccount? PayInto { get; init; }

    /// <summary>The customer's purchase order; null without one.</summary>
    public string? PurchaseOrder { get; init; }

    /// <summary>The customer's cost centre; null without one.</summary>
    public string? CostCentre { get; init; }

    /// <summary>Who gets it on the customer's side; null on older invoices.</summary>
    public ImmutableArray<BillingContact>? Contacts { get; init; }

    /// <summary>What a bank transfer names (<see cref="CreditorReference"/>); null on older invoices and where nothing is due.</summary>
    public string? PaymentReference { get; init; }

    /// <summary>Credited since by credit notes, tax included; null while none was issued.</summary>
    public Money? Credited { get; init; }

    /// <summary>The credit notes issued for it, in order; null while none was.</summary>
    public ImmutableArray<CreditNote>? CreditNotes { get; init; }

    /// <summary>The marketplace's share of what is collected, borne by the operator.</summary>
    public required Percentage PlatformFee { get; init; }

    /// <summary>Last day to pay, in <see cref="Zone"/>.</summary>
    public required LocalDate DueDate { get; init; }

    /// <summary>First instant after the due day; later where a lost dispute made it due again.</summary>
    public required Instant OverdueAt { get; init; }

    /// <summary>Paid, offset with credit or taken from the deposit so far; for a negative invoice what was moved to the credit balance.</summary>
    public required Money Settled { get; init; }

    /// <summary>Where it stands.</summary>
    public required InvoiceStatus Status { get; init; }

    /// <summary>The newest payment made for it; null when none was started.</summary>
    public PaymentId? Payment { get; init; }

    /// <summary>Whether <see cref="Payment"/> is under way.</summary>
    public bool PaymentUnderWay { get; init; }

    /// <summary>The most that one payment of it takes; null where there is no limit. More follows by itself.</summary>
    public Money? MostPerPayment { get; init; }

    /// <summary>How <see cref="Payment"/> is paid; null when none was started.</summary>
    public PaymentMethod? PaymentMethod { get; init; }

    /// <summary>How many payments were started for it.</summary>
    public int Payments { get; init; }

    /// <summary>When it was collected by itself, which is tried once; null while it was not.</summary>
    public Instant? CollectedAt { get; init; }

    /// <summary>True where it is no longer collected by itself, because its time came while a payment was under way or the money went back; otherwise null.</summary>
    public bool? LeftToTenant { get; init; }

    /// <summary>Requests that started payments, so that a repeated one starts no other.</summary>
    public ImmutableArray<string> PaymentRequests { get; init; } = [];

    /// <summary>Days after <see cref="OverdueAt"/> on which the tenant is reminded; null on invoices older than reminders.</summary>
    public ImmutableArray<int>? ReminderDays { get; init; }

    /// <summary>Reminders sent, oldest first; null before the first.</summary>
    public ImmutableArray<InvoiceReminder>? Reminders { get; init; }

    /// <summary>Taken back by the payer's bank until it has decided, while it still counts as settled; null when nothing is.</summary>
    public Money? Disputed { get; init; }

    /// <summary>Came by bank transfers that named it, what became credit included; null when nothing did.</summary>
    public Money? PaidByBank { get; init; }

    /// <summary>When nothing was left to pay; null until then.</summary>
    public Instant? SettledAt { get; init; }

    /// <summary>Whether it gives credit instead of asking for money.</summary>
    [JsonIgnore]
    public bool IsCredit => Total.Minor < 0;

    /// <summary>Where it stands; also of invoices written when <see cref="InvoiceStatus.Paid"/> stood for credit.</summary>
    [JsonIgnore]
    public InvoiceStatus Standing => IsCredit && Status == InvoiceStatus.Paid ? InvoiceStatus.Credited : Status;

    /// <summary>What is left to pay.</summary>
    [JsonIgnore]
    public Money Outstanding => Total - Settled;

    /// <summary>The document without tax.</summary>
    [JsonIgnore]
    public Money Net => Tax?.Net ?? Total;

    /// <summary>The marketplace's fee on part of the total: a share of rent, never of tax.</summary>
    public Money FeeOn(Money amount) => Total.IsZero || Net == Total
        ? amount.Share(PlatformFee)
        : (Fraction.From(amount.Major) * Fraction.From(Net.Major) / Fraction.From(Total.Major) * Fraction.From(PlatformFee.Fraction)).ToMoney(amount.Currency);

    /// <summary>The invoice of a statement.</summary>
    public static InvoiceId IdOf(RentStatement statement) => PublicId.Derive<InvoiceId>("invoice", statement.Key);

    /// <summary>The fact that books record of it.</summary>
    public static string FactOf(InvoiceId id) => "invoice:" + id;

    /// <summary>The invoice with more of it settled.</summary>
    internal Invoice Settle(Money amount, Instant at)
    {
        var settled = Settled + amount;
        return settled == Total
            ? MoveTo(InvoiceStatus.Paid) with { Settled = settled, SettledAt = at }
            : this with { Settled = settled };
    }

    /// <summary>The invoice in another state.</summary>
    internal Invoice MoveTo(InvoiceStatus to) => Status.CanBecome(to)
        ? this with { Status = to }
        : throw new InvalidOperationException($"{Id}: {Status} does not become {to}.");
}
