using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Marketplace.Api.Identity;

/// <summary>
/// Whether an identity token is of the service that it should be of. One that speaks for many tenants names its issuer with a place for the
/// tenant; then the token's own tenant stands there, and has to be one that the settings let in.
/// </summary>
internal static class ExternalIssuer
{
    private const string TenantClaim = "tid";
    private const string Place = "{tenantid}";

    /// <returns>The issuer.</returns>
    /// <exception cref="SecurityTokenInvalidIssuerException">It is another's.</exception>
    public static string Check(string issuer, SecurityToken token, BaseConfiguration configuration, ProviderOptions provider)
    {
        var expected = configuration.Issuer;
        if (IsOfMany(expected))
        {
            var tenant = (token as JsonWebToken)?.TryGetPayloadValue<string>(TenantClaim, out var named) == true ? named : "";
            expected = provider.Tenants.Contains(tenant, StringComparer.OrdinalIgnoreCase) ? expected.Replace(Place, tenant, StringComparison.Ordinal) : null;
        }

        return !string.IsNullOrEmpty(expected) && string.Equals(issuer, expected, StringComparison.Ordinal)
            ? issuer
            : throw new SecurityTokenInvalidIssuerException("The issuer is not the service's, or its tenant is not let in.") { InvalidIssuer = issuer };
    }

    /// <summary>Who somebody is for the service; with the tenant before it where it speaks for many, because each says so of its own. Null: nobody.</summary>
    public static string? SubjectOf(ClaimsPrincipal principal, ProviderOptions provider) => principal.FindFirstValue("sub") is not { Length: > 0 } subject ? null
        : provider.Tenants.Length == 0 ? subject
        : principal.FindFirstValue(TenantClaim) is { Length: > 0 } tenant ? $"{tenant}:{subject}"
        : null;

    /// <summary>
    /// Whether the service shows that mails to the address arrive. Where it speaks for many, whoever administers one of them says what the
    /// addresses of its people are: that shows nothing.
    /// </summary>
    public static bool IsVerified(ClaimsPrincipal principal, ProviderOptions provider) => provider.Tenants.Length == 0
        && principal.FindFirstValue("email") is not null && string.Equals(principal.FindFirstValue("email_verified"), "true", StringComparison.OrdinalIgnoreCase);

    private static bool IsOfMany(string? issuer) => issuer?.Contains(Place, StringComparison.Ordinal) == true;
}
