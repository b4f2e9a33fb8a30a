using System.Globalization;
using System.Text.Json.Nodes;

namespace Marketplace.Infra.Tests;

/// <summary>The shape that several silos need: each reachable, enough of them, and one cluster to a store.</summary>
public sealed class ClusterTests
{
    public static TheoryData<string> Sizes => [.. Templates.Sizes];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void EverySiloHasAnAddressOfItsOwnAndIsAskedWhetherItIsReady(string size) => Assert.All([Site(size), Slot(size)], host =>
    {
        var site = host["properties"]!["siteConfig"]!;
        Assert.Equal(1, (int)site["vnetPrivatePortsCount"]!);
        Assert.True((bool)site["vnetRouteAllEnabled"]!);
        Assert.True((bool)site["alwaysOn"]!);

        // A page of the portal keeps its connection to the instance that drew it.
        Assert.True((bool)host["properties"]!["clientAffinityEnabled"]! && (bool)site["webSocketsEnabled"]!);
        Assert.Equal("/health/ready", (string?)site["healthCheckPath"]);
        Assert.Contains("'network'", (string)host["properties"]!["virtualNetworkSubnetId"]!, StringComparison.Ordinal);

        // An instance that starts, and one that is swapped in, is sent requests once it says that it is ready.
        var settings = Templates.SettingsOf(host);
        Assert.Equal(("/health/ready", "200"), (settings["WEBSITE_WARMUP_PATH"], settings["WEBSITE_WARMUP_STATUSES"]));
        Assert.Equal(("/health/ready", "200"), (settings["WEBSITE_SWAP_WARMUP_PING_PATH"], settings["WEBSITE_SWAP_WARMUP_PING_STATUSES"]));
        Assert.True(int.Parse(settings["WEBSITES_CONTAINER_STOP_TIME_LIMIT"], CultureInfo.InvariantCulture) > 5 + 25, "The platform ends a host before it has drained.");
    });

    [Theory]
    [InlineData("small", 2, false)]
    [InlineData("large", 3, true)]
    public void OneInstanceMayBeLost(string size, int least, bool overZones)
    {
        var farm = Assert.Single(Templates.Resources(size, "Microsoft.Web/serverfarms"));
        var scaling = Assert.Single(Templates.Resources(size, "Microsoft.Insights/autoscaleSettings"))["properties"]!["profiles"]![0]!;

        Assert.Equal(least, (int)farm["sku"]!["capacity"]!);
        Assert.Equal(overZones, (bool)farm["properties"]!["zoneRedundant"]!);
        Assert.Equal(least.ToString(CultureInfo.InvariantCulture), (string?)scaling["capacity"]!["minimum"]);
        Assert.Equal(
            ["CpuPercentage GreaterThan: Increase by 1", "HttpQueueLength GreaterThan: Increase by 1", "CpuPercentage LessThan: Decrease by 1"],
            scaling["rules"]!.AsArray().Select(rule => (Trigger: rule!["metricTrigger"]!, Action: rule["scaleAction"]!))
                .Select(rule => $"{rule.Trigger["metricName"]} {rule.Trigger["operator"]}: {rule.Action["direction"]} by {rule.Action["value"]}"));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void TheSlotsShareNeitherClusterNorStore(string size)
    {
        var (market, staging) = (Templates.SettingsOf(Site(size)), Templates.SettingsOf(Slot(size)));

        Assert.All(
            ["Marketplace__Cluster__ClusterId", "Marketplace__Cluster__ServiceId", "Marketplace__Azure__TablesEndpoint", "Marketplace__Azure__BlobsEndpoint"],
            setting => Assert.NotEqual(market[setting], staging[setting]));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void WhatDiffersBetweenTheSlotsStaysWithTheSlot(string size)
    {
        var (market, staging) = (Templates.SettingsOf(Site(size)), Templates.SettingsOf(Slot(size)));
        var differing = market.Keys.Union(staging.Keys).Where(name => market.GetValueOrDefault(name) != staging.GetValueOrDefault(name));
        var staying = Assert.Single(Templates.Resources(size, "Microsoft.Web/sites/config"))["properties"]!["appSettingNames"]!.AsArray();

        // A setting that travelled with the code would put the market's silos on the staging store, or the other way round.
        Assert.Equal(differing.Order(StringComparer.Ordinal), staying.Select(name => (string)name!).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void NothingDeployedIsASandboxOrADemo(string size) => Assert.All([Site(size), Slot(size)], host =>
    {
        var settings = Templates.SettingsOf(host);
        Assert.Equal(("azure", "false", "false"), (settings["Marketplace__Store"], settings["Marketplace__Sandbox"], settings["Marketplace__Demo"]));
        Assert.Equal("false", settings["SCM_DO_BUILD_DURING_DEPLOYMENT"]);
    });

    private static JsonObject Site(string size) => Assert.Single(Templates.Resources(size, "Microsoft.Web/sites"));

    private static JsonObject Slot(string size) => Assert.Single(Templates.Resources(size, "Microsoft.Web/sites/slots"));
}
