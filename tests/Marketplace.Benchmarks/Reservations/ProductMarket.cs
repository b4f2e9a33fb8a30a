using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Marketplace.Benchmarks.Reservations;

/// <summary>The product's host as it is delivered, on an empty store, driven through its API alone.</summary>
internal sealed class ProductMarket : IAsyncDisposable
{
    private static readonly object Offer = new
    {
        prices = new { unit = "gpuHour", basePrice = new { amount = 1.89m, currency = "USD" }, maximumMonths = 60 },
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
            signatures = new { operatorApproves = false, tenantApproves = false, operatorSigns = false, tenantSigns = false },
        },
        holds = new { cardMinutes = 720, transferBankingDays = 5, paperDays = 14 },
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("marketplace-benchmark-").FullName;
    private readonly List<string> _tenants = [];
    private readonly List<string> _pools = [];
    private ServerProcess? _server;
    private HttpClient _client = new();
    private string _operator = "";
    private int _keys;

    /// <summary>Process that is measured.</summary>
    public int ProcessId => _server!.ProcessId;

    public static async Task<ProductMarket> StartAsync(int pools, int unitsPerPool)
    {
        var market = new ProductMarket();
        await market.StartServerAsync();
        await market.ListAsync(pools, unitsPerPool);
        return market;
    }

    /// <summary>Asks for a quote for one node on each of the terms that follow.</summary>
    public async Task<string[]> QuoteAsync(int count, Func<int, int> poolOf, Func<int, (DateTime Start, DateTime End)> termOf)
    {
        var quotes = new string[count];
        await ForEachAsync(count, async number =>
        {
            var (start, end) = termOf(number);
            quotes[number] = Text(await PostAsync(Tenant(number), "quotes", new { poolId = _pools[poolOf(number)], demand = new { quantity = 8, term = new { start, end } } }), "id");
        });
        return quotes;
    }

    /// <summary>Makes the reservation of a quote.</summary>
    public async Task<bool> ReserveAsync(int number, string quote)
    {
        using var request = Request(HttpMethod.Post, Tenant(number), "reservations", new { quoteId = quote });
        using var answer = await _client.SendAsync(request);
        _ = await answer.Content.ReadAsByteArrayAsync();
        return answer.IsSuccessStatusCode;
    }

    /// <summary>Adds reservations that overlap every term of the run.</summary>
    public Task FillAsync(int count, Func<int, int> poolOf, DateTime start, DateTime end) => ForEachAsync(count, number => PostAsync(
        Tenant(number), "reservations", new { poolIds = new[] { _pools[poolOf(number)] }, demand = new { quantity = 8, term = new { start, end } } }));

    /// <summary>Kills the process, starts it again, and measures until it is ready and until the first reservation is answered.</summary>
    public async Task<(TimeSpan Ready, TimeSpan FirstAnswer)> RestartAsync(int number, string quote)
    {
        await _server!.KillAsync();
        await StartServerAsync();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        if (!await ReserveAsync(number, quote))
        {
            throw new InvalidOperationException("The first reservation after the restart was refused.");
        }

        return (_server.StartTime, _server.StartTime + watch.Elapsed);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static async Task ForEachAsync(int count, Func<int, Task> run)
    {
        var numbers = new ConcurrentQueue<int>(Enumerable.Range(0, count));
        await Task.WhenAll(Enumerable.Range(0, LoadDriver.Clients).Select(_ => Task.Run(async () =>
        {
            while (numbers.TryDequeue(out var number))
            {
                await run(number);
            }
        })));
    }

    private string Tenant(int number) => _tenants[number % _tenants.Count];

    private async Task StartServerAsync()
    {
        _server = await ServerProcess.StartAsync(
            "Marketplace.Host.dll",
            "/health/ready",
            Path.Combine(_folder, "log"),
            address => ["--urls", address, "--Marketplace:DataFolder", Path.Combine(_folder, "data"), "--Marketplace:Demo", "false", "--Api:RequestsPerMinutePerKey", "1000000000"]);
        _client.Dispose();
        _client = LoadDriver.NewClient(new Uri(_server.Address, "/v1/"));
    }

    /// <summary>One operator with the pools on sites of fifty, and a tenant for each client.</summary>
    private async Task ListAsync(int pools, int unitsPerPool)
    {
        var administrator = File.ReadLines(Path.Combine(_folder, "data", "keys.env")).First().Split('=', ' ')[2];
        _operator = await OrganizationAsync(administrator, "Operator", "operator");
        for (var i = 0; i < LoadDriver.Clients; i++)
        {
            _tenants.Add(await OrganizationAsync(administrator, $"Tenant {i}", "tenant"));
        }

        for (var first = 0; first < pools; first += 50)
        {
            var site = Text(await PostAsync(_operator, "sites", new { name = $"Site {first}", location = new { country = "US", region = "TX" }, zone = "UTC", grossMw = 1000, criticalItMw = 900 }), "id");
            var phase = Text(await PostAsync(_operator, $"sites/{site}/phases", new { name = "Hall", criticalItMw = 900, contractRfs = ReservationBenchmark.Start.AddMonths(-1).ToString("yyyy-MM-dd") }), "id");
            var listed = await PostAsync(_operator, "gpu-pools/bulk", new
            {
                pools = Enumerable.Range(first, Math.Min(50, pools - first)).Select(i => new
                {
                    siteId = site,
                    name = $"Pool {i}",
                    sku = "nvidia-h100-sxm5-80gb",
                    gpusPerNode = 8,
                    kilowattsPerNode = 0.1m,
                    interconnect = "NVLink 4",
                    fabric = "InfiniBand",
                    phases = new[] { new { phaseId = phase, units = unitsPerPool } },
                }),
            });
            _pools.AddRange(listed.GetProperty("outcomes").EnumerateArray().Select(each => Text(each.GetProperty("pool"), "id")));
        }

        await ForEachAsync(pools, async number =>
        {
            using var request = Request(HttpMethod.Put, _operator, $"gpu-pools/{_pools[number]}/offer", Offer);
            using var answer = await _client.SendAsync(request);
            answer.EnsureSuccessStatusCode();
            await PostAsync(_operator, $"gpu-pools/{_pools[number]}/publish", null);
        });
    }

    private async Task<string> OrganizationAsync(string administrator, string name, string kind)
    {
        var id = Text(await PostAsync(administrator, "organizations", new { name, kind, country = "US" }), "id");
        return Text(await PostAsync(administrator, $"organizations/{id}/api-keys", new { name = "benchmark", role = "owner" }), "secret");
    }

    private async Task<JsonElement> PostAsync(string key, string path, object? body)
    {
        using var request = Request(HttpMethod.Post, key, path, body);
        using var answer = await _client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonDocument.Parse(text).RootElement
            : throw new InvalidOperationException($"POST {path}: {(int)answer.StatusCode} {text}");
    }

    private HttpRequestMessage Request(HttpMethod method, string key, string path, object? body)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Headers.Add("Idempotency-Key", $"benchmark-{Interlocked.Increment(ref _keys)}");
        return request;
    }
}
