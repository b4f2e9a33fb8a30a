using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Marketplace.Testing;
using Marketplace.Testing.Faults;

namespace Marketplace.Grains.Tests.Organizations;

public sealed class OrganizationGrainTests : IAsyncLifetime
{
    private static readonly OrganizationId Id = OrganizationId.From("org_north");
    private static readonly ApiKeyId Key = ApiKeyId.From("key_1");
    private static readonly RegisterOrganization Register = new(Id, "North", OrganizationKind.Operator, "NO", null);

    private TestMarket _market = null!;

    private IOrganizationGrain Grain => _market.Grains.GetGrain<IOrganizationGrain>(Id.Value);

    public async ValueTask InitializeAsync() => _market = await TestMarket.StartAsync();

    public ValueTask DisposeAsync() => _market.DisposeAsync();

    [Fact]
    public async Task What_was_acknowledged_survives_a_crash()
    {
        Assert.True((await Grain.RegisterAsync(new("o1", "h"), Register)).IsGranted);
        Assert.True((await Grain.IssueKeyAsync(new("o2", "h"), Issue("first"))).IsGranted);
        var before = await Grain.GetAsync();

        await _market.CrashAsync();

        var after = await Grain.GetAsync();
        Assert.Equal(before!.Version, after!.Version);
        Assert.Equal("first", after.State.Key(Key)?.SecretHash);
        Assert.True((await Grain.RegisterAsync(new("o1", "h"), Register)).Replayed);
    }

    [Theory]
    [InlineData(FaultKind.ErrorBeforeWrite, false, "second")]
    [InlineData(FaultKind.ErrorAfterWrite, true, "first")]
    public async Task A_key_whose_answer_was_lost_exists_once_with_the_hash_that_was_written(FaultKind kind, bool replayed, string kept)
    {
        await Grain.RegisterAsync(new("o1", "h"), Register);
        await _market.Time.SettleAsync();
        _market.Faults.At(kind, write => write.Table == "organization");

        await Assert.ThrowsAsync<UnknownOutcomeException>(() => Grain.IssueKeyAsync(new("o2", "h"), Issue("first")));
        var again = await Grain.IssueKeyAsync(new("o2", "h"), Issue("second"));

        Assert.Equal(replayed, again.Replayed);
        Assert.Equal(kept, Assert.Single(again.Value!.State.Keys).SecretHash);
    }

    [Fact]
    public async Task A_revoked_key_is_revoked_for_every_activation()
    {
        await Grain.RegisterAsync(new("o1", "h"), Register);
        await Grain.IssueKeyAsync(new("o2", "h"), Issue("hash"));
        await Grain.RevokeKeyAsync(new("o3", "h"), new RevokeApiKey(Key));

        await _market.ReloadAsync(Grain);

        Assert.True((await Grain.GetAsync())!.State.Key(Key)!.IsRevoked);
    }

    private static IssueApiKey Issue(string hash) => new(Key, "ci", "mk_north_1", hash, OrganizationRole.Engineer, [], null);
}
