namespace Marketplace.Api.Billing;

/// <summary>Settings of payments, section <c>Payments</c> of the configuration.</summary>
public sealed class PaymentOptions
{
    /// <summary>
    /// Secrets with which the gateway signs its notifications; several while they are being changed. The sandbox makes its own
    /// when none is set.
    /// </summary>
    public IList<string> WebhookSecrets { get; } = [];

    /// <summary>Where the sandbox sends its notifications; null for this host's own door.</summary>
    public Uri? SandboxNotifyUrl { get; set; }
}
