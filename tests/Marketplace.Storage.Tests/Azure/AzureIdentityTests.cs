using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Marketplace.Grains.Ports;
using Marketplace.Storage.Azure;
using Marketplace.Storage.Tests.Contract;
using Marketplace.Testing;
using Marketplace.Testing.Azurite;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Clustering.AzureStorage;
using Orleans.Providers;
using Orleans.Storage;

namespace Marketplace.Storage.Tests.Azure;

/// <summary>Where an account takes no keys, an identity's token is all that is shown: for records, blobs, rows and membership.</summary>
public sealed class AzureIdentityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Watched _network = new();

    public void Dispose()
    {
        _network.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_store_that_is_given_endpoints_and_an_identity_uses_no_key()
    {
        var (certificate, key) = Certificate();
        await using var azurite = AzuriteProcess.ForIdentities(certificate, key);
        var reason = azurite.WhyNot();
        Assert.SkipWhen(reason is not null, reason ?? "");
        var parts = (await azurite.ConnectionAsync()).Split(';', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);
        void Configure(AzureStoreOptions options)
        {
            options.TableEndpoint = new Uri(parts["TableEndpoint"]);
            options.BlobEndpoint = new Uri(parts["BlobEndpoint"]);
            options.Credential = new Identity();
            options.Transport = _network;
        }

        var own = new AzureStoreOptions();
        Configure(own);
        await using var services = AzureTestStore.Services(silo => silo.AddAzureStore(Configure)
            .UseAzureStorageClustering((AzureStorageClusteringOptions silos) => silos.TableServiceClient = own.CreateTableServiceClient()));
        var records = services.GetRequiredKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME);
        foreach (var state in (string[])["s", "snapshot"])
        {
            await records.WriteStateAsync(state, GrainId.Create("note", "n"), new GrainState<Note>(new Note { Text = state }));
            var read = new GrainState<Note>();
            await records.ReadStateAsync(state, GrainId.Create("note", "n"), read);
            Assert.Equal(state, read.State!.Text);
        }

        Assert.True(await services.GetRequiredService<IRowStore>().TryInsertAsync("t", "p", [new Row("a", 1, default), new Row("b", 1, default)]));
        await services.GetRequiredService<IMembershipTable>().InitializeMembershipTableAsync(tryInitTableVersion: true, CancellationToken.None);

        Assert.Contains(_network.Shown, shown => shown is not null);
        Assert.All(_network.Shown.OfType<string>(), shown => Assert.StartsWith("Bearer ", shown, StringComparison.Ordinal));
        Assert.DoesNotContain(_network.Asked, address => address.Query.Contains("sig=", StringComparison.Ordinal));
    }

    /// <summary>Files of a certificate for this machine, and of its key.</summary>
    private (string Certificate, string Key) Certificate()
    {
        using var key = RSA.Create(2048);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var (certificateFile, keyFile) = (_folder.File("certificate.pem"), _folder.File("key.pem"));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (certificateFile, keyFile);
    }

    /// <summary>A token as a directory would issue it; Azurite reads its audience, issuer and times.</summary>
    private sealed class Identity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            var now = DateTimeOffset.UtcNow;
            var claims = new { aud = "https://storage.azure.com", iss = "https://sts.windows.net/market/", iat = Seconds(now), nbf = Seconds(now.AddMinutes(-5)), exp = Seconds(now.AddHours(1)) };
            return new AccessToken($"{Part(new { alg = "HS256", typ = "JWT" })}.{Part(claims)}.c2ln", now.AddHours(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => ValueTask.FromResult(GetToken(requestContext, cancellationToken));

        private static long Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds();

        private static string Part<T>(T value) => Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(value))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    /// <summary>The network, trusting this test's certificate, and what was shown to get in.</summary>
    private sealed class Watched : HttpPipelineTransport, IDisposable
    {
        private readonly HttpClientTransport _network = new(new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator }));

        public ConcurrentQueue<string?> Shown { get; } = new();

        public ConcurrentQueue<Uri> Asked { get; } = new();

        public override global::Azure.Core.Request CreateRequest() => _network.CreateRequest();

        public override void Process(HttpMessage message) => throw new InvalidOperationException("The store is asynchronous throughout.");

        public override ValueTask ProcessAsync(HttpMessage message)
        {
            Shown.Enqueue(message.Request.Headers.TryGetValue("Authorization", out var shown) ? shown : null);
            Asked.Enqueue(message.Request.Uri.ToUri());
            return _network.ProcessAsync(message);
        }

        public void Dispose() => _network.Dispose();
    }
}
