using System.Text.Json.Nodes;

namespace Marketplace.Infra.Tests;

/// <summary>What must hold of every deployment, whatever else changes in the templates.</summary>
public sealed class SecurityTests
{
    private const string TableContributor = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3";
    private const string BlobContributor = "ba92f5b4-2d11-453d-a403-e96b0029c9fe";
    private const string SecretsUser = "4633458b-17de-408a-b874-0445c86b69e6";

    public static TheoryData<string> Sizes => [.. Templates.Sizes];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void StorageIsReachedByIdentityAndFromInsideOnly(string size)
    {
        var accounts = Templates.Resources(size, "Microsoft.Storage/storageAccounts").ToList();

        Assert.Equal(2, accounts.Count);
        Assert.All(accounts, account =>
        {
            var properties = account["properties"]!;
            Assert.False((bool)properties["allowSharedKeyAccess"]!);
            Assert.False((bool)properties["allowBlobPublicAccess"]!);
            Assert.True((bool)properties["supportsHttpsTrafficOnly"]!);
            Assert.Equal("TLS1_2", (string?)properties["minimumTlsVersion"]);
            OnlyTheSubnetMayEnter(properties["networkAcls"]!);
        });
        Assert.All(
            Templates.Resources(size, "Microsoft.Storage/storageAccounts/blobServices/containers"),
            container => Assert.Equal("None", (string?)container["properties"]!["publicAccess"]));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void TheVaultKnowsRolesOnlyAndForgetsNothing(string size)
    {
        var properties = Assert.Single(Templates.Resources(size, "Microsoft.KeyVault/vaults"))["properties"]!;

        Assert.True((bool)properties["enableRbacAuthorization"]!);
        Assert.True((bool)properties["enablePurgeProtection"]!);
        Assert.True((bool)properties["enableSoftDelete"]!);
        Assert.Null(properties["accessPolicies"]);
        OnlyTheSubnetMayEnter(properties["networkAcls"]!);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void TheHostsSpeakTlsAndTakeNoPassword(string size)
    {
        var hosts = Hosts(size);
        Assert.Equal(2, hosts.Count);
        Assert.All(hosts, host =>
        {
            var site = host["properties"]!["siteConfig"]!;
            Assert.True((bool)host["properties"]!["httpsOnly"]!);
            Assert.Equal("1.2", (string?)site["minTlsVersion"]);
            Assert.Equal("1.2", (string?)site["scmMinTlsVersion"]);
            Assert.Equal("Disabled", (string?)site["ftpsState"]);
            Assert.False((bool)site["remoteDebuggingEnabled"]!);
            Assert.Equal("UserAssigned", (string?)host["identity"]!["type"]);
        });

        var doors = Templates.Resources(size, "Microsoft.Web/sites/basicPublishingCredentialsPolicies")
            .Concat(Templates.Resources(size, "Microsoft.Web/sites/slots/basicPublishingCredentialsPolicies")).ToList();
        Assert.Equal(2 * hosts.Count, doors.Count);
        Assert.All(doors, door => Assert.False((bool)door["properties"]!["allow"]!));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void TheIdentityMayDoExactlyThis(string size)
    {
        var granted = Templates.Resources(size, "Microsoft.Authorization/roleAssignments").Select(assignment =>
        {
            Assert.Contains("'identity'", (string)assignment["properties"]!["principalId"]!, StringComparison.Ordinal);
            var scope = ((string)assignment["id"]!).Split("/providers/")[1].Split('/');
            return (On: scope[1] + " " + scope[2][..2], Role: ((string)assignment["properties"]!["roleDefinitionId"]!).Split('/')[^1]);
        });

        Assert.Equal(
            [
                ("storageAccounts ss", TableContributor), ("storageAccounts ss", BlobContributor),
                ("storageAccounts st", TableContributor), ("storageAccounts st", BlobContributor),
                ("vaults kv", SecretsUser),
            ],
            granted.Order());
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void NoSettingAndNoOutputHoldsASecret(string size)
    {
        var revealing = from host in Hosts(size)
                        from setting in Templates.SettingsOf(host)
                        where setting.Value.Contains("AccountKey=", StringComparison.OrdinalIgnoreCase)
                            || setting.Value.Contains("list", StringComparison.OrdinalIgnoreCase) && setting.Value.Contains("Keys(", StringComparison.OrdinalIgnoreCase)
                            || (IsSecret(setting.Key) && !setting.Value.StartsWith("@Microsoft.KeyVault(", StringComparison.Ordinal))
                        select setting.Key;
        Assert.Empty(revealing);

        // Keys are asked for by functions of this name; a template without them cannot hand one on.
        Assert.All(Directory.GetFiles(Templates.Folder, "*.bicep*", SearchOption.AllDirectories), file =>
            Assert.DoesNotMatch(@"\blist(Keys|AccountSas|ServiceSas|Secrets)?\(", File.ReadAllText(file)));
    }

    [Fact]
    public void SettingsOfAPersonStayWithTheMarketsSlotAndSecretsAreReferences()
    {
        const string setting = "Marketplace__Payments__ApiKey";
        const string plain = "Marketplace__Access__PublicAddress";
        var predicted = Templates.Predict(
            ("MARKETPLACE_VAULT_SETTINGS", $$"""{"{{setting}}":"stripe-key"}"""),
            ("MARKETPLACE_SETTINGS", $$"""{"{{plain}}":"https://market.example.com"}"""));
        var site = Assert.Single(Templates.Resources(predicted, "Microsoft.Web/sites"));
        var slot = Assert.Single(Templates.Resources(predicted, "Microsoft.Web/sites/slots"));
        var staying = Assert.Single(Templates.Resources(predicted, "Microsoft.Web/sites/config"))["properties"]!["appSettingNames"]!.AsArray();

        var value = Templates.SettingsOf(site)[setting];
        Assert.Contains("@Microsoft.KeyVault(SecretUri=", value, StringComparison.Ordinal);
        Assert.Contains("stripe-key", value, StringComparison.Ordinal);
        Assert.Equal("https://market.example.com", Templates.SettingsOf(site)[plain]);
        Assert.Empty(Templates.SettingsOf(slot).Keys.Intersect([setting, plain]));
        Assert.Equal([setting, plain], staying.Select(name => (string)name!).Where(name => name is setting or plain));
    }

    private static bool IsSecret(string setting) => new[] { "key", "secret", "password", "token", "connectionstring" }
        .Any(word => setting.EndsWith(word, StringComparison.OrdinalIgnoreCase));

    private static void OnlyTheSubnetMayEnter(JsonNode rules)
    {
        Assert.Equal("Deny", (string?)rules["defaultAction"]);
        Assert.Single(rules["virtualNetworkRules"]!.AsArray());
        Assert.Empty(rules["ipRules"]!.AsArray());
    }

    private static List<JsonObject> Hosts(string size) =>
        [.. Templates.Resources(size, "Microsoft.Web/sites"), .. Templates.Resources(size, "Microsoft.Web/sites/slots")];
}
