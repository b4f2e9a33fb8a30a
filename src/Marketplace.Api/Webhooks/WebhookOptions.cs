namespace Marketplace.Api.Webhooks;

/// <summary>Settings of webhooks out, section <c>Marketplace:Webhooks</c> of the configuration.</summary>
public sealed class WebhookOptions
{
    /// <summary>The section.</summary>
    public const string Section = "Marketplace:Webhooks";

    /// <summary>
    /// Whether endpoints may lie on this machine's loopback addresses, with http and on any port. For development alone: it lets
    /// whoever may register an endpoint speak to whatever listens here.
    /// </summary>
    public bool AllowLoopback { get; set; }
}
