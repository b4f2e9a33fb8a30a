namespace Marketplace.Api.Billing.Sandbox;

/// <summary>What came of a tester's act.</summary>
internal enum SandboxOutcome
{
    /// <summary>It happened.</summary>
    Done,

    /// <summary>It happened before, at the same request.</summary>
    Repeated,

    /// <summary>There is no such payment, or it does not wait for this.</summary>
    NotAwaited,
}

/// <summary>What a tester can make happen.</summary>
internal enum SandboxAct
{
    /// <summary>The money comes.</summary>
    Pay,

    /// <summary>The bank starts moving the money.</summary>
    Process,

    /// <summary>The card or the bank declines.</summary>
    Fail,

    /// <summary>The card holder disputes the payment: the bank takes the money back.</summary>
    Dispute,

    /// <summary>The bank decides for the marketplace: the money comes back.</summary>
    WinDispute,

    /// <summary>The bank decides for the card holder: the money stays away.</summary>
    LoseDispute,
}
