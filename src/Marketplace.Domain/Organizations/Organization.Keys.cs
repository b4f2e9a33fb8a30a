using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Organizations;

/// <content>API keys.</content>
public sealed partial record Organization
{
    /// <summary>Issues an API key.</summary>
    public static Decision<OrganizationFact> Decide(Organization? state, IssueApiKey command, Instant now)
    {
        if (state is null)
        {
            return NotFound();
        }

        if (state.Key(command.Id) is not null)
        {
            return Decision<OrganizationFact>.Nothing;
        }

        return state.Keys.Count(key => !key.IsRevoked) >= MostKeys
            ? Refusal.Of(OrganizationRefusal.KeysFull, $"An organization has at most {MostKeys} API keys.")
            : new ApiKeyIssued(command.Id, command.Name, command.Prefix, command.SecretHash, command.Role, command.Scopes, command.ExpiresAt, now, command.By);
    }

    /// <summary>Revokes an API key.</summary>
    public static Decision<OrganizationFact> Decide(Organization? state, RevokeApiKey command, Instant now)
    {
        if (state is null)
        {
            return NotFound();
        }

        return state.Key(command.Id) switch
        {
            null => Refusal.Of(OrganizationRefusal.KeyNotFound, $"{command.Id} is no key of this organization."),
            { IsRevoked: true } => Decision<OrganizationFact>.Nothing,
            { } key => Decision<OrganizationFact>.Of([new ApiKeyRevoked(command.Id, now, command.By), .. state.Void(key.Id.Value, command.By, now)]),
        };
    }

    /// <summary>Replaces an API key.</summary>
    public static Decision<OrganizationFact> Decide(Organization? state, RotateApiKey command, Instant now)
    {
        if (state is null)
        {
            return NotFound();
        }

        if (state.Key(command.NewId) is not null)
        {
            return Decision<OrganizationFact>.Nothing;
        }

        return state.Key(command.Id) switch
        {
            null => Refusal.Of(OrganizationRefusal.KeyNotFound, $"{command.Id} is no key of this organization."),
            { } key when key.IsRevoked || key.ReplacedBy is not null || key.ExpiresAt <= command.RealNow =>
                Refusal.Of(OrganizationRefusal.KeyEnded, $"{command.Id} is revoked, expired or replaced already."),
            _ when state.Keys.Count(key => !key.IsRevoked) >= MostKeys => Refusal.Of(OrganizationRefusal.KeysFull, $"An organization has at most {MostKeys} API keys."),
            { } key => Decision<OrganizationFact>.Of(
                new ApiKeyIssued(command.NewId, key.Name, command.Prefix, command.SecretHash, key.Role, key.Scopes, key.ExpiresAt, now, command.By),
                new ApiKeyReplaced(key.Id, command.NewId, key.ExpiresAt is { } end ? Instant.Min(end, command.OldEndsAt) : command.OldEndsAt, command.By, now)),
        };
    }

    private static ImmutableArray<ApiKey> MakeRoom(ImmutableArray<ApiKey> keys) =>
        keys.Length >= MostKeys && keys.FirstOrDefault(key => key.IsRevoked) is { } oldest ? keys.Remove(oldest) : keys;
}
