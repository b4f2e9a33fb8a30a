using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using NodaTime;

namespace Marketplace.Grains.Organizations;

[GrainType(Noun)]
internal sealed class OrganizationGrain(GrainServices services) : RecordGrain<Organization, OrganizationFact>(services, Noun), IOrganizationGrain
{
    public const string Noun = "organization";

    public Task<Snapshot<Organization>?> GetAsync() => ReadAsync();

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

    public Task<Answer<Snapshot<Organization>>> RotateKeyAsync(Operation operation, RotateApiKey command) =>
        CommitAsync(operation, (state, now) => Organization.Decide(state, command, now));

    public Task<Answer<Snapshot<Organization>>> InviteAsync(Operation operation, InviteMember command) =>
        CommitAsync(operation, (state, now) => Organization.Decide(state, command, now));

    public Task<Answer<Snapshot<Organization>>> RevokeInvitationAsync(Operation operation, RevokeInvitation command) =>
        CommitAsync(operation, (state, now) => Organization.Decide(state, command, now));

    public Task<Answer<Snapshot<Organization>>> AcceptInvitationAsync(AcceptInvitation command) =>
        State is null ? Task.FromResult<Answer<Snapshot<Organization>>>(Refusal.Of(OrganizationRefusal.InvitationNotFound, "There is no such invitation."))
        : CommitAsync(null, (state, now) => Organization.Decide(state, command, now));

    protected override Organization Evolve(Organization? state, OrganizationFact fact) => Organization.Evolve(state, fact);

    // Nothing of an organization falls due by itself; it stays open so that it looks after its outbox.
    protected override Instant? DueAt(Organization state) => Instant.MaxValue;

    protected override void React(Organization? before, Organization after, OrganizationFact fact, Effects effects)
    {
        OrganizationEvents.Publish(before, after, fact, effects);
        AccessEntries.Write(before, after, fact, effects, Services.RealNow);
        switch (fact)
        {
            case MemberAdded { User: { } joined }:
                effects.Tell(GrainKeys.User(joined), new MemberJoined(after.Id));
                break;
            case InvitationAccepted it:
                effects.Tell(GrainKeys.User(it.User), new MemberJoined(after.Id));
                break;
            case MemberInvited it:
                effects.Tell(GrainKeys.Letter(it.Letter.Id), new LetterHandedOver(it.Letter));
                break;
            case MemberRemoved it when before!.Member(it.Id)!.User is { } gone:
                effects.Tell(GrainKeys.User(gone), new MemberLeft(after.Id));
                effects.Tell(GrainKeys.CalendarFeed(CalendarFeed.IdOf(after.Id, gone)), new MemberLeft(after.Id));
                break;
        }
    }

    protected override void React(Organization after, Effects effects) =>
        effects.Row(OrganizationRows.Table, OrganizationRows.Partition, SortKeys.Of(after.CreatedAt, after.Id.Value), after);
}
