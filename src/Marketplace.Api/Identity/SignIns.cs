using System.Security.Claims;
using System.Security.Cryptography;
using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using NodaTime;

namespace Marketplace.Api.Identity;

/// <summary>ASP.NET Core Identity's manager of sign-ins, which here opens a session that is kept with the person and can be revoked.</summary>
internal sealed class SignIns(
    Accounts accounts,
    IHttpContextAccessor http,
    IUserClaimsPrincipalFactory<MarketUser> principals,
    IOptions<IdentityOptions> options,
    ILogger<SignInManager<MarketUser>> log,
    IAuthenticationSchemeProvider schemes,
    IUserConfirmation<MarketUser> confirmation,
    IGrainFactory grains,
    TimeProvider time,
    CurrentSession current,
    IOptions<AccessOptions> access)
    : SignInManager<MarketUser>(accounts, http, principals, options, log, schemes, confirmation)
{
    /// <summary>The claim that names the session.</summary>
    public const string SessionClaim = "sid";

    private const int LongestAgent = 200;

    /// <summary>How the person signs in, for the access log.</summary>
    public SignInMethod Method { get; set; } = SignInMethod.Password;

    /// <summary>Whether the browser is to remember the session.</summary>
    public bool Remember { get; set; }

    /// <summary>Opens a session and gives the browser its cookie.</summary>
    public override async Task SignInWithClaimsAsync(MarketUser user, AuthenticationProperties? authenticationProperties, IEnumerable<Claim> additionalClaims)
    {
        var now = time.GetUtcNow();
        var lasts = Remember ? access.Value.RememberedSessionLasts : access.Value.SessionLasts;
        var id = PublicId.Derive<SessionId>(RandomNumberGenerator.GetHexString(32));
        var agent = Context.Request.Headers.UserAgent.ToString();
        var answer = await grains.Of<IUserGrain>(user.Id.Value).OpenSessionAsync(new OpenSession(
            id, Method, Duration.FromTimeSpan(lasts), ClientAddress.Of(Context), agent.Length > LongestAgent ? agent[..LongestAgent] : agent, Instant.FromDateTimeOffset(now)));
        if (!answer.IsGranted)
        {
            throw new ProblemException(Problem.Of(answer.Refusal));
        }

        user.Take(answer.Value.State);
        (current.Id, current.User) = (id, user.Id);
        var properties = new AuthenticationProperties { IsPersistent = Remember, IssuedUtc = now, ExpiresUtc = now + lasts };
        await base.SignInWithClaimsAsync(user, properties, [.. additionalClaims, new Claim(SessionClaim, id.Value)]);
    }
}
