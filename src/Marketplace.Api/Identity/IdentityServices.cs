using Marketplace.Api.Http;
using Marketplace.Grains.Ports;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Marketplace.Api.Identity;

/// <summary>Adds sign-in: ASP.NET Core Identity's managers over people kept in grains.</summary>
internal static class IdentityServices
{
    private const int HashIterations = 210_000; // OWASP's figure for PBKDF2 with HMAC-SHA-512.

    public static IServiceCollection AddIdentity(this IServiceCollection services)
    {
        services.AddOptions<AccessOptions>().BindConfiguration(AccessOptions.Section);
        services.AddHttpContextAccessor();
        services.AddLetters();
        services.TryAddSingleton(provider => new PortalCredential(provider.GetRequiredService<IOptions<AccessOptions>>()));
        services.TryAddSingleton<Sessions>();
        services.TryAddSingleton<ISessions>(provider => provider.GetRequiredService<Sessions>());
        services.TryAddScoped<CurrentSession>();
        services.TryAddScoped<UserStore>();
        services.AddIdentityCore<MarketUser>()
            .AddUserStore<UserStore>()
            .AddUserManager<Accounts>()
            .AddSignInManager<SignIns>()
            .AddTokenProvider<DataProtectorTokenProvider<MarketUser>>(TokenOptions.DefaultProvider)
            .AddTokenProvider<AppCodes>(TokenOptions.DefaultAuthenticatorProvider)
            .AddPasswordValidator<PasswordRules>();
        services.Configure<PasswordHasherOptions>(options => options.IterationCount = HashIterations);
        services.AddOptions<IdentityOptions>().Configure<IOptions<AccessOptions>>((identity, access) =>
        {
            identity.User.RequireUniqueEmail = true;
            identity.User.AllowedUserNameCharacters = "";
            identity.Password = new PasswordOptions { RequiredLength = 10, RequiredUniqueChars = 5, RequireDigit = false, RequireLowercase = false, RequireUppercase = false, RequireNonAlphanumeric = false };
            identity.Lockout = new LockoutOptions { MaxFailedAccessAttempts = access.Value.FailedSignInsBeforeLock, DefaultLockoutTimeSpan = access.Value.LockFor };
            identity.SignIn.RequireConfirmedEmail = access.Value.ConfirmedEmailOnly;
            identity.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
        });
        services.AddOptions<DataProtectionTokenProviderOptions>().Configure<IOptions<AccessOptions>>((tokens, access) => tokens.TokenLifespan = access.Value.TokensLast);
        services.AddOptions<IdentityPasskeyOptions>().Configure<IOptions<AccessOptions>>((passkeys, access) =>
        {
            passkeys.ServerDomain = access.Value.PasskeyDomain;
            passkeys.UserVerificationRequirement = "required";
            passkeys.ResidentKeyRequirement = "required";
            passkeys.ValidateOrigin = origin => ValueTask.FromResult(!origin.CrossOrigin && origin.Origin == OriginOf(origin.HttpContext, access.Value));
        });
        services.AddAuthentication().AddIdentityCookies(cookies =>
        {
            cookies.ApplicationCookie!.Configure(cookie =>
            {
                Close(cookie, Sessions.Cookie);
                cookie.SlidingExpiration = false;

                // The session itself is looked up with every request, so a stamp in the cookie adds nothing.
                cookie.Events = new CookieAuthenticationEvents();
            });
            cookies.TwoFactorUserIdCookie!.Configure(cookie => Close(cookie, "marketplace-second-factor"));
            cookies.ExternalCookie!.Configure(cookie => Close(cookie, "marketplace-external"));
        });
        ExternalSignIn.Add(services);
        return services;
    }

    /// <summary>Adds what writes mails and what sends them.</summary>
    private static IServiceCollection AddLetters(this IServiceCollection services)
    {
        services.AddOptions<MailOptions>().BindConfiguration(MailOptions.Section);
        services.TryAddSingleton<Letters>();
        services.TryAddSingleton<MailLimits>();
        services.TryAddSingleton<INoticeWriter, NoticeWriter>();
        services.TryAddSingleton<SmtpLetterSender>();
        services.TryAddSingleton<ConsoleLetterSender>();
        services.TryAddSingleton<ILetterSender>(provider => ActivatorUtilities.CreateInstance<AskedLetterSender>(
            provider,
            provider.GetRequiredService<IOptions<MailOptions>>().Value.Host is { Length: > 0 }
                ? provider.GetRequiredService<SmtpLetterSender>()
                : provider.GetRequiredService<ConsoleLetterSender>()));
        return services;
    }

    /// <summary>The one origin whose pages may use passkeys: the public address, or else what the browser asked for.</summary>
    private static string OriginOf(HttpContext http, AccessOptions access) =>
        access.PublicAddress?.GetLeftPart(UriPartial.Authority) ?? $"{http.Request.Scheme}://{http.Request.Host}";

    private static void Close(CookieAuthenticationOptions options, string name)
    {
        options.Cookie.Name = name;
        options.Cookie.HttpOnly = true;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;

        // Lax, not strict: links in mails and the way back from another sign-in service come from elsewhere.
        options.Cookie.SameSite = SameSiteMode.Lax;
    }
}
