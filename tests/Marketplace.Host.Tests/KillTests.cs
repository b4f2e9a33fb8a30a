using System.Text.Json;

namespace Marketplace.Host.Tests;

/// <summary>
/// The main job on a host that is killed again and again: nothing acknowledged is lost, nothing happens twice, and in the end
/// all is as it would have been on a host that lived.
/// </summary>
public sealed class KillTests : IDisposable
{
    private const int Reservations = 3;
    private readonly string folder = Directory.CreateTempSubdirectory("marketplace-kill-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task TheMainJobSurvivesKillsAtAnyMoment()
    {
        var expected = await RunAsync(Path.Combine(folder, "calm"), mostKills: 0, leastKills: 0);
        var found = await RunAsync(Path.Combine(folder, "stormy"), mostKills: 10, leastKills: 5);

        Assert.Equal(expected, found);
    }

    /// <summary>Runs the job and answers what it left, without ids, amounts and times.</summary>
    private static async Task<string> RunAsync(string data, int mostKills, int leastKills)
    {
        await using var host = new MortalHost(data, seed: 1, mostKills);
        await host.AddressAsync();
        var administrator = HostKeys.Read(data)["ADMIN_KEY"];
        using var client = new PatientClient(host.AddressAsync, host.Sent);
        var job = new MainJob(client, administrator);
        await job.RunAsync(Reservations);
        if (mostKills > 0)
        {
            await host.KillAsync();
            Assert.True(host.Kills >= leastKills, $"Only {host.Kills} kills: the job was over too soon.");
        }

        await SettledAsync(client, administrator);
        await ReconciledAsync(client, administrator);
        await EveryAnswerStandsAsync(client);
        return await LeftAsync(client, job, administrator);
    }

    /// <summary>Waits until everything left undelivered by the last kill has gone out, and every invariant holds.</summary>
    private static Task<JsonElement> SettledAsync(PatientClient client, string administrator) =>
        client.AwaitAsync(administrator, "admin/invariants", found => found.GetProperty("holds").GetBoolean());

    /// <summary>The gateway's own books have every payment and refund that ours have, once each.</summary>
    private static async Task ReconciledAsync(PatientClient client, string administrator)
    {
        await client.PostAsync(administrator, "admin/reconciliation/runs");
        var found = await client.AwaitAsync(administrator, "admin/reconciliation", reconciliation => reconciliation.GetProperty("differences").GetInt32() == 0);
        Assert.True(found.GetProperty("green").GetBoolean());
        var totals = Assert.Single(found.GetProperty("totals").EnumerateArray());
        Assert.Equal(MainJob.Text(totals.GetProperty("books"), "formatted"), MainJob.Text(totals.GetProperty("gateway"), "formatted"));
        Assert.NotEqual(0, totals.GetProperty("books").GetProperty("amountMinor").GetInt64());
    }

    /// <summary>Whatever was acknowledged is answered again, as a replay and under the same id.</summary>
    private static async Task EveryAnswerStandsAsync(PatientClient client)
    {
        foreach (var told in client.Acknowledgements.Where(told => told.Answer.TryGetProperty("id", out _)))
        {
            var (again, replayed) = await client.SendAsync(told.Key, told.Method, told.Path, told.IdempotencyKey, told.Body);
            Assert.Equal((MainJob.Text(told.Answer, "id"), true), (MainJob.Text(again, "id"), replayed || IsKnownByItsFact(told)));
        }
    }

    // A sandbox act stands for the payer's bank, and what credits or gives back is in the books once: doing it again changes nothing, and is
    // not called a replay.
    private static bool IsKnownByItsFact(Acknowledged told) => told.Path.StartsWith("sandbox/", StringComparison.Ordinal)
        || told.Path.EndsWith("/credit-notes", StringComparison.Ordinal) || told.Path.EndsWith("/refunds", StringComparison.Ordinal);

    private static async Task<string> LeftAsync(PatientClient client, MainJob job, string administrator)
    {
        var left = new List<string>();
        foreach (var (key, list) in new[]
        {
            (job.Operator, "sites"), (job.Operator, "gpu-pools"), (job.Tenant, "quotes"), (job.Tenant, "reservations"), (job.Operator, "reservations"),
            (job.Tenant, "deposits"), (job.Tenant, "payments"), (job.Tenant, "leases"), (job.Operator, "leases"), (job.Tenant, "invoices"), (job.Operator, "invoices"),
            (job.Operator, "payouts"), (job.Tenant, "refunds"), (administrator, "admin/bank-receipts"),
        })
        {
            left.AddRange((await client.ListAsync(key, list)).GroupBy(item => $"{list}: {MainJob.Text(item, "status")}").Select(group => $"{group.Count()} x {group.Key}").Order(StringComparer.Ordinal));
        }

        foreach (var key in new[] { job.Tenant, job.Operator })
        {
            var events = await client.ListAsync(key, "events");
            Assert.Equal(Enumerable.Range(1, events.Count), events.Select(happened => happened.GetProperty("number").GetInt32()));
            left.AddRange(events.GroupBy(happened => MainJob.Text(happened, "type")).Select(group => $"{group.Count()} x event {group.Key}").Order(StringComparer.Ordinal));
            left.Add($"{(await client.ListAsync(key, "ledger/entries")).Count} ledger entries");
        }

        return string.Join('\n', left);
    }
}
