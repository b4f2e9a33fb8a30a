using Marketplace.Domain.Billing;

namespace Marketplace.Testing.BadDays;

/// <summary>The payers' side of a gateway, played by a test.</summary>
public interface IBank
{
    /// <summary>The payer pays; nobody is told.</summary>
    Task PayAsync(Payment payment);

    /// <summary>The payer's bank declines; the payer may try again.</summary>
    Task DeclineAsync(Payment payment);

    /// <summary>The payer's bank opens or decides a dispute of the whole payment.</summary>
    Task DisputeAsync(Payment payment, DisputeStatus status);

    /// <summary>The operator has signed up, so that its account is paid; nobody is told.</summary>
    Task SignUpAsync(PayoutAccount account);
}

/// <summary>The test gateway's.</summary>
public sealed class TestBank(TestGateway gateway) : IBank
{
    /// <inheritdoc/>
    public Task PayAsync(Payment payment) => Act(() => gateway.Move(payment.Id, GatewayOutcome.Succeeded));

    /// <inheritdoc/>
    public Task DeclineAsync(Payment payment) => Act(() => gateway.Move(payment.Id, GatewayOutcome.NeedsAction));

    /// <inheritdoc/>
    public Task DisputeAsync(Payment payment, DisputeStatus status) => Act(() => gateway.Dispute(payment.Id, status));

    /// <inheritdoc/>
    public Task SignUpAsync(PayoutAccount account) => Act(() => gateway.Accounts[account.GatewayId!] = true);

    private static Task Act(Action act)
    {
        act();
        return Task.CompletedTask;
    }
}
