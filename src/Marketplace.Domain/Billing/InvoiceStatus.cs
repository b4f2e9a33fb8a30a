using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Marketplace.Domain.Billing;

/// <summary>Where an invoice stands.</summary>
public enum InvoiceStatus
{
    /// <summary>Issued, with something left to pay.</summary>
    Open,

    /// <summary>As open, after its due day.</summary>
    Overdue,

    /// <summary>Nothing is left to pay.</summary>
    Paid,

    /// <summary>Nothing was ever to pay: credits exceeded charges, and the difference became credit for later invoices.</summary>
    Credited,
}

/// <summary>The legal steps between an invoice's states, in one table.</summary>
public static class InvoiceStatuses
{
    /// <summary>The states that may follow each state, each with what brings it about.</summary>
    public static IReadOnlyDictionary<InvoiceStatus, ImmutableArray<(InvoiceStatus To, string By)>> Next { get; } =
        new Dictionary<InvoiceStatus, ImmutableArray<(InvoiceStatus To, string By)>>
        {
            [InvoiceStatus.Open] =
            [
                (InvoiceStatus.Paid, "payment, credit or deposit covers what is left"),
                (InvoiceStatus.Overdue, "the due day ends"),
            ],
            [InvoiceStatus.Overdue] =
            [
                (InvoiceStatus.Paid, "payment, credit or deposit covers what is left"),
            ],
            [InvoiceStatus.Credited] = [],
            [InvoiceStatus.Paid] = [(InvoiceStatus.Open, "a dispute is lost: the payer's bank took the money back")],
        }.ToFrozenDictionary();

    /// <summary>Whether nothing is left to pay.</summary>
    public static bool IsSettled(this InvoiceStatus status) => status is InvoiceStatus.Paid or InvoiceStatus.Credited;

    /// <summary>Whether <paramref name="to"/> may follow <paramref name="from"/>.</summary>
    public static bool CanBecome(this InvoiceStatus from, InvoiceStatus to) => Next[from].Any(step => step.To == to);
}
