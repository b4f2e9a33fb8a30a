using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Scheduling;
using NodaTime;

namespace Marketplace.Api.Operations;

/// <summary>Market time.</summary>
/// <param name="Now">Market time now; it dates every contract fact.</param>
/// <param name="CanAdvance">Whether this is a sandbox, whose clock can be advanced, and a single silo runs it now.</param>
internal sealed record ClockModel(Instant Now, bool CanAdvance)
{
    public static ClockModel Example { get; } = new(Instant.FromUtc(2027, 3, 1, 0, 0), true);
}

/// <summary>How far to advance.</summary>
/// <param name="To">Market time to reach, not before the present. Repeating a request changes nothing.</param>
internal sealed record ClockAdvance(Instant To)
{
    public static ClockAdvance Example { get; } = new(Instant.FromUtc(2027, 3, 1, 0, 0));
}

/// <summary>The market clock.</summary>
internal static class ClockEndpoints
{
    private static readonly Duration LongestStep = Duration.FromDays(3_660);

    public static IEndpointRouteBuilder MapClock(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Clock");
        room.Get("/v1/clock", new("getClock", "Read market time", "Market time runs with real time, plus whatever a sandbox has advanced it by.", Permission.Public)
        {
            Gives = ClockModel.Example,
        }, request => Task.FromResult(request.Ok(Now(request))));
        room.Post("/v1/clock/advance", new(
            "advanceClock",
            "Advance market time",
            "Sandbox only. Everything that falls due on the way happens in its order and at its time: holds expire, periods are billed, acceptance is deemed. Answers when all of it is done; ten years take seconds to minutes.",
            Permission.Change("admin"))
        {
            Takes = ClockAdvance.Example,
            Gives = ClockModel.Example,
            Refuses = [ClockRefusal.RunsByItself, ClockRefusal.StepTooLong, ClockRefusal.InPast],
        }, AdvanceAsync);
        return routes;
    }

    private static async Task<IResult> AdvanceAsync(ApiRequest request)
    {
        var target = (await request.ReadAsync<ClockAdvance>()).To;
        var time = request.Service<MarketTime>();
        if (!time.CanAdvance)
        {
            throw Refused(ClockRefusal.RunsByItself, "This installation is no sandbox, or several silos run it: they would not hear of an advance together.", null);
        }

        if (target - time.Now > LongestStep)
        {
            throw Refused(ClockRefusal.StepTooLong, "Advance by at most ten years at once.", "to");
        }

        // A request repeated after it was granted finds its instant passed, and is answered as before.
        if (target < time.Now && !await request.IsKeyBoundAsync())
        {
            throw Refused(ClockRefusal.InPast, $"Market time is {time.Now}.", "to");
        }

        await request.BindKeyAsync();

        // Not cancelled with the request: half the way would surprise whoever looks next.
        await time.AdvanceAsync(target);
        return request.Ok(Now(request));
    }

    private static ClockModel Now(ApiRequest request)
    {
        var time = request.Service<MarketTime>();
        return new ClockModel(time.Now, time.CanAdvance);
    }

    private static ProblemException Refused(ClockRefusal code, string detail, string? field) => new(Problem.Of(Refusal.Of(code, detail, field)));
}
