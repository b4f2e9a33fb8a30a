using Marketplace.Api.Http;
using Marketplace.Grains.Transparency;

namespace Marketplace.Api.Operations;

/// <summary>How this process is.</summary>
/// <param name="Status"><c>live</c> or <c>ready</c>.</param>
internal sealed record HealthModel(string Status);

/// <summary>What balancers and people ask first.</summary>
internal static class HealthEndpoints
{
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Health");
        room.Get("/health/live", new("getLiveness", "Does the process run", "Answers as soon as the process listens.", Permission.Public)
        {
            Gives = new HealthModel("live"),
        }, request => Task.FromResult(request.Ok(new HealthModel("live"))));
        room.Get("/health/ready", new("getReadiness", "Does it take work", "Answers 503 `unavailable` until start and seeding are done, while the store cannot be read, and from the moment it is told to stop.", Permission.Public)
        {
            Gives = new HealthModel("ready"),
        }, ReadyAsync);
        return routes;
    }

    private static async Task<IResult> ReadyAsync(ApiRequest request)
    {
        if (request.Http.RequestServices.GetService<IReadiness>()?.Pending is { } pending)
        {
            throw new ProblemException(new Problem(ProblemCode.Unavailable, $"Not ready: {pending}.") { RetryAfterSeconds = 1 });
        }

        try
        {
            await request.Rows.GetAsync(EventRows.Table, "health", "probe", request.Cancellation);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new ProblemException(new Problem(ProblemCode.Unavailable, "The store cannot be read.") { RetryAfterSeconds = 5 });
        }

        return request.Ok(new HealthModel("ready"));
    }
}
