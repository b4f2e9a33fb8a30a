using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using System.Web;
using Marketplace.Testing;

namespace Marketplace.Api.Tests.Identity;

/// <summary>A certified OpenID provider that is not ours, as a child process on loopback: <c>oidc-provider</c> on Node.js, under tests/oidc.</summary>
internal sealed partial class CertifiedProvider : IAsyncDisposable
{
    public const string ClientId = "market";
    public const string ClientSecret = "a secret of the market";
    private static readonly string Folder = Path.Combine(Repository.Root, "tests/oidc");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly HttpClient http = new();
    private readonly Process process;

    private CertifiedProvider(Process process, Uri issuer) => (this.process, Issuer) = (process, issuer);

    /// <summary>Why it cannot start here, or null.</summary>
    public static string? Lack => Directory.Exists(Path.Combine(Folder, "node_modules/oidc-provider")) ? null : "The OpenID provider is not installed; 'bash tests/oidc/setup' installs it with npm.";

    public Uri Issuer { get; }

    public static async Task<CertifiedProvider> StartAsync()
    {
        var process = Process.Start(new ProcessStartInfo("node", [Path.Combine(Folder, "provider.mjs")]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Kill(process);
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var line = await process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException("The provider ended while it started.");
            if (line.StartsWith("listening ", StringComparison.Ordinal))
            {
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return new CertifiedProvider(process, new Uri(line["listening ".Length..]));
            }
        }
    }

    /// <summary>Says where its client is, which fault its tokens have, or that it takes a new key.</summary>
    public async Task SetAsync(object settings) => (await http.PostAsJsonAsync(new Uri(Issuer, "/control"), settings)).EnsureSuccessStatusCode();

    /// <summary>What a person does there at a browser of their own: signs in and consents; answers where the provider sends the browser.</summary>
    public async Task<Uri> SignInAsync(string authorize, string person)
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() };
        using var browser = new HttpClient(handler);
        var at = new Uri(authorize);
        while (at.Authority == Issuer.Authority)
        {
            using var page = await browser.GetAsync(at);
            if (page.StatusCode == HttpStatusCode.OK)
            {
                var form = await page.Content.ReadAsStringAsync();
                var prompt = Prompt().Match(form).Groups[1].Value;
                using var submitted = await browser.PostAsync(new Uri(Issuer, HttpUtility.HtmlDecode(Target().Match(form).Groups[1].Value)), new FormUrlEncodedContent(
                    prompt == "login" ? [new("prompt", prompt), new("login", person), new("password", "any")] : [new("prompt", prompt)]));
                at = new Uri(at, submitted.Headers.Location ?? throw new InvalidOperationException($"{prompt}: {submitted.StatusCode}"));
            }
            else
            {
                at = new Uri(at, page.Headers.Location ?? throw new InvalidOperationException($"{at.AbsolutePath}: {page.StatusCode} {await page.Content.ReadAsStringAsync()}"));
            }
        }

        return at;
    }

    /// <summary>Goes away.</summary>
    public async Task StopAsync()
    {
        Kill(process);
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        process.Dispose();
        http.Dispose();
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended before.
        }
    }

    [GeneratedRegex("name=\"prompt\" value=\"(\\w+)\"")]
    private static partial Regex Prompt();

    [GeneratedRegex("<form[^>]*action=\"([^\"]+)\"")]
    private static partial Regex Target();
}
