using Marketplace.Api.Tests.Webhooks;
using Marketplace.Testing.Azurite;

namespace Marketplace.Host.Tests.Cluster;

/// <summary>Webhooks of several silos over one storage account: each endpoint has one owner, and another one when that dies.</summary>
public sealed class ClusterWebhookTests : IDisposable
{
    private const int Endpoints = 12;
    private const int Members = 6;
    private readonly string folder = Directory.CreateTempSubdirectory("marketplace-webhooks-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task EveryEndpointGetsEveryEventThoughASiloDies()
    {
        await using var azurite = new AzuriteProcess();
        var reason = azurite.WhyNot();
        Assert.SkipWhen(reason is not null, reason ?? "");
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var cluster = await HostCluster.StartAsync(folder, await azurite.ConnectionAsync(), 3, "--Marketplace:Webhooks:AllowLoopback", "true");
        var administrator = HostKeys.Read(cluster.Nodes[0].DataFolder)["ADMIN_KEY"];
        using var client = new PatientClient(() => Task.FromResult(cluster.Nodes[0].Address), () => { });
        for (var i = 0; i < Endpoints; i++)
        {
            await client.PostAsync(administrator, "webhook-endpoints", new { url = new Uri(receiver.Address, $"/{i}"), events = new[] { "member.added" } });
        }

        await AddAsync(client, administrator, 0, Members);
        await receiver.UntilAsync(received => ArrivedOf(received) == Endpoints * Members);

        // What it owned is taken over by the others, with what it had not delivered.
        var killed = cluster.Nodes[1].Process.KillAsync();
        await AddAsync(client, administrator, Members, 2 * Members);
        await killed;
        await receiver.UntilAsync(received => ArrivedOf(received) == Endpoints * 2 * Members);

        Assert.All(receiver.Received.GroupBy(message => message.Number), event_ => Assert.Single(event_.Select(message => message.Id).Distinct()));
    }

    private static async Task AddAsync(PatientClient client, string administrator, int from, int until)
    {
        for (var i = from; i < until; i++)
        {
            await client.PostAsync(administrator, "organizations/org_platform/members", new { name = $"Member {i}", email = $"m{i}@example.com", role = "viewer" });
        }
    }

    private static int ArrivedOf(IReadOnlyList<WireWebhook> received) => received.Select(message => (message.Path, message.Number)).Distinct().Count();
}
