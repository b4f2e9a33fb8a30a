using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Marketplace.Api.Tests.Identity;

/// <summary>An OpenID Connect provider on loopback that vouches for whomever the test says.</summary>
internal sealed class FakeProvider : IAsyncDisposable
{
    private readonly RSA key = RSA.Create(2048);
    private readonly WebApplication app;

    private FakeProvider()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new
        {
            issuer = Issuer,
            authorization_endpoint = Issuer + "/authorize",
            token_endpoint = Issuer + "/token",
            jwks_uri = Issuer + "/keys",
        }));
        app.MapGet("/keys", () =>
        {
            var parts = key.ExportParameters(includePrivateParameters: false);
            return Results.Json(new { keys = new[] { new { kty = "RSA", use = "sig", alg = "RS256", kid = "1", n = Base64Url.EncodeToString(parts.Modulus), e = Base64Url.EncodeToString(parts.Exponent) } } });
        });
        app.MapPost("/token", async (HttpRequest request) =>
        {
            Asked = (await request.ReadFormAsync()).ToDictionary(it => it.Key, it => it.Value.ToString(), StringComparer.Ordinal);
            return Results.Json(new { access_token = "none", token_type = "Bearer", id_token = Token() });
        });
    }

    /// <summary>Who is vouched for: the token's claims.</summary>
    public Dictionary<string, object> Claims { get; set; } = [];

    /// <summary>The nonce that the token repeats.</summary>
    public string Nonce { get; set; } = "";

    /// <summary>What the last token was asked for with.</summary>
    public Dictionary<string, string> Asked { get; private set; } = [];

    public string Issuer => app.Urls.First();

    public static async Task<FakeProvider> StartAsync()
    {
        var provider = new FakeProvider();
        await provider.app.StartAsync();
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        key.Dispose();
    }

    private string Token()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var claims = new Dictionary<string, object>(Claims) { ["iss"] = Issuer, ["aud"] = "market", ["iat"] = now, ["exp"] = now + 300, ["nonce"] = Nonce };
        var signed = Part(new { alg = "RS256", kid = "1", typ = "JWT" }) + "." + Part(claims);
        return signed + "." + Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static string Part(object part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
}
