using System.Collections.Immutable;
using Marketplace.Api.Http;
using Marketplace.Grains.Ports;

namespace Marketplace.Api.Operations;

/// <summary>Something that must always hold.</summary>
/// <param name="Name">Stable name.</param>
/// <param name="Meaning">What must hold.</param>
/// <param name="Holds">Whether it does.</param>
/// <param name="Violations">What violates it, each in a sentence that names the ids.</param>
internal sealed record InvariantModel(string Name, string Meaning, bool Holds, ImmutableArray<string> Violations);

/// <summary>Everything that must always hold, checked now.</summary>
/// <param name="Holds">Whether all of it does.</param>
/// <param name="Invariants">Each one.</param>
internal sealed record InvariantReportModel(bool Holds, ImmutableArray<InvariantModel> Invariants)
{
    public static InvariantReportModel Example { get; } = new(true, [new("due_row_present", "Every open aggregate has a due row.", true, [])]);
}

/// <summary>Checks the marketplace against its own laws.</summary>
internal static class InvariantEndpoints
{
    public static IEndpointRouteBuilder MapInvariants(this IEndpointRouteBuilder routes)
    {
        new Room(routes, "Administration").Get("/v1/admin/invariants", new(
            "checkInvariants",
            "Check what must always hold",
            "Reads every record and says what violates a law of the marketplace. Takes time in proportion to the records.",
            Permission.Read("admin"))
        {
            Gives = InvariantReportModel.Example,
        }, CheckAsync);
        return routes;
    }

    private static async Task<IResult> CheckAsync(ApiRequest request)
    {
        var checks = ImmutableArray.CreateBuilder<InvariantModel>();
        foreach (var invariant in request.Http.RequestServices.GetServices<IInvariant>().OrderBy(invariant => invariant.Name, StringComparer.Ordinal))
        {
            var violations = await invariant.ViolationsAsync(request.Cancellation);
            checks.Add(new InvariantModel(invariant.Name, invariant.Meaning, violations.IsEmpty, violations));
        }

        return request.Ok(new InvariantReportModel(checks.All(check => check.Holds), checks.ToImmutable()));
    }
}
