using Marketplace.Api.Http;
using Marketplace.Api.Identity;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Organizations;

namespace Marketplace.Api.Organizations;

/// <summary>Organizations and their members.</summary>
internal static class OrganizationEndpoints
{
    private static readonly Permission Read = Permission.Read("organizations");
    private static readonly Permission Change = Permission.Change("organizations");

    public static IEndpointRouteBuilder MapOrganizations(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Organizations");
        room.Get("/v1/me", new("getMe", "Who am I", "Says for which organization and in which role the caller acts: the key that was sent, or the person who is signed in.", Read)
        {
            Gives = CallerModel.Example,
        }, request => Task.FromResult(request.Ok(CallerModel.Of(request.Caller))));

        room.Post("/v1/organizations", new("createOrganization", "Register an organization", "Registers an operator, a tenant or both. Issue its first API key next.", Permission.Change("admin"))
        {
            Takes = NewOrganization.Example,
            Gives = OrganizationModel.Example,
            Status = 201,
            Refuses = [OrganizationRefusal.Exists],
        }, CreateAsync);

        room.Get("/v1/organizations", new("listOrganizations", "List organizations", "Every organization, newest first.", Permission.Read("admin"))
        {
            Gives = Page.Of(OrganizationModel.Example),
            Pages = true,
        }, request => request.PageAsync<Organization, OrganizationModel>(OrganizationRows.Table, OrganizationRows.Partition, OrganizationModel.Of));

        room.Get("/v1/organizations/{organizationId}", new("getOrganization", "Read an organization", "The caller's own organization; administrators read any.", Read)
        {
            Gives = OrganizationModel.Example,
        }, async request => request.Ok(await FindAsync(request), OrganizationModel.Of));

        room.Patch("/v1/organizations/{organizationId}", new("updateOrganization", "Change an organization's profile", "Changes what is named and leaves the rest.", Change)
        {
            Takes = OrganizationChanges.Example,
            Gives = OrganizationModel.Example,
            Versioned = true,
            Refuses = [OrganizationRefusal.KindReserved],
        }, UpdateAsync);

        room.Get("/v1/organizations/{organizationId}/members", new("listMembers", "List members", "The organization's people, in order of joining.", Read)
        {
            Gives = Page.Of(MemberModel.Example),
            Pages = true,
        }, async request => request.PageOf((await FindAsync(request)).State.Members, MemberModel.Of));

        room.Post("/v1/organizations/{organizationId}/members", new("addMember", "Add a member", "Puts a person down as a member. To let the person sign in, invite the same address. A key with scopes cannot.", Change)
        {
            Takes = NewMember.Example,
            Gives = MemberModel.Example,
            Status = 201,
            Refuses = [OrganizationRefusal.MemberExists, OrganizationRefusal.MembersFull],
        }, AddMemberAsync);

        room.Patch("/v1/organizations/{organizationId}/members/{memberId}", new("updateMember", "Change a member's role", "The last owner keeps the role until there is another. A key with scopes cannot.", Change)
        {
            Takes = MemberChanges.Example,
            Gives = MemberModel.Example with { Role = OrganizationRole.Owner },
            Refuses = [OrganizationRefusal.MemberNotFound, OrganizationRefusal.LastOwner],
        }, UpdateMemberAsync);

        room.Delete("/v1/organizations/{organizationId}/members/{memberId}", new("removeMember", "Remove a member", "The last owner stays until there is another.", Change)
        {
            Status = 204,
            Refuses = [OrganizationRefusal.MemberNotFound, OrganizationRefusal.LastOwner],
        }, RemoveMemberAsync);

        room.Get("/v1/organizations/{organizationId}/access-log", new("listAccessLog", "Read the access log", "Who signed in for the organization and who changed what lets people in: members, invitations, API keys. Newest first; for owners alone, since it names addresses.", Change)
        {
            Gives = Page.Of(AccessEntryModel.Example),
            Pages = true,
        }, async request => await request.PageAsync<AccessEntry, AccessEntryModel>(AccessRows.Table, (await FindAsync(request)).State.Id.Value, AccessEntryModel.Of));
        return routes.MapInvitations().MapApiKeys();
    }

    /// <summary>The organization named in the address, if it is the caller's own.</summary>
    public static async Task<Grains.Durability.Snapshot<Organization>> FindAsync(ApiRequest request)
    {
        var id = request.Id<OrganizationId>("organizationId");
        return request.Visible(await request.Grain<IOrganizationGrain>(id.Value).GetAsync(), _ => id == request.Caller.Organization);
    }

    /// <summary>No scopes narrow what a person may do: a key that has some would give away more than it has.</summary>
    public static async Task RefuseScopedAsync(ApiRequest request)
    {
        if (!request.Caller.Scopes.IsEmpty)
        {
            throw await request.ForbidAsync("A key with scopes gives no person a role: scopes do not narrow people.");
        }
    }

    private static async Task<IResult> CreateAsync(ApiRequest request)
    {
        var id = request.NewId<OrganizationId>();
        var command = await request.ReadAsync<NewOrganization, RegisterOrganization>((body, faults) => body.ToCommand(id, faults));
        var answer = await request.Grain<IOrganizationGrain>(id.Value).RegisterAsync(request.Operation, command);
        return request.Answer(answer, OrganizationModel.Of, $"/v1/organizations/{id}");
    }

    private static async Task<IResult> UpdateAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<OrganizationChanges>();
        var found = await FindAsync(request);
        var answer = await request.Grain<IOrganizationGrain>(found.State.Id.Value).AmendAsync(request.Operation, body.ToCommand(), request.IfMatch);
        return request.Answer(answer, OrganizationModel.Of);
    }

    private static async Task<IResult> AddMemberAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<NewMember>();
        var found = await FindAsync(request);
        await RefuseScopedAsync(request);
        var id = request.NewId<MemberId>();
        var answer = await request.Grain<IOrganizationGrain>(found.State.Id.Value).AddMemberAsync(request.Operation, body.ToCommand(id, request.Caller.Actor));
        return request.Answer(answer, state => MemberModel.Of(state.Member(id)!));
    }

    private static async Task<IResult> UpdateMemberAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<MemberChanges>();
        var found = await FindAsync(request);
        await RefuseScopedAsync(request);
        var id = request.Id<MemberId>("memberId");
        var answer = await request.Grain<IOrganizationGrain>(found.State.Id.Value).ChangeMemberRoleAsync(request.Operation, new ChangeMemberRole(id, body.Role, request.Caller.Actor));
        return request.Answer(answer, state => MemberModel.Of(state.Member(id)!));
    }

    private static async Task<IResult> RemoveMemberAsync(ApiRequest request)
    {
        var found = await FindAsync(request);
        var command = new RemoveMember(request.Id<MemberId>("memberId"), request.Caller.Actor);
        request.Granted(await request.Grain<IOrganizationGrain>(found.State.Id.Value).RemoveMemberAsync(request.Operation, command));
        return Results.NoContent();
    }
}
