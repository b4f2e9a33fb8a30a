using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Marketplace.Host.Tests;

namespace Marketplace.Portal.Tests;

/// <summary>Pages in a process of their own before an API in another: whose requests are counted, and against what.</summary>
public sealed class ForwardingTests
{
    private const int Attempts = 5;
    private const string Credential = "0123456789abcdef0123456789abcdef0123";

    [Fact]
    public async Task EachVisitorOfAPortalThatTheApiKnowsIsCountedByItsOwnAddress()
    {
        await using var system = await TwoHosts.StartAsync("--Portal:Credential", Credential);
        await UseUpAsync(system.Portal, "127.0.0.2");

        // Another visitor of the same portal is let in; the one who guessed is not, and cannot say that it is another.
        Assert.Equal(HttpStatusCode.Unauthorized, await GuessAsync(system.Portal, "127.0.0.3"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await GuessAsync(system.Portal, "127.0.0.2", ("Marketplace-Client-Address", "127.0.0.4"), ("Marketplace-Portal", Credential)));

        // Nor is anybody believed who comes to the API without the credential.
        await UseUpAsync(system.Api, "127.0.0.5");
        Assert.Equal(HttpStatusCode.TooManyRequests, await GuessAsync(system.Api, "127.0.0.5", ("Marketplace-Client-Address", "127.0.0.6"), ("Marketplace-Portal", Credential[..^1] + "x")));
    }

    [Fact]
    public async Task WithoutTheCredentialAllVisitorsAreCountedAsOne()
    {
        await using var system = await TwoHosts.StartAsync();
        await UseUpAsync(system.Portal, "127.0.0.2");
        Assert.Equal(HttpStatusCode.TooManyRequests, await GuessAsync(system.Portal, "127.0.0.3"));
    }

    [Fact]
    public async Task APageOfAnotherOriginBeginsNoLiveConnectionWithAVisitorsCookies()
    {
        await using var system = await TwoHosts.StartAsync();
        using var http = new HttpClient();

        Assert.Equal(HttpStatusCode.OK, await BeginAsync(http, system.Portal, system.Portal.GetLeftPart(UriPartial.Authority)));
        Assert.Equal(HttpStatusCode.OK, await BeginAsync(http, system.Portal, null));
        Assert.Equal(HttpStatusCode.Forbidden, await BeginAsync(http, system.Portal, system.Api.GetLeftPart(UriPartial.Authority)));
        Assert.Equal(HttpStatusCode.Forbidden, await BeginAsync(http, system.Portal, "null"));
    }

    [Fact]
    public async Task AKeyLongerThanAnyIsNoKeyAndABodyLargerThanAnyIsNotRead()
    {
        await using var system = await TwoHosts.StartAsync();
        using var http = new HttpClient();

        Assert.Equal(HttpStatusCode.Unauthorized, await OfferAsync(http, system.Portal, new string('k', 3_000)));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await OfferAsync(http, system.Portal, new string('k', 100_000)));
    }

    private static async Task<HttpStatusCode> OfferAsync(HttpClient http, Uri portal, string key)
    {
        using var answer = await http.PostAsJsonAsync(new Uri(portal, "/session"), new { key }, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static async Task<HttpStatusCode> BeginAsync(HttpClient http, Uri portal, string? origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(portal, "/_blazor/negotiate?negotiateVersion=1"));
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static async Task UseUpAsync(Uri host, string from)
    {
        for (var i = 0; i < Attempts; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await GuessAsync(host, from));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await GuessAsync(host, from));
    }

    /// <summary>Guesses a password, as a visitor with this address; every address of 127.0.0.0/8 is this machine's.</summary>
    private static async Task<HttpStatusCode> GuessAsync(Uri host, string from, params (string Name, string Value)[] headers)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host, "/identity/sessions"))
        {
            Content = JsonContent.Create(new { email = $"{Guid.NewGuid():N}@guess.example", password = "guess guess guess" }),
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    /// <summary>An API with its store, and a portal before it.</summary>
    private sealed class TwoHosts(string folder, HostProcess api, HostProcess portal, Uri apiAddress, Uri portalAddress) : IAsyncDisposable
    {
        public Uri Api => apiAddress;

        public Uri Portal => portalAddress;

        public static async Task<TwoHosts> StartAsync(params string[] ofPortal)
        {
            HostProcess.Program = PortalFiles.Host;
            var folder = Directory.CreateTempSubdirectory("marketplace-two-").FullName;
            var api = await HostProcess.StartReadyAsync(
                Path.Combine(folder, "data"), "--Marketplace:Demo", "false", "--Marketplace:Access:PortalCredential", Credential, "--Api:AttemptsPerMinutePerAddress", $"{Attempts}");
            var address = await api.ReadyAsync();
            var portal = HostProcess.Start(Path.Combine(folder, "portal"), ["--role", "portal", "--Portal:ApiBaseUrl", address.ToString(), .. ofPortal]);
            await portal.PrintedAsync("API they call");
            return new TwoHosts(folder, api, portal, address, new Uri(portal.Output.Split("Pages for people")[1].Trim().Split('\n')[0].Trim()));
        }

        public async ValueTask DisposeAsync()
        {
            await portal.DisposeAsync();
            await api.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}
