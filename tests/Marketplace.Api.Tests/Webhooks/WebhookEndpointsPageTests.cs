using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Marketplace.Api.Webhooks;
using Marketplace.Grains.Ports;
using Marketplace.Testing;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace Marketplace.Api.Tests.Webhooks;

/// <summary>The receivers shown in docs/webhooks.md verify what is really sent, and nothing else.</summary>
public sealed class WebhookEndpointsPageTests : IAsyncLifetime
{
    private static readonly string Page = File.ReadAllText(Golden.PathOf("../../docs/webhooks.md"));
    private readonly string secret = StandardSignature.NewSecret();
    private readonly string other = StandardSignature.NewSecret();
    private WireWebhook sent = null!;

    public async ValueTask InitializeAsync()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var secrets = new WebhookSecrets(new EphemeralDataProtectionProvider());
        using var sender = new WebhookSender(new AddressGuard(Options.Create(new WebhookOptions { AllowLoopback = true })), secrets, TimeProvider.System);
        await sender.SendAsync(new WebhookMessage(receiver.Address.ToString(), "evt_a", Encoding.UTF8.GetBytes("{\"type\":\"lease.ended\",\"data\":{\"name\":\"Zürich\"}}"), [secrets.Seal(other), secrets.Seal(secret)]));
        sent = receiver.Received.Single();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public void The_receiver_in_csharp_is_the_one_on_the_page()
    {
        var source = File.ReadAllText(Golden.PathOf("../Marketplace.Api.Tests/Webhooks/WebhookVerifier.cs"));
        var shown = Regex.Match(Page, "```csharp\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        Assert.Equal(shown, Regex.Replace(source, "namespace .*?\n\n/// <summary>The receiver.*?\n", ""));
    }

    [Fact]
    public void The_receiver_in_csharp_verifies_what_is_sent_and_nothing_else()
    {
        Assert.True(Verify(secret, sent.Headers, sent.Body));
        Assert.True(Verify(other, sent.Headers, sent.Body));
        Assert.All(Forgeries(), forged => Assert.False(Verify(forged.Secret, forged.Headers, forged.Body)));

        static bool Verify(string secret, IReadOnlyDictionary<string, string> headers, byte[] body) =>
            WebhookVerifier.Verify(secret, headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"], body);
    }

    [Fact]
    public async Task The_receiver_in_python_verifies_what_is_sent_and_nothing_else()
    {
        var shown = Regex.Match(Page, "```python\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        var script = shown + """


            import json, sys

            for case in json.load(sys.stdin):
                print(verify(case["secret"], case["headers"], base64.b64decode(case["body"])))
            """;
        IEnumerable<(string Secret, IReadOnlyDictionary<string, string> Headers, byte[] Body)> requests = [(secret, sent.Headers, sent.Body), (other, sent.Headers, sent.Body), .. Forgeries()];
        var cases = requests.Select(one => new { secret = one.Secret, headers = one.Headers, body = Convert.ToBase64String(one.Body) });
        using var python = Start(script);
        await python.StandardInput.WriteAsync(JsonSerializer.Serialize(cases));
        python.StandardInput.Close();
        var said = await python.StandardOutput.ReadToEndAsync();
        Assert.Equal("", await python.StandardError.ReadToEndAsync());
        Assert.Equal(["True", "True", .. Forgeries().Select(_ => "False")], said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    private IEnumerable<(string Secret, IReadOnlyDictionary<string, string> Headers, byte[] Body)> Forgeries()
    {
        yield return (StandardSignature.NewSecret(), sent.Headers, sent.Body);
        yield return (secret, sent.Headers, [.. sent.Body, (byte)' ']);
        yield return (secret, With("webhook-id", "evt_b"), sent.Body);
        yield return (secret, With("webhook-timestamp", $"{DateTimeOffset.UtcNow.AddMinutes(-6).ToUnixTimeSeconds()}"), sent.Body);

        // Rightly signed, but of yesterday.
        var yesterday = DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeSeconds();
        var old = With("webhook-timestamp", $"{yesterday}");
        old["webhook-signature"] = StandardSignature.Of(secret, "evt_a", yesterday, sent.Body);
        yield return (secret, old, sent.Body);

        Dictionary<string, string> With(string name, string value) => new(sent.Headers) { [name] = value };
    }

    private static Process Start(string script)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("python3", ["-c", script])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("There is no python3 on this machine.");
            throw;
        }
    }
}
