using Marketplace.Domain.Billing;

namespace Marketplace.Grains.Billing;

/// <summary>The marketplace's bank account that invoices name for transfers, section <c>Billing:BankAccount</c> of the configuration.</summary>
public sealed class BankAccountOptions
{
    /// <summary>Whose account it is.</summary>
    public string? Holder { get; set; }

    /// <summary>IBAN or account number; without it invoices say how to start a payment instead.</summary>
    public string? Account { get; set; }

    /// <summary>BIC or routing number, where the account needs one.</summary>
    public string? BankCode { get; set; }

    /// <summary>The bank's name.</summary>
    public string? Bank { get; set; }

    internal BankAccount? ToAccount() => Account is { Length: > 0 } account ? new BankAccount(Holder ?? "The marketplace", account, BankCode, Bank) : null;
}
