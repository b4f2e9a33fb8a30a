namespace Marketplace.Grains.Billing;

/// <summary>Where deposits and prepayments are held, section <c>Billing:Custody</c> of the configuration.</summary>
public sealed class CustodyOptions
{
    /// <summary>The custodian of offers that name none: the party the marketplace has an agreement with.</summary>
    public string Custodian { get; set; } = "Sandbox custodian (no real money)";

    /// <summary>
    /// Whether a standing instruction moves money for a custodian or bank there and back by itself. Without it money rests on the
    /// payment provider's balance until an administrator records the move, and is given back when the provider's limit passes.
    /// </summary>
    public bool StandingInstruction { get; set; } = true;
}
