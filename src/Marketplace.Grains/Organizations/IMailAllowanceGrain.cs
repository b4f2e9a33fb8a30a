using Marketplace.Domain.Organizations;
using Marketplace.Grains.Durability;

namespace Marketplace.Grains.Organizations;

/// <summary>
/// How many mails somebody may still cause, or an address may still get: one count for all processes, which a restart does not forget.
/// Key: its hash (<see cref="MailAllowance.Of"/>).
/// </summary>
[Alias("Marketplace.IMailAllowanceGrain"), GrainInterfaceType("Marketplace.IMailAllowanceGrain")]
public interface IMailAllowanceGrain : IAggregateGrain
{
    /// <summary>Takes one mail, if one is left.</summary>
    [Alias("Take")]
    Task<MailTurn> TakeAsync(TakeMail command);
}

/// <summary>Whether a mail was taken of an allowance.</summary>
/// <param name="IsGranted">Whether it was.</param>
/// <param name="UntilFull">For how long all of it is not to be had.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.MailTurn")]
public sealed record MailTurn([property: Id(0)] bool IsGranted, [property: Id(1)] NodaTime.Duration UntilFull);
