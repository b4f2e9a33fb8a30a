using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Organizations;

/// <summary>
/// A person's account and sessions. Key: its id. Its commands repeat by what they say: saving an account names the revision it was made
/// from, a session has its id; none needs an operation log.
/// </summary>
[Alias("Marketplace.IUserGrain"), GrainInterfaceType("Marketplace.IUserGrain")]
public interface IUserGrain : IAggregateGrain
{
    /// <summary>The person, or null when nobody of this id registered.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<User>?> GetAsync();

    /// <summary>Registers the person.</summary>
    [Alias("Register")]
    Task<Answer<Snapshot<User>>> RegisterAsync(RegisterUser command);

    /// <summary>Changes what the person signs in with.</summary>
    [Alias("SaveAccount")]
    Task<Answer<Snapshot<User>>> SaveAccountAsync(SaveAccount command);

    /// <summary>Notes the address the person wants to change to.</summary>
    [Alias("AskEmailChange")]
    Task<Answer<Snapshot<User>>> AskEmailChangeAsync(AskEmailChange command);

    /// <summary>Counts a failed attempt to sign in.</summary>
    [Alias("FailSignIn")]
    Task<Answer<Snapshot<User>>> FailSignInAsync(FailSignIn command);

    /// <summary>Opens a session.</summary>
    [Alias("OpenSession")]
    Task<Answer<Snapshot<User>>> OpenSessionAsync(OpenSession command);

    /// <summary>Notes that a session is in use.</summary>
    [Alias("SeeSession")]
    Task<Answer<Snapshot<User>>> SeeSessionAsync(SeeSession command);

    /// <summary>Ends a session.</summary>
    [Alias("EndSession")]
    Task<Answer<Snapshot<User>>> EndSessionAsync(EndSession command);

    /// <summary>Ends all sessions but one.</summary>
    [Alias("EndOtherSessions")]
    Task<Answer<Snapshot<User>>> EndOtherSessionsAsync(EndOtherSessions command);

    /// <summary>Chooses the organization to act for in a session.</summary>
    [Alias("ChooseOrganization")]
    Task<Answer<Snapshot<User>>> ChooseOrganizationAsync(ChooseOrganization command);
}

/// <summary>An organization tells a person that it took the person in.</summary>
/// <param name="Organization">The organization.</param>
public sealed record MemberJoined(OrganizationId Organization) : Notice;

/// <summary>An organization tells a person that it let the person go.</summary>
/// <param name="Organization">The organization.</param>
public sealed record MemberLeft(OrganizationId Organization) : Notice;
