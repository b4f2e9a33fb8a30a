using System.Text.Json;
using Marketplace.Api.Tests.Webhooks;

namespace Marketplace.Host.Tests;

/// <summary>Events to a receiver that lives, from a host that is killed again and again: none is lost, and a repeated one bears its id.</summary>
public sealed class WebhookKillTests : IDisposable
{
    private const int Members = 25;
    private readonly string folder = Directory.CreateTempSubdirectory("marketplace-webhook-kill-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task EveryEventArrivesHoweverOftenTheHostIsKilled()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var host = new MortalHost(folder, seed: 3, mostKills: 8, "--Marketplace:Webhooks:AllowLoopback", "true");
        await host.AddressAsync();
        var administrator = HostKeys.Read(folder)["ADMIN_KEY"];
        using var client = new PatientClient(host.AddressAsync, host.Sent);
        var endpoint = (await client.PostAsync(administrator, "webhook-endpoints", new { url = new Uri(receiver.Address, "/hooks") })).GetProperty("endpoint");
        var begin = endpoint.GetProperty("lastEventNumber").GetInt64();
        for (var i = 0; i < Members; i++)
        {
            await client.PostAsync(administrator, "organizations/org_platform/members", new { name = $"Member {i}", email = $"m{i}@example.com", role = "viewer" });
        }

        await host.KillAsync();
        Assert.True(host.Kills >= 3, $"Only {host.Kills} kills.");

        // Everything raised so far has been dealt with.
        await client.AwaitAsync(
            administrator,
            $"webhook-endpoints/{Text(endpoint, "id")}",
            found => found.GetProperty("lastEventNumber").GetInt64() >= begin + Members && found.GetProperty("waiting").GetArrayLength() == 0);
        var feed = await client.ListAsync(administrator, "events");
        var expected = feed.Where(it => it.GetProperty("number").GetInt64() > begin).Select(it => Text(it, "id")).ToList();
        await receiver.UntilAsync(received => expected.All(received.Select(message => message.Id).ToHashSet().Contains));
        Assert.Equal(Members, receiver.Received.Where(message => message.Type == "member.added").Select(message => message.Json.GetProperty("data").GetProperty("name").GetString()).Distinct().Count());
        Assert.All(receiver.Received.GroupBy(message => message.Id), attempts => Assert.Single(attempts.Select(message => Convert.ToBase64String(message.Body)).Distinct()));
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
