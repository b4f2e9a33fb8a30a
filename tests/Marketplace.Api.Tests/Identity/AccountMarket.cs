using System.Text.RegularExpressions;
using System.Web;
using Marketplace.Api.Identity;
using Marketplace.Domain.Organizations;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Api.Tests.Identity;

/// <summary>A market where people sign in and mails can be read.</summary>
public sealed partial class AccountMarket : IAsyncLifetime
{
    internal ApiMarket Api { get; private set; } = null!;

    internal Browser Browser() => new(Api.Address);

    public async ValueTask InitializeAsync() => Api = await ApiMarket.StartAsync();

    public ValueTask DisposeAsync() => Api.DisposeAsync();

    /// <summary>The next mail to an address: its subject, and what its link holds.</summary>
    internal static async Task<(string Subject, Dictionary<string, string> Link, SealedLetter Letter)> MailAsync(ApiMarket api, string to)
    {
        var letter = await api.Market.Mail.NextAsync(to, TestContext.Current.CancellationToken);
        var content = api.Services.GetRequiredService<Letters>().Open(letter);
        var query = HttpUtility.ParseQueryString(new Uri(LinkIn().Match(content.Text).Value).Query);
        return (content.Subject, query.AllKeys.ToDictionary(key => key!, key => query[key]!, StringComparer.Ordinal), letter);
    }

    internal Task<(string Subject, Dictionary<string, string> Link, SealedLetter Letter)> MailAsync(string to) => MailAsync(Api, to);

    [GeneratedRegex(@"https?://\S+")]
    private static partial Regex LinkIn();
}
