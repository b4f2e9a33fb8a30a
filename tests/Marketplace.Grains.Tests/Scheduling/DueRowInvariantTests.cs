using System.Text;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using Marketplace.Testing;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using Orleans.Storage;

namespace Marketplace.Grains.Tests.Scheduling;

public sealed class DueRowInvariantTests
{
    [Fact]
    public async Task An_open_record_without_a_due_row_is_named()
    {
        await using var market = await TestMarket.StartAsync();
        var invariant = market.Services.GetServices<IInvariant>().Single(invariant => invariant.Name == "due_row_for_every_open_aggregate");
        var id = PublicId.Derive<OrganizationId>("lost");
        var due = new DueRow(TestMarket.Begin + Duration.FromDays(1), 1);
        var orphan = new GrainState<AggregateRecord<Organization>>(new AggregateRecord<Organization> { Schema = 1, Version = 1, Due = due });
        await market.Services.GetRequiredService<IGrainStorage>().WriteStateAsync("organization", GrainId.Create("organization", id.Value), orphan);

        Assert.Contains(id.Value, Assert.Single(await invariant.ViolationsAsync(TestContext.Current.CancellationToken)), StringComparison.Ordinal);

        var address = GrainKeys.Organization(id);
        await market.Rows.TryInsertAsync(DueIndex.Table, GrainKeys.DueShardOf(address), [new Row(DueIndex.KeyFor(address, due), 0, Encoding.UTF8.GetBytes("2026-01-05T09:00:00Z"))], TestContext.Current.CancellationToken);
        Assert.Empty(await invariant.ViolationsAsync(TestContext.Current.CancellationToken));
    }
}
