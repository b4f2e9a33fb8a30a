using Marketplace.Domain.Primitives;

namespace Marketplace.Api.Billing;

/// <summary>Settings of payments, section <c>Marketplace:Payments</c> of the configuration.</summary>
public sealed class PaymentOptions
{
    /// <summary>Where the settings stand.</summary>
    public const string Section = "Marketplace:Payments";

    /// <summary>The secret key of the Stripe account, <c>sk_…</c> or better a restricted <c>rk_…</c>; null without Stripe.</summary>
    public string? ApiKey { get; set; }

    /// <summary>The key with which a payer's browser starts Stripe's form, <c>pk_…</c>; null where no browser pays.</summary>
    public string? PublishableKey { get; set; }

    /// <summary>A server that speaks Stripe's API; null for Stripe itself.</summary>
    public Uri? ApiBase { get; set; }

    /// <summary>How long to wait for an answer of Stripe, 1 s to 80 s; a call that takes longer counts as unanswered and is looked up.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Country of the accounts that payers in EUR transfer to: BE, DE, ES, FR, IE or NL.</summary>
    public string EuroTransferCountry { get; set; } = "DE";

    /// <summary>
    /// What Stripe keeps for payers, of <c>card</c>, <c>sepa_debit</c> (EUR) and <c>us_bank_account</c> (USD); cards alone when none is
    /// named. The account must be enabled for each.
    /// </summary>
    public IList<string> KeptMethods { get; } = [];

    /// <summary>
    /// Secrets with which the gateway signs its notifications; several while they are being changed. The sandbox makes its own
    /// when none is set.
    /// </summary>
    public IList<string> WebhookSecrets { get; } = [];

    /// <summary>Where the sandbox sends its notifications; null for this host's own door.</summary>
    public Uri? SandboxNotifyUrl { get; set; }

    /// <summary>Where an operator's browser goes when Stripe's sign-up page is left or has expired; null for this host's own page.</summary>
    public Uri? OnboardingReturnUrl { get; set; }

    /// <summary>What Stripe keeps of a payer who pays in a currency.</summary>
    public IEnumerable<string> TypesFor(Currency currency) => (KeptMethods.Count == 0 ? ["card"] : KeptMethods).Where(type => type switch
    {
        "sepa_debit" => currency.Value == "EUR",
        "us_bank_account" => currency.Value == "USD",
        _ => true,
    });

    /// <summary>Whether a key is one of Stripe's test mode, in which no real money moves.</summary>
    public static bool IsTestKey(string key) =>
        key.StartsWith("sk_test_", StringComparison.Ordinal) || key.StartsWith("rk_test_", StringComparison.Ordinal);
}
