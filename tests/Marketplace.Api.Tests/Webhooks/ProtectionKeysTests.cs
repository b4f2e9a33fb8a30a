using Marketplace.Api.Webhooks;
using Marketplace.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Api.Tests.Webhooks;

/// <summary>What one process seals, every process over the store opens.</summary>
public sealed class ProtectionKeysTests
{
    [Fact]
    public async Task Processes_that_start_at_once_over_an_empty_store_open_each_others_secrets()
    {
        await using var market = await TestMarket.StartAsync();
        var processes = Enumerable.Range(0, 4).Select(_ => Process(market)).ToList();
        var sealedSecrets = await Task.WhenAll(processes.Select(process => Task.Run(() => process.Seal("whsec_a"))));

        Assert.All(processes, process => Assert.All(sealedSecrets, secret => Assert.Equal("whsec_a", process.Open(secret))));
        Assert.All(sealedSecrets, secret => Assert.DoesNotContain("whsec_a", secret, StringComparison.Ordinal));
        var keys = await market.Rows.ScanAsync(ProtectionKeys.Table, "ring", null, null, 10);
        Assert.Single(keys.Rows);

        await market.RestartAsync();
        Assert.Equal("whsec_a", Process(market).Open(sealedSecrets[0]));
    }

    private static WebhookSecrets Process(TestMarket market)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddLogging();
        services.AddSingleton(market.Rows);
        services.AddWebhooks();
        return services.BuildServiceProvider().GetRequiredService<WebhookSecrets>();
    }
}
