using Marketplace.Domain.Billing;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Billing;

/// <summary>The marketplace's one book of tax rates and index values. Key: <see cref="Key"/>.</summary>
[Alias("Marketplace.IRateBookGrain"), GrainInterfaceType("Marketplace.IRateBookGrain")]
public interface IRateBookGrain : IAggregateGrain
{
    /// <summary>The only key.</summary>
    const string Key = "org_platform";

    /// <summary>The book as last made durable, or null before anything was published.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<RateBook>?> GetAsync();

    /// <summary>Publishes a rate of tax or a value of an index.</summary>
    [Alias("Publish")]
    Task<Answer<Snapshot<RateBook>>> PublishAsync(Operation operation, RateBookCommand command);
}
