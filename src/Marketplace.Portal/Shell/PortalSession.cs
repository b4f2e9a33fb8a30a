using System.Net.Http.Headers;
using Marketplace.Client;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Options;

namespace Marketplace.Portal.Shell;

/// <summary>Who is signed in on this connection, and the client that speaks for them.</summary>
public sealed class PortalSession(AuthenticationStateProvider authentication, IHttpClientFactory clients, IOptions<PortalOptions> options)
{
    private MarketplaceClient? api;

    /// <summary>The API, called as whoever is signed in.</summary>
    public MarketplaceClient Api => api ??= new MarketplaceClient(clients.CreateClient(nameof(MarketplaceClient)));

    /// <summary>For whom the session acts; null when nobody is signed in, or for no organization yet.</summary>
    public Caller? Me { get; private set; }

    /// <summary>The person who is signed in; null when nobody is, or only a key.</summary>
    public Session? Person { get; private set; }

    /// <summary>Whether it acts for an organization that leases.</summary>
    public bool IsTenant => Me?.Kind is OrganizationKind.Tenant or OrganizationKind.OperatorAndTenant;

    /// <summary>Whether it acts for an organization that offers.</summary>
    public bool IsOperator => Me?.Kind is OrganizationKind.Operator or OrganizationKind.OperatorAndTenant;

    /// <summary>Whether it acts for the marketplace itself.</summary>
    public bool IsPlatform => Me?.Kind is OrganizationKind.Platform;

    /// <summary>Finds out who connected.</summary>
    public async Task StartAsync()
    {
        var visitor = (await authentication.GetAuthenticationStateAsync()).User;
        var http = clients.CreateClient(nameof(MarketplaceClient));
        var headers = http.DefaultRequestHeaders;
        options.Value.Introduce(headers, visitor.FindFirst(Visitor.AddressClaim)?.Value);
        api = new MarketplaceClient(http);
        var key = visitor.FindFirst(Visitor.KeyClaim)?.Value;
        var cookie = visitor.FindFirst(Visitor.CookieClaim)?.Value;
        try
        {
            if (cookie is not null)
            {
                headers.Add("Cookie", cookie);
                await AsPersonAsync(headers);
            }
            else if (key is not null)
            {
                headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
                Me = (await api.GetMeAsync()).Result;
            }
        }
        catch (MarketplaceException error) when (error.StatusCode == 401)
        {
            // Signed out elsewhere, revoked or expired: what is open to everyone can still be seen.
            headers.Authorization = null;
            headers.Remove("Cookie");
        }
    }

    /// <summary>Reads the person again, after something about the account changed. Without one it does nothing.</summary>
    public async Task RefreshAsync()
    {
        if (Person is not null)
        {
            Person = (await Api.GetSessionAsync()).Result;
        }
    }

    /// <summary>Keeps the language with the person who is signed in, so that mails and calendars are in it too. Without one it does nothing.</summary>
    public async Task KeepLanguageAsync(string language)
    {
        var chosen = language == "de" ? SpokenLanguage.De : SpokenLanguage.En;
        if (Person is { User.Language: var kept } && kept != chosen)
        {
            await Api.UpdateAccountAsync(new AccountChanges { Language = chosen });
            await RefreshAsync();
        }
    }

    private async Task AsPersonAsync(HttpRequestHeaders headers)
    {
        Person = (await Api.GetSessionAsync()).Result;
        headers.Add("X-Csrf-Token", Person.CsrfToken);
        if (Person.ActiveOrganization is not null)
        {
            Me = (await Api.GetMeAsync()).Result;

            // Switched in another window, the session acts for another organization than these pages show: then nothing is done from here.
            headers.Add("Marketplace-Organization", Me.OrganizationId);
        }
    }
}
