using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Organizations;

/// <summary>
/// Who is meant by an address, a passkey or another service's subject: at most one person. It is kept under a hash, so that what
/// is written tells nobody's address.
/// </summary>
/// <param name="Id">The identifier's hash.</param>
/// <param name="Holder">The person; null: given back.</param>
/// <param name="ClaimedAt">Market time of the claim.</param>
public sealed record IdentifierClaim(IdentifierId Id, UserId? Holder, Instant ClaimedAt)
{
    /// <summary>The claim of an e-mail address, whatever its case.</summary>
    public static IdentifierId OfEmail(string email) => Of("email", email.Trim().ToUpperInvariant());

    /// <summary>The claim of a person at another sign-in service.</summary>
    public static IdentifierId OfLogin(string provider, string subject) => Of("login", provider, subject);

    /// <summary>The claim of a passkey.</summary>
    public static IdentifierId OfPasskey(string credentialId) => Of("passkey", credentialId);

    /// <summary>Claims it. Whose it is already stays so: the answer names the holder.</summary>
    public static Decision<IdentifierFact> Decide(IdentifierClaim? state, ClaimIdentifier command, Instant now) =>
        state?.Holder is not null ? Decision<IdentifierFact>.Nothing : new IdentifierClaimed(command.Id, command.Holder, now);

    /// <summary>Gives it back, if it is this person's.</summary>
    public static Decision<IdentifierFact> Decide(IdentifierClaim? state, ReleaseIdentifier command) =>
        state?.Holder != command.Holder ? Decision<IdentifierFact>.Nothing : new IdentifierReleased();

    /// <summary>The claim after a fact.</summary>
    public static IdentifierClaim Evolve(IdentifierClaim? state, IdentifierFact fact) => (state, fact) switch
    {
        (_, IdentifierClaimed it) => new(it.Id, it.Holder, it.At),
        ({ }, IdentifierReleased) => state with { Holder = null },
        _ => throw new InvalidOperationException($"{fact.GetType().Name} cannot happen to an identifier that was never claimed."),
    };

    private static IdentifierId Of(params string[] parts) => PublicId.Derive<IdentifierId>(parts);
}

/// <summary>Claims an identifier for a person.</summary>
/// <param name="Id">The identifier's hash.</param>
/// <param name="Holder">The person.</param>
public sealed record ClaimIdentifier(IdentifierId Id, UserId Holder);

/// <summary>Gives an identifier back.</summary>
/// <param name="Holder">The person whose it was.</param>
public sealed record ReleaseIdentifier(UserId Holder);

/// <summary>What can happen to an identifier.</summary>
public abstract record IdentifierFact;

/// <summary>A person claimed it.</summary>
public sealed record IdentifierClaimed(IdentifierId Id, UserId Holder, Instant At) : IdentifierFact;

/// <summary>It is nobody's again.</summary>
public sealed record IdentifierReleased : IdentifierFact;
