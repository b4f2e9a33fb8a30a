using Marketplace.Domain.Organizations;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Organizations;

/// <summary>A mail to a person: kept first, then sent, again and again until it is taken. Key: its id.</summary>
[Alias("Marketplace.ILetterGrain"), GrainInterfaceType("Marketplace.ILetterGrain")]
public interface ILetterGrain : IAggregateGrain
{
    /// <summary>The letter, or null when none of this id was written.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<Letter>?> GetAsync();

    /// <summary>Takes a letter to send; a repetition changes nothing. Returns once it is kept.</summary>
    [Alias("Write")]
    Task WriteAsync(SealedLetter letter);
}

/// <summary>An aggregate hands over a letter to send.</summary>
/// <param name="Letter">The letter.</param>
public sealed record LetterHandedOver(SealedLetter Letter) : Notice;
