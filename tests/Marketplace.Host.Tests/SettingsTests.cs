using System.Text.RegularExpressions;
using Marketplace.Testing;
using Microsoft.Extensions.Configuration;

namespace Marketplace.Host.Tests;

/// <summary>Settings that cannot be meant are refused with the setting's name; those of the deployment can be read.</summary>
public sealed partial class SettingsTests
{
    private const string Connection = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=YQ==;EndpointSuffix=core.windows.net";

    [Fact]
    public void WithoutSettingsOneProcessHoldsAnEmbeddedDemoMarket()
    {
        var options = Read();

        Assert.Equal((HostRole.All, StoreKind.Embedded, true), (options.Role, options.Store, options.MakesDemo));
        Assert.Equal(TimeSpan.Zero, options.Drain);
    }

    [Fact]
    public void AMarketInAzureIsNotFilledUnlessAsked()
    {
        (string, string)[] azure = [("Store", "azure"), ("Azure:ConnectionString", Connection)];

        Assert.False(Read(azure).MakesDemo);
        Assert.True(Read([.. azure, ("Demo", "true")]).MakesDemo);
        Assert.False(Read([.. azure, ("Role", "api")]).MakesDemo);
    }

    [Fact]
    public void TheRoleHasAShortForm()
    {
        using var configuration = new ConfigurationManager();
        configuration.AddSwitches(["--role", "api", "--Marketplace:Store", "azure", "--Marketplace:Azure:ConnectionString", Connection]);

        Assert.Equal(HostRole.Api, Settings.Read(configuration).Role);
    }

    [Theory]
    [InlineData("There is no setting --url;", "--url", "http://127.0.0.1:5303")]
    [InlineData("There is no setting --port;", "--port=5303")]
    [InlineData("'serve' is neither a command nor a setting", "serve")]
    [InlineData("--urls needs a value", "--role", "all", "--urls")]
    public void WhatTheCommandLineMisspellsIsRefused(string says, params string[] arguments)
    {
        using var configuration = new ConfigurationManager();

        var refused = Assert.Throws<SettingsException>(() => configuration.AddSwitches(arguments));

        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Role 'portal' needs Portal:ApiBaseUrl", "Role=portal")]
    [InlineData("There is no such setting under Marketplace: 'Stroe'", "Stroe=azure")]
    [InlineData("There is no such setting under Marketplace: 'TableEndpoint'", "Azure:TableEndpoint=https://a.table.core.windows.net")]
    [InlineData("'maybe' at 'Marketplace:Sandbox'", "Sandbox=maybe")]
    [InlineData("Role 'api' needs Marketplace:Store 'azure'", "Role=api")]
    [InlineData("Marketplace:Azure is set, but Marketplace:Store is not 'azure'", "Azure:ConnectionString=UseDevelopmentStorage=true")]
    [InlineData("Marketplace:Cluster is set, but Marketplace:Store is not 'azure'", "Cluster:SiloPort=5000")]
    [InlineData("needs Marketplace:Azure:TablesEndpoint and Marketplace:Azure:BlobsEndpoint", "Store=azure")]
    [InlineData("needs Marketplace:Azure:TablesEndpoint and Marketplace:Azure:BlobsEndpoint", "Store=azure", "Azure:TablesEndpoint=https://a.table.core.windows.net")]
    [InlineData("exclude each other", "Store=azure", "Azure:ConnectionString=UseDevelopmentStorage=true", "Azure:TablesEndpoint=https://a.table.core.windows.net")]
    [InlineData("exclude each other", "Store=azure", "Azure:ConnectionString=UseDevelopmentStorage=true", "Azure:ManagedIdentityClientId=1")]
    [InlineData("whole addresses with https", "Store=azure", "Azure:TablesEndpoint=http://a.table.core.windows.net", "Azure:BlobsEndpoint=https://a.blob.core.windows.net")]
    [InlineData("Marketplace:Azure:ConnectionString is not one", "Store=azure", "Azure:ConnectionString=bla")]
    [InlineData("must not be empty", "Cluster:ClusterId=")]
    [InlineData("a port is 1 to 65535", "Store=azure", "Azure:ConnectionString=UseDevelopmentStorage=true", "Cluster:SiloPort=0")]
    [InlineData("must differ", "Store=azure", "Azure:ConnectionString=UseDevelopmentStorage=true", "Cluster:SiloPort=5000", "Cluster:GatewayPort=5000")]
    [InlineData("is an IP address, not 'here'", "Store=azure", "Azure:ConnectionString=UseDevelopmentStorage=true", "Cluster:AdvertisedAddress=here")]
    [InlineData("ProbeTimeout is", "Cluster:ProbeTimeout=00:00:00")]
    [InlineData("Marketplace:Demo needs Marketplace:Sandbox", "Demo=true", "Sandbox=false")]
    [InlineData("Marketplace:Demo needs a silo", "Store=azure", "Azure:ConnectionString=UseDevelopmentStorage=true", "Role=api", "Demo=true")]
    [InlineData("Marketplace:DrainPeriod is", "DrainPeriod=01:00:00")]
    [InlineData("Marketplace:Payments:ApiKey is a secret of the vault that could not be read", "Payments:ApiKey=@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/stripe-key)")]
    public void WhatCannotBeMeantIsRefused(string says, params string[] settings)
    {
        var refused = Assert.Throws<SettingsException>(() => Read([.. settings.Select(setting => (setting.Split('=', 2)[0], setting.Split('=', 2)[1]))]));

        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EverySettingOfTheDeploymentIsOne()
    {
        var names = Directory.GetFiles(Path.Combine(Repository.Root, "infra"), "*.bicep", SearchOption.AllDirectories)
            .SelectMany(file => DeployedSetting().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value.Replace("__", ":", StringComparison.Ordinal)))
            .ToHashSet(StringComparer.Ordinal);
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Store"] = "azure",
            ["Sandbox"] = "false",
            ["Demo"] = "false",
            ["Azure:TablesEndpoint"] = "https://a.table.core.windows.net",
            ["Azure:BlobsEndpoint"] = "https://a.blob.core.windows.net",
        };

        var options = Read([.. names.Select(name => (name, values.GetValueOrDefault(name, "set")))]);

        Assert.NotEmpty(names);
        Assert.Equal(
            (StoreKind.Azure, false, "set", "set", "set"),
            (options.Store, options.MakesDemo, options.Azure.ManagedIdentityClientId, options.Cluster.ClusterId, options.Cluster.ServiceId));
    }

    private static HostOptions Read(params (string Name, string Value)[] settings) => Settings.Read(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"Marketplace:{setting.Name}", (string?)setting.Value)))
        .Build());

    [GeneratedRegex(@"\bMarketplace__(\w+)\s*:")]
    private static partial Regex DeployedSetting();
}
