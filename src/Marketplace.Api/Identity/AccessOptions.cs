namespace Marketplace.Api.Identity;

/// <summary>Settings of sign-in, section <c>Marketplace:Access</c> of the configuration.</summary>
public sealed class AccessOptions
{
    /// <summary>The section.</summary>
    public const string Section = "Marketplace:Access";

    /// <summary>Whether nobody signs in with a password before mails to the address were shown to arrive.</summary>
    public bool ConfirmedEmailOnly { get; set; }

    /// <summary>Failed attempts after which an account is locked, 3 to 100.</summary>
    public int FailedSignInsBeforeLock { get; set; } = 5;

    /// <summary>For how long it is locked.</summary>
    public TimeSpan LockFor { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a session lasts that ends with the browser.</summary>
    public TimeSpan SessionLasts { get; set; } = TimeSpan.FromHours(12);

    /// <summary>How long a session lasts that the browser is to remember.</summary>
    public TimeSpan RememberedSessionLasts { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long links in mails work.</summary>
    public TimeSpan TokensLast { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Shared secret by which a portal in another process is believed for whom it asks; see docs/access.md. Unless set: none outside this process.</summary>
    public string? PortalCredential { get; set; }

    /// <summary>Host name that passkeys belong to, such as <c>market.example.com</c>. Unless set: the one that the browser asked for.</summary>
    public string? PasskeyDomain { get; set; }

    /// <summary>The portal's address as people reach it, for links in mails, such as <c>https://market.example.com</c>. Unless set: the one that the browser asked for.</summary>
    public Uri? PublicAddress { get; set; }

    /// <summary>Other sign-in services by OpenID Connect, by the name that stands in their redirect address: lower-case letters, digits and hyphens.</summary>
    public Dictionary<string, ProviderOptions> Providers { get; set; } = [];
}

/// <summary>A sign-in service.</summary>
public sealed class ProviderOptions
{
    /// <summary>What to call it. Unless set: its name.</summary>
    public string? DisplayName { get; set; }

    /// <summary>Its issuer, such as <c>https://login.microsoftonline.com/&lt;tenant&gt;/v2.0</c>.</summary>
    public Uri? Authority { get; set; }

    /// <summary>Our id there.</summary>
    public string? ClientId { get; set; }

    /// <summary>Our secret there.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>
    /// Whose people may sign in where the service speaks for many, as Entra ID does at <c>/organizations/v2.0</c>: the ids of these tenants.
    /// Elsewhere it says nothing.
    /// </summary>
    public string[] Tenants { get; set; } = [];
}
