using System.Security.Claims;
using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Marketplace.Api.Identity;

/// <summary>
/// Sign-in with other services by OpenID Connect, as many as the settings name. A person is known by the service's subject alone; an
/// address that a service tells opens no account that is here already.
/// </summary>
internal sealed class ExternalSignIn(IOptions<AccessOptions> access) : IConfigureNamedOptions<OpenIdConnectOptions>, IConfigureOptions<AuthenticationOptions>
{
    /// <summary>Who is signed in and wants the service linked.</summary>
    public const string LinkItem = "link";

    private const int LongestName = 200;
    private const int LongestEmail = 254;

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<IConfigureOptions<OpenIdConnectOptions>, ExternalSignIn>();
        services.AddSingleton<IConfigureOptions<AuthenticationOptions>, ExternalSignIn>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<OpenIdConnectOptions>, OpenIdConnectPostConfigureOptions>());
        services.TryAddTransient<OpenIdConnectHandler>();
    }

    /// <summary>Where a service sends the browser back.</summary>
    public static string CallbackOf(string provider) => $"/identity/external/{provider}/callback";

    public void Configure(AuthenticationOptions options)
    {
        foreach (var (name, provider) in access.Value.Providers)
        {
            options.AddScheme(name, scheme => (scheme.HandlerType, scheme.DisplayName) = (typeof(OpenIdConnectHandler), provider.DisplayName));
        }
    }

    public void Configure(OpenIdConnectOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, OpenIdConnectOptions options)
    {
        if (name is null || !access.Value.Providers.TryGetValue(name, out var provider))
        {
            return;
        }

        options.Authority = provider.Authority?.ToString();
        options.ClientId = provider.ClientId;
        options.ClientSecret = provider.ClientSecret;
        options.CallbackPath = CallbackOf(name);
        options.SignInScheme = IdentityConstants.ExternalScheme;
        options.ResponseType = OpenIdConnectResponseType.Code;

        // By query, so that the browser's cookies may stay those of this site alone.
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        options.UsePkce = true;
        options.MapInboundClaims = false;

        // What a service says of somebody stands where it is asked for with the token, unless it says so in the identity token itself.
        options.GetClaimsFromUserInfoEndpoint = true;
        options.ClaimActions.MapUniqueJsonKey("email_verified", "email_verified");
        options.ClaimActions.MapUniqueJsonKey("preferred_username", "preferred_username");
        options.TokenValidationParameters.IssuerValidatorUsingConfiguration = (issuer, token, _, configuration) => ExternalIssuer.Check(issuer, token, configuration, provider);
        options.RequireHttpsMetadata = provider.Authority?.IsLoopback != true;
        options.Scope.Clear();
        foreach (var scope in new[] { "openid", "email", "profile" })
        {
            options.Scope.Add(scope);
        }

        foreach (var cookie in new[] { options.CorrelationCookie, options.NonceCookie })
        {
            (cookie.SameSite, cookie.SecurePolicy) = (SameSiteMode.Lax, CookieSecurePolicy.SameAsRequest);
        }

        options.Events.OnRedirectToIdentityProvider = SayWhereToReturn;
        options.Events.OnTicketReceived = ReceiveAsync;
        options.Events.OnRemoteFailure = FailAsync;
    }

    private Task SayWhereToReturn(RedirectContext context)
    {
        if (access.Value.PublicAddress is { } address)
        {
            context.ProtocolMessage.RedirectUri = address.GetLeftPart(UriPartial.Authority) + context.Options.CallbackPath;
        }

        return Task.CompletedTask;
    }

    // The service vouched for somebody: find or register that person, and open a session.
    private static async Task ReceiveAsync(TicketReceivedContext context)
    {
        var returnTo = context.ReturnUri ?? "/";
        var problem = await EnterAsync(context.HttpContext, context.Scheme, context.Principal!, context.Properties!);
        context.HandleResponse();
        context.Response.Redirect(problem is null ? returnTo : With(returnTo, problem));
    }

    private static Task FailAsync(RemoteFailureContext context)
    {
        context.HandleResponse();
        context.Response.Redirect(With(context.Properties?.RedirectUri ?? "/", "external_failed"));
        return Task.CompletedTask;
    }

    /// <returns>Why nobody was let in; null: somebody was.</returns>
    private static async Task<string?> EnterAsync(HttpContext http, AuthenticationScheme scheme, ClaimsPrincipal principal, AuthenticationProperties properties)
    {
        var provider = http.RequestServices.GetRequiredService<IOptions<AccessOptions>>().Value.Providers[scheme.Name];
        if (ExternalIssuer.SubjectOf(principal, provider) is not { } subject)
        {
            return "external_failed";
        }

        var accounts = http.RequestServices.GetRequiredService<Accounts>();
        var signIns = http.RequestServices.GetRequiredService<SignIns>();
        var user = await accounts.FindByLoginAsync(scheme.Name, subject);
        if (properties.Items.TryGetValue(LinkItem, out var link))
        {
            var present = await http.RequestServices.GetRequiredService<ISessions>().FindAsync(http);
            if (present?.User.Id.Value != link)
            {
                return "external_failed";
            }

            if (user is not null)
            {
                return user.Id.Value == link ? null : "identifier_taken";
            }

            if (!(await accounts.AddLoginAsync(MarketUser.Of(present!.User), new UserLoginInfo(scheme.Name, subject, scheme.DisplayName))).Succeeded)
            {
                return "identifier_taken";
            }

            await http.RequestServices.GetRequiredService<Letters>().TellOfWayInAsync(http, present.User.Account, WayIn.Service(scheme.DisplayName ?? scheme.Name));
            return null;
        }

        if (user is null)
        {
            if ((principal.FindFirstValue("email") ?? principal.FindFirstValue("preferred_username")) is not { Length: > 2 } email || email.Length > LongestEmail || !email.Contains('@', StringComparison.Ordinal))
            {
                return "external_email_missing";
            }

            var name = principal.FindFirstValue("name") is { Length: > 0 } told ? told : email;
            user = MarketUser.New(email, name.Length > LongestName ? name[..LongestName] : name, ExternalIssuer.IsVerified(principal, provider), Wording.Asked(http.Request));
            user.Account = user.Account with { Logins = [new ExternalLogin(scheme.Name, subject, scheme.DisplayName)] };
            if (!(await accounts.CreateAsync(user)).Succeeded)
            {
                return "email_taken";
            }
        }

        signIns.Method = SignInMethod.External;
        await signIns.SignInAsync(user, isPersistent: false);
        return null;
    }

    private static string With(string returnTo, string problem) => $"{returnTo}{(returnTo.Contains('?', StringComparison.Ordinal) ? '&' : '?')}problem={problem}";
}
