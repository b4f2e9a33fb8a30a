using Marketplace.Domain.Billing;
using NodaTime;

namespace Marketplace.Api.Billing.Sandbox;

/// <summary>How a card of the sandbox behaves. There are no others: nobody can type a real card's number here.</summary>
internal enum SandboxCard
{
    /// <summary>It pays.</summary>
    Pays,

    /// <summary>It can be kept, and every payment is declined.</summary>
    Declines,

    /// <summary>The bank wants its holder to confirm each payment, and declines where nobody is there.</summary>
    AsksToConfirm,

    /// <summary>It can be kept, and the bank says that it has expired.</summary>
    Expired,
}

/// <summary>A set-up of a card as the sandbox keeps it, and the card once it is done.</summary>
internal sealed record SandboxSetup : SandboxBook
{
    /// <summary>How long its page waits for the payer.</summary>
    public static readonly Duration Life = Duration.FromHours(24);

    public required MethodSetupOrder Order { get; init; }

    /// <summary>When it was opened, in the sandbox's time; null in what was written before this was kept.</summary>
    public Instant? OpenedAt { get; init; }

    /// <summary>How the card behaves; null while the payer has not chosen one.</summary>
    public SandboxCard? Card { get; init; }

    /// <summary>The last day on which the card is valid; null while the payer has not chosen one.</summary>
    public LocalDate? ValidThrough { get; init; }

    /// <summary>Whether the card was given up.</summary>
    public bool IsDetached { get; init; }

    /// <inheritdoc/>
    public override string Subject => Order.Id.Value;

    /// <summary>Whether its page waits for the payer no longer.</summary>
    public bool IsExpired(Instant now) => Card is null && OpenedAt + Life <= now;

    /// <summary>Its page is one of the portal's, on whose address the payer returns.</summary>
    public GatewaySetup Show(Instant now) => Card is { } card
        ? new GatewaySetup(MethodSetupStatus.Done, null, new MethodDetails(Id, MethodKind.Card, "visa", LastFourOf(card), ValidThrough))
        : IsExpired(now) ? new GatewaySetup(MethodSetupStatus.Ended, null, null, "The provider's page has expired.")
        : new GatewaySetup(MethodSetupStatus.Open, new Uri(Order.ReturnTo, "/sandbox/payment-methods/" + Order.Id));

    /// <inheritdoc/>
    public override Dictionary<string, object?> About() => new()
    {
        ["id"] = Id,
        ["object"] = "checkout.session",
        ["mode"] = "setup",
        ["status"] = Card is null ? "open" : "complete",
        ["metadata"] = new Dictionary<string, object?> { [GatewayNotices.Setup] = Order.Id.Value, [GatewayNotices.Tenant] = Order.Tenant.Value },
    };

    private static string LastFourOf(SandboxCard card) => card switch
    {
        SandboxCard.Declines => "0341",
        SandboxCard.AsksToConfirm => "3184",
        SandboxCard.Expired => "0069",
        _ => "4242",
    };
}
