using Marketplace.Domain.Billing;

namespace Marketplace.Grains.Ports;

/// <summary>
/// Payment methods that the gateway keeps, set up on a page of its own so that no card's number ever comes here. Errors as in
/// <see cref="IPaymentGateway"/>.
/// </summary>
public interface IMethodGateway
{
    /// <summary>Opens a page on which a payer sets a method up, or finds the one that an earlier try of this call opened: Created with its id, Declined or Unknown.</summary>
    Task<GatewayAnswer> OpenSetupAsync(MethodSetupOrder order, GatewayCall call, CancellationToken cancellation = default);

    /// <summary>A set-up as it stands now; null when it cannot be had now.</summary>
    Task<GatewaySetup?> SetupAsync(MethodSetupOrder order, string setupId, CancellationToken cancellation = default);

    /// <summary>
    /// Pays with a kept method: Succeeded or Processing; NeedsAction without detail when the payer must confirm at the bank, and with
    /// one when the bank declines; Declined, NotFound (no such method) or Unknown. A payment brings its money once, however often this is called.
    /// </summary>
    Task<GatewayAnswer> ConfirmAsync(PaymentOrder order, string gatewayId, MethodUse use, GatewayCall call, CancellationToken cancellation = default);

    /// <summary>Gives a method up, or finds that it was: Succeeded, NotFound or Unknown.</summary>
    Task<GatewayAnswer> DetachAsync(string methodId, GatewayCall call, CancellationToken cancellation = default);
}
