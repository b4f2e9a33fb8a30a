using System.Net.Http.Headers;

namespace Marketplace.Portal;

/// <summary>Settings of the portal, section <c>Portal</c> of the configuration.</summary>
public sealed class PortalOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Portal";

    /// <summary>Header in which the portal shows the API <see cref="Credential"/>.</summary>
    public const string CredentialHeader = "Marketplace-Portal";

    /// <summary>Header in which it says for whom it asks.</summary>
    public const string VisitorHeader = "Marketplace-Client-Address";

    /// <summary>Root of the API that the pages call; empty for the one this host serves itself.</summary>
    public Uri? ApiBaseUrl { get; set; }

    /// <summary>
    /// Secret by which the API believes this portal for whom it asks, so that its limits count each visitor by the visitor's own
    /// address: the API's <c>Marketplace:Access:PortalCredential</c>. Within one process nobody has to set it.
    /// </summary>
    public string? Credential { get; set; }

    /// <summary>Tells the API for whom is asked, where it would believe that.</summary>
    internal void Introduce(HttpRequestHeaders headers, string? visitor)
    {
        if (Credential is { Length: > 0 } && visitor is not null)
        {
            headers.Add(CredentialHeader, Credential);
            headers.Add(VisitorHeader, visitor);
        }
    }
}
