using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Marketplace.Domain.Primitives;

namespace Marketplace.Host.Tests.Cluster;

/// <summary>One attempt to reserve, as its tenant knows it.</summary>
internal sealed class Booking(string pool, string quote, string idempotencyKey)
{
    public string Pool { get; } = pool;

    public string Quote { get; } = quote;

    public string IdempotencyKey { get; } = idempotencyKey;

    /// <summary>What became of the request to reserve.</summary>
    public Outcome? Reserved { get; set; }

    /// <summary>The reservation, once its request was answered.</summary>
    public string? Id { get; set; }

    /// <summary>What became of the cancellation; null when none was asked for.</summary>
    public Outcome? Cancelled { get; set; }

    /// <summary>What became of the deposit's payment; null when it did not come to that.</summary>
    public Outcome? Paid { get; set; }

    /// <summary>The deposit's payment, once known.</summary>
    public string? Payment { get; set; }

    /// <summary>Whether the tenant read that it is confirmed.</summary>
    public bool WasConfirmed { get; set; }
}

/// <summary>
/// A market under load: tenants quote, reserve, sign, pay and cancel without pause on pools that hold fewer than they want.
/// They repeat what was not answered, or give up and then know nothing. What they were told is kept.
/// </summary>
internal sealed class Trade(Balancer balancer, string administrator)
{
    /// <summary>Nodes of each pool: few, so that every hour is fought for.</summary>
    public const int Supply = 6;

    private static readonly int Year = DateTime.UtcNow.Year + 2;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patient = TimeSpan.FromMinutes(3);
    private readonly ConcurrentQueue<Booking> bookings = new();
    private volatile bool closing;
    private int requests;
    private int granted;

    public string Operator { get; private set; } = "";

    public string Tenant { get; private set; } = "";

    /// <summary>Pools that tenants fight for.</summary>
    public IReadOnlyList<string> Pools { get; private set; } = [];

    /// <summary>Pools that only their operator touches, to see how long they are out of reach.</summary>
    public IReadOnlyList<PoolId> Probes { get; private set; } = [];

    /// <summary>Everything that tenants tried.</summary>
    public IReadOnlyCollection<Booking> Bookings => bookings;

    /// <summary>Reservations acknowledged so far.</summary>
    public int Granted => granted;

    /// <summary>Lists a site with pools.</summary>
    public async Task OpenAsync(int pools, int probes)
    {
        Operator = await OrganizationAsync("Prairie Compute", "operator");
        Tenant = await OrganizationAsync("Lantern AI", "tenant");
        var site = Text(await DoAsync(Operator, "sites", new { name = "Prairie One", location = new { country = "US", region = "ND" }, zone = "UTC", grossMw = 30, criticalItMw = 24m }), "id");
        var phase = Text(await DoAsync(Operator, $"sites/{site}/phases", new { name = "Hall A", criticalItMw = 24m, contractRfs = $"{Year - 1}-02-15" }), "id");
        Pools = await Task.WhenAll(Enumerable.Range(0, pools).Select(i => PoolAsync(site, phase, $"Pool {i}")));
        Probes = [.. (await Task.WhenAll(Enumerable.Range(0, probes).Select(i => PoolAsync(site, phase, $"Probe {i}")))).Select(PoolId.From)];
    }

    /// <summary>Trades with so many tenants' clerks at once until <see cref="Close"/>.</summary>
    public Task RunAsync(int clerks, int seed) => Task.WhenAll(Enumerable.Range(0, clerks).Select(clerk => ClerkAsync(new Random(seed + clerk))));

    /// <summary>Waits while the load runs; what ends the load ends this too.</summary>
    public async Task UntilAsync(Func<bool> holds, Task load)
    {
        for (var until = DateTime.UtcNow + Patient; !holds();)
        {
            if (load.IsCompleted)
            {
                await load;
            }

            Assert.True(DateTime.UtcNow < until, "The market stands still.");
            await Task.Delay(BetweenLooks);
        }
    }

    /// <summary>Lets clerks finish what they are at.</summary>
    public void Close() => closing = true;

    /// <summary>A change of one pool's price: written to the pool's own journal and nowhere else.</summary>
    public async Task<bool> TryTouchAsync(Uri host, PoolId pool, int number) =>
        await balancer.TryAsync(host, Operator, HttpMethod.Put, $"gpu-pools/{pool}/offer", null, Offer(2.20m + (number % 100 / 100m))) is { Outcome: Outcome.Acknowledged };

    /// <summary>Reads until there is an answer.</summary>
    public async Task<JsonElement> ReadAsync(string key, string path)
    {
        var told = await balancer.SendAsync(key, HttpMethod.Get, path, null, null, Patient);
        Assert.True(told.Outcome == Outcome.Acknowledged, $"{path}: {told}");
        return told.Answer;
    }

    /// <summary>Sends the request to reserve once more.</summary>
    public Task<Told> RepeatAsync(Booking booking) => ReserveAsync(booking, Patient);

    public static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static object Offer(decimal price) => new
    {
        prices = new { unit = "gpuHour", basePrice = new { amount = price, currency = "USD" }, preBuildDiscount = 5, maximumMonths = 36 },
        clauses = new
        {
            timing = "inArrears",
            takeOrPay = 100,
            deposit = new { rule = "monthsOfRent", amount = 1, method = "card" },
            earlyTermination = new { fee = 40, noticeDays = 30 },
            renewal = new { options = 0, months = 0, noticeDays = 0 },
            acceptance = new { deemedAfterDays = 7 },
            paymentDays = 14,
            leaseZone = "UTC",
            signatures = new { operatorApproves = false, tenantApproves = false, operatorSigns = false, tenantSigns = true },
        },
        holds = new { cardMinutes = 720, transferBankingDays = 5, paperDays = 14 },
    };

    private async Task ClerkAsync(Random random)
    {
        while (!closing)
        {
            // Every other time a clerk gives up at the first request that is not answered.
            var patience = random.Next(2) == 0 ? TimeSpan.Zero : Patient;
            await BookAsync(random, patience);
        }
    }

    private async Task BookAsync(Random random, TimeSpan patience)
    {
        // Every other one wants the same few months of the same pool, which are soon gone.
        var isHot = random.Next(2) == 0;
        var pool = Pools[isHot ? 0 : random.Next(Pools.Count)];
        var from = random.Next(isHot ? 3 : 60);
        var demand = new { quantity = 8 * random.Next(1, 3), term = new { start = Day(from), end = Day(from + random.Next(1, 4)) } };
        var quoted = await SendAsync(Tenant, "quotes", new { poolId = pool, demand }, patience);
        if (quoted.Outcome != Outcome.Acknowledged)
        {
            return;
        }

        var booking = new Booking(pool, Text(quoted.Answer, "id"), NextKey());
        bookings.Enqueue(booking);
        var told = await ReserveAsync(booking, patience);
        if (told.Outcome != Outcome.Acknowledged)
        {
            booking.Reserved = told.Outcome;
            return;
        }

        // A repeated request may be answered before a pool has been found; until then nothing is promised.
        booking.Id = Text(told.Answer, "id");
        var found = await AwaitAsync($"reservations/{booking.Id}", found => Text(found, "status") != "requested");
        booking.Reserved = Text(found, "status") == "refused" ? Outcome.Refused : Outcome.Acknowledged;
        if (booking.Reserved == Outcome.Refused)
        {
            return;
        }

        Interlocked.Increment(ref granted);
        if (random.Next(2) == 0)
        {
            booking.Cancelled = Outcome.Unknown;
            booking.Cancelled = (await SendAsync(Tenant, $"reservations/{booking.Id}/cancellations", new { reason = "Not needed any more." }, patience)).Outcome;
            return;
        }

        await SignAndPayAsync(booking, patience);
    }

    private async Task SignAndPayAsync(Booking booking, TimeSpan patience)
    {
        var digest = Text(await ReadAsync(Tenant, $"reservations/{booking.Id}/order-form"), "digest");
        var signed = await SendAsync(Tenant, $"reservations/{booking.Id}/signatures", new { name = "Tess Tenant", authority = "Chief executive", digest }, patience);
        if (signed.Outcome != Outcome.Acknowledged)
        {
            return;
        }

        var awaiting = await AwaitAsync($"reservations/{booking.Id}", found => found.GetProperty("payment") is { ValueKind: JsonValueKind.Object } payment && Text(payment, "status") != "preparing");
        booking.Payment = Text(awaiting.GetProperty("payment"), "id");
        booking.Paid = Outcome.Unknown;
        booking.Paid = (await SendAsync(Tenant, $"sandbox/payments/{booking.Payment}/pay", null, patience)).Outcome;
        if (booking.Paid == Outcome.Acknowledged)
        {
            await AwaitAsync($"reservations/{booking.Id}", found => Text(found, "status") == "confirmed");
            booking.WasConfirmed = true;
        }
    }

    private async Task<JsonElement> AwaitAsync(string path, Func<JsonElement, bool> expected)
    {
        var until = DateTime.UtcNow + Patient;
        while (true)
        {
            var found = await ReadAsync(Tenant, path);
            if (expected(found))
            {
                return found;
            }

            Assert.True(DateTime.UtcNow < until, $"{path} stays {found}.");
            await Task.Delay(BetweenLooks);
        }
    }

    private Task<Told> ReserveAsync(Booking booking, TimeSpan patience) =>
        balancer.SendAsync(Tenant, HttpMethod.Post, "reservations", booking.IdempotencyKey, new { quoteId = booking.Quote }, patience);

    private Task<Told> SendAsync(string key, string path, object? body, TimeSpan patience) => balancer.SendAsync(key, HttpMethod.Post, path, NextKey(), body, patience);

    private async Task<JsonElement> DoAsync(string key, string path, object? body = null)
    {
        var told = await SendAsync(key, path, body, Patient);
        Assert.True(told.Outcome == Outcome.Acknowledged, $"{path}: {told}");
        return told.Answer;
    }

    private async Task<string> OrganizationAsync(string name, string kind)
    {
        var id = Text(await DoAsync(administrator, "organizations", new { name, kind, country = "US" }), "id");
        return Text(await DoAsync(administrator, $"organizations/{id}/api-keys", new { name = "trade", role = "owner" }), "secret");
    }

    private async Task<string> PoolAsync(string site, string phase, string name)
    {
        var pool = Text(
            await DoAsync(Operator, "gpu-pools", new
            {
                siteId = site,
                name,
                sku = "nvidia-h100-sxm5-80gb",
                gpusPerNode = 8,
                kilowattsPerNode = 10.2m,
                interconnect = "NVLink 4",
                fabric = "InfiniBand NDR 400",
                phases = new[] { new { phaseId = phase, units = Supply } },
            }),
            "id");
        Assert.Equal(Outcome.Acknowledged, (await balancer.SendAsync(Operator, HttpMethod.Put, $"gpu-pools/{pool}/offer", null, Offer(2.20m), Patient)).Outcome);
        await DoAsync(Operator, $"gpu-pools/{pool}/publish");
        return pool;
    }

    private string NextKey() => $"trade-{Interlocked.Increment(ref requests)}";

    private static string Day(int month) => string.Create(CultureInfo.InvariantCulture, $"{Year + (month / 12)}-{(month % 12) + 1:00}-01T00:00:00Z");
}
