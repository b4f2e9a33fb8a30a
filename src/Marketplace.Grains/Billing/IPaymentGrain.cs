using Marketplace.Domain.Billing;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Billing;

/// <summary>One payment at the gateway: each call is written down before it is made. Key: the payment's id.</summary>
[Alias("Marketplace.IPaymentGrain"), GrainInterfaceType("Marketplace.IPaymentGrain")]
public interface IPaymentGrain : IAggregateGrain
{
    /// <summary>The payment as last made durable, or null.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<Payment>?> GetAsync();

    /// <summary>
    /// Calls the payment off, at the gateway first; one not yet asked for is remembered as called off. Answers where it
    /// stands then; refused as retryable while the gateway cannot say.
    /// </summary>
    [Alias("Cancel")]
    Task<Answer<Payment>> CancelAsync(PaymentOrder order, string reason);

    /// <summary>Pays with a kept method, once for a request, and answers where the payment stands then; while the gateway does not answer it stands as before.</summary>
    [Alias("PayWith")]
    Task<Answer<Payment>> PayWithAsync(MethodUse use, string request);

    /// <summary>Takes what a verified notification of the gateway says. Returns once it is durable; repeated or outdated ones change nothing.</summary>
    /// <returns>Whether there is such a payment.</returns>
    [Alias("Report")]
    Task<bool> ReportAsync(GatewayReport report);

    /// <summary>What the payer's browser needs to pay, fetched from the gateway and never stored; null when the gateway does not know the payment.</summary>
    [Alias("GetClientSecret")]
    Task<Answer<PaymentSecret>> GetClientSecretAsync();
}
