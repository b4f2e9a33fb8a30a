using System.Security.Claims;
using System.Security.Cryptography;
using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using NodaTime;

namespace Marketplace.Api.Identity;

/// <summary>
/// Asks the person a cookie names, and the organization the person acts for, on every request: an ended session, a removed
/// member and a changed role count at once.
/// </summary>
internal sealed class Sessions(IGrainFactory grains, TimeProvider time, IDataProtectionProvider protection) : ISessions
{
    /// <summary>The cookie.</summary>
    public const string Cookie = "marketplace-session";

    /// <summary>Where a page shows that it knows the session's token.</summary>
    public const string TokenHeader = "X-Csrf-Token";

    private static readonly Duration SeenEvery = Duration.FromMinutes(5);
    private readonly IDataProtector tokens = protection.CreateProtector("Marketplace.Identity.CsrfToken");

    public async ValueTask<SignedIn?> FindAsync(HttpContext http)
    {
        if (!http.Request.Cookies.ContainsKey(Cookie))
        {
            return null;
        }

        var principal = (await http.AuthenticateAsync(IdentityConstants.ApplicationScheme)).Principal;
        if (!PublicId.TryParse<UserId>(principal?.FindFirstValue(ClaimTypes.NameIdentifier), out var userId) ||
            !PublicId.TryParse<SessionId>(principal?.FindFirstValue(SignIns.SessionClaim), out var sessionId) ||
            await FindAsync(userId, sessionId) is not { } found)
        {
            return null;
        }

        var current = http.RequestServices.GetRequiredService<CurrentSession>();
        (current.Id, current.User) = (sessionId, userId);
        var now = Instant.FromDateTimeOffset(time.GetUtcNow());
        if (now - found.Session.SeenAt >= SeenEvery)
        {
            grains.Of<IUserGrain>(userId.Value).SeeSessionAsync(new SeeSession(sessionId, now)).Ignore();
        }

        return found;
    }

    public bool IsOurs(HttpContext http, SignedIn signedIn)
    {
        var token = http.Request.Headers[TokenHeader].ToString();
        if (token.Length is 0 or > 1_000)
        {
            return false;
        }

        try
        {
            return tokens.Unprotect(token) == signedIn.Session.Id.Value;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>The token by which our own pages are told from others in this session.</summary>
    public string TokenOf(SessionId session) => tokens.Protect(session.Value);

    /// <summary>The person in this session with the organization acted for, or null when it has ended.</summary>
    public async Task<SignedIn?> FindAsync(UserId userId, SessionId sessionId)
    {
        var user = (await grains.Of<IUserGrain>(userId.Value).GetAsync())?.State;
        return user?.Session(sessionId, Instant.FromDateTimeOffset(time.GetUtcNow())) is { } session
            ? new SignedIn(user, session, session.Organization is { } organization ? await CallerAsync(user, organization) : null)
            : null;
    }

    /// <summary>The person as a member of an organization, or null when it is none.</summary>
    public async Task<Caller?> CallerAsync(User user, OrganizationId id)
    {
        var organization = (await grains.Of<IOrganizationGrain>(id.Value).GetAsync())?.State;
        return organization?.Member(user.Id) is { } member
            ? new Caller(organization.Id, organization.Name, organization.Kind, member.Role, [], user.Id.Value, member.Id.Value)
            : null;
    }
}
