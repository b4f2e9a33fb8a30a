using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using NodaTime;

namespace Marketplace.Grains.Organizations;

[GrainType(Noun)]
internal sealed class OrganizationGrain(GrainServices services) : RecordGrain<Organization, OrganizationFact>(services, Noun), IOrganizationGrain
{
    public const string Noun = "organization";

    public Task<Snapshot<Organization>?> GetAsync() => Task.FromResult(Durable);

    public Task<Answer<Snapshot<Organization>>> RegisterAsync(Operation operation, RegisterOrganization command) =>
        CommitAsync(operation, (state, now) => Organization.Decide(state, command, now));

    public Task<Answer<Snapshot<Organization>>> AmendAsync(Operation operation, AmendOrganization command, long? ifVersion) =>
        CommitAsync(operation, (state, now) => ifVersion is { } expected && expected != Version
            ? Refusal.Of(OperationRefusal.VersionChanged, $"{Key} is at version {Version}, not {expected}; read it again.")
            : Organization.Decide(state, command, now));

    public Task<Answer<Snapshot<Organization>>> AddMemberAsync(Operation operation, AddMember command) =>
        CommitAsync(operation, (state, now) => Organization.Decide(state, command, now));

    public Task<Answer<Snapshot<Organization>>> ChangeMemberRoleAsync(Operation operation, ChangeMemberRole command) =>
        CommitAsync(operation, (state, now) => Organization.Decide(state, command, now));

    public Task<Answer<Snapshot<Organization>>> RemoveMemberAsync(Operation operation, RemoveMember command) =>
        CommitAsync(operation, (state, now) => Organization.Decide(state, command, now));

    public Task<Answer<Snapshot<Organization>>> IssueKeyAsync(Operation operation, IssueApiKey command) =>
        CommitAsync(operation, (state, now) => Organization.Decide(state, command, now));

    public Task<Answer<Snapshot<Organization>>> RevokeKeyAsync(Operation operation, RevokeApiKey command) =>
        CommitAsync(operation, (state, now) => Organization.Decide(state, command, now));

    protected override Organization Evolve(Organization? state, OrganizationFact fact) => Organization.Evolve(state, fact);

    // Nothing of an organization falls due by itself; it stays open so that it looks after its outbox.
    protected override Instant? DueAt(Organization state) => Instant.MaxValue;

    protected override void React(Organization? before, Organization after, OrganizationFact fact, Effects effects)
    {
        switch (fact)
        {
            case OrganizationRegistered it:
                effects.Publish(after.Id, "organization.registered", new { it.Name, it.Kind, it.Country });
                break;
            case OrganizationAmended it:
                effects.Publish(after.Id, "organization.amended", new { it.Name, it.Kind, it.Country });
                break;
            case MemberAdded it:
                effects.Publish(after.Id, "member.added", new { memberId = it.Id, it.Name, it.Role });
                break;
            case MemberRoleChanged it:
                effects.Publish(after.Id, "member.role_changed", new { memberId = it.Id, it.Role });
                break;
            case MemberRemoved it:
                effects.Publish(after.Id, "member.removed", new { memberId = it.Id });
                break;
            case ApiKeyIssued it:
                effects.Publish(after.Id, "api_key.issued", new { apiKeyId = it.Id, it.Name, it.Prefix, it.Role, it.ExpiresAt });
                break;
            case ApiKeyRevoked it:
                effects.Publish(after.Id, "api_key.revoked", new { apiKeyId = it.Id });
                break;
        }
    }

    protected override void React(Organization after, Effects effects) =>
        effects.Row(OrganizationRows.Table, OrganizationRows.Partition, SortKeys.Of(after.CreatedAt, after.Id.Value), after);
}
