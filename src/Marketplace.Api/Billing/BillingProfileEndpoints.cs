using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Reservations;

namespace Marketplace.Api.Billing;

/// <summary>How much somebody may commit to alone.</summary>
/// <param name="Subject">Public id of a member or API key; absent: everybody of the role.</param>
/// <param name="Role">The role; absent where a subject is named.</param>
/// <param name="Most">Highest total of one reservation; another currency counts as above it.</param>
internal sealed record SpendLimitModel([RegularExpression("^(mbr|key)_[a-z0-9]{1,40}$")] string? Subject, OrganizationRole? Role, MoneyInput Most);

/// <summary>What an organization's finance department says of itself; documents issued from now on bear it.</summary>
/// <param name="LegalName">Name on documents.</param>
/// <param name="Address">Postal address in lines.</param>
/// <param name="Tax">What is known of it for tax; absent: no tax can be decided.</param>
/// <param name="Contacts">Who gets its invoices.</param>
/// <param name="PurchaseOrder">Purchase order of invoices whose reservation names none.</param>
/// <param name="CostCentre">Cost centre of invoices whose reservation names none.</param>
/// <param name="PurchaseOrderRequired">Whether a reservation must come to a purchase order, its own or this one.</param>
/// <param name="SpendLimits">How much may be committed alone; a reservation above it waits for an approval by somebody who may.</param>
internal sealed record BillingProfileModel(
    [Length(1, 200)] string LegalName,
    [Items(0, 6)] ImmutableArray<string>? Address,
    TaxProfileModel? Tax,
    [Items(0, BillingProfile.MostContacts)] ImmutableArray<BillingContactModel>? Contacts,
    [Length(1, 60)] string? PurchaseOrder,
    [Length(1, 60)] string? CostCentre,
    bool PurchaseOrderRequired = false,
    [Items(0, BillingProfile.MostLimits)] ImmutableArray<SpendLimitModel>? SpendLimits = null)
{
    public static BillingProfileModel Example { get; } = new(
        "Lumen Labs AS",
        ["Storgata 1", "0155 Oslo"],
        new TaxProfileModel("NO", null, "NO 999 999 999 MVA", null),
        [new BillingContactModel("Accounts payable", "ap@lumen.example")],
        "PO-4500012345",
        "ML-TRAINING",
        true,
        [new SpendLimitModel(null, OrganizationRole.Member, new MoneyInput(10_000_000, Currency.Usd))]);

    public static BillingProfileModel Of(BillingProfile profile) => new(
        profile.LegalName,
        profile.Address,
        TaxProfileModel.Of(profile.Tax),
        [.. profile.Contacts.Select(contact => new BillingContactModel(contact.Name, contact.Email))],
        profile.PurchaseOrder,
        profile.CostCentre,
        profile.PurchaseOrderRequired,
        [.. profile.SpendLimits.Select(limit => new SpendLimitModel(limit.Subject, limit.Role, MoneyInput.Of(limit.Most)))]);

    public SetProfile ToCommand(Faults faults)
    {
        ImmutableArray<string> address = Address ?? [];
        ImmutableArray<SpendLimitModel> limits = SpendLimits ?? [];
        for (var i = 0; i < address.Length; i++)
        {
            faults.Require(address[i].Length is >= 1 and <= 100, $"address[{i}]", Faults.OutOfRange, "Expected 1 to 100 characters.");
        }

        for (var i = 0; i < limits.Length; i++)
        {
            faults.Require(limits[i].Subject is null != limits[i].Role is null, $"spendLimits[{i}].subject", Faults.Inconsistent, "Name a member or key, or a role: one of the two.");
            faults.Require(limits[i].Most.AmountMinor >= 0, $"spendLimits[{i}].most.amountMinor", Faults.OutOfRange, "Expected 0 or more.");
        }

        return new SetProfile(new BillingProfile
        {
            LegalName = LegalName,
            Address = address,
            Tax = Tax?.ToProfile(),
            Contacts = [.. (Contacts ?? []).Select(contact => new BillingContact(contact.Name, contact.Email))],
            PurchaseOrder = PurchaseOrder,
            CostCentre = CostCentre,
            PurchaseOrderRequired = PurchaseOrderRequired,
            SpendLimits = [.. limits.Select(limit => new SpendLimit(limit.Subject, limit.Role, limit.Most.ToMoney()))],
        });
    }
}

/// <summary>The tenant's own references for one reservation and the lease that follows.</summary>
/// <param name="PurchaseOrder">Purchase order; absent: that of the billing profile.</param>
/// <param name="CostCentre">Cost centre; absent: that of the billing profile.</param>
internal sealed record BillingReferencesModel([Length(1, 60)] string? PurchaseOrder, [Length(1, 60)] string? CostCentre)
{
    public static BillingReferencesModel Example { get; } = new("PO-4500012345", "ML-TRAINING");

    public static BillingReferencesModel Of(BillingReferences references) => new(references.PurchaseOrder, references.CostCentre);
}

/// <summary>Billing profiles and references.</summary>
internal static class BillingProfileEndpoints
{
    public static IEndpointRouteBuilder MapBillingProfile(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Billing");
        var read = Permission.Read("billing");
        var change = Permission.Change("billing");
        room.Get("/v1/billing/profile", new("getBillingProfile", "Read the billing profile", "Name, address, tax, contacts, purchase order and spend limits of the caller's organization.", read)
        {
            Gives = BillingProfileModel.Example,
        }, async request => request.Ok(BillingProfileModel.Of(
            await AccountOf(request).GetProfileAsync() ?? throw Problem.NotFound("The organization has no billing profile yet; PUT one."))));

        room.Put("/v1/billing/profile", new("setBillingProfile", "Set the billing profile", "Replaces the whole profile. Documents issued before keep what they were issued with.", change)
        {
            Takes = BillingProfileModel.Example,
            Gives = BillingProfileModel.Example,
        }, async request =>
        {
            var command = await request.ReadAsync<BillingProfileModel, SetProfile>((body, faults) => body.ToCommand(faults));
            request.Granted(await AccountOf(request).ManageAsync(command));
            return request.Ok(BillingProfileModel.Of(command.Profile));
        });

        room.Get("/v1/reservations/{reservationId}/billing-references", new("getBillingReferences", "Read a reservation's references", "Purchase order and cost centre that its invoices bear, for its tenant.", read)
        {
            Gives = BillingReferencesModel.Example,
        }, async request => request.Ok(BillingReferencesModel.Of(await AccountOf(request).GetReferencesAsync(await OwnAsync(request)))));

        room.Put("/v1/reservations/{reservationId}/billing-references", new("setBillingReferences", "Set a reservation's references", "By the tenant. Invoices issued from now on bear them.", change)
        {
            Takes = BillingReferencesModel.Example,
            Gives = BillingReferencesModel.Example,
        }, async request =>
        {
            var body = await request.ReadAsync<BillingReferencesModel>();
            var reservation = await OwnAsync(request);
            request.Granted(await AccountOf(request).ManageAsync(new SetReferences(reservation, new BillingReferences(body.PurchaseOrder, body.CostCentre))));
            return request.Ok(BillingReferencesModel.Of(await AccountOf(request).GetReferencesAsync(reservation)));
        });
        return routes;
    }

    private static IBillingAccountGrain AccountOf(ApiRequest request) => request.Grain<IBillingAccountGrain>(request.Caller.Organization.Value);

    private static async Task<ReservationId> OwnAsync(ApiRequest request)
    {
        var id = request.Id<ReservationId>("reservationId");
        return (await request.Grain<IReservationGrain>(id.Value).GetAsync())?.State.TenantId == request.Caller.Organization
            ? id
            : throw Problem.NotFound("There is no such reservation of this tenant.");
    }
}
