using Marketplace.Grains.Scheduling;
using NodaTime;

namespace Marketplace.Host.Demo;

/// <summary>The steps of the demo's history, taken in the order of market time. A step may add later ones.</summary>
/// <param name="time">Moves market time from step to step, so that the engine does in between whatever falls due.</param>
/// <param name="today">Where history ends; steps after it are left for whoever uses the demo.</param>
internal sealed class DemoTimeline(MarketTime time, Instant today)
{
    private readonly PriorityQueue<(string About, Func<Task> Take), (Instant At, int Order)> steps = new();
    private int order;

    /// <summary>The first day: two years before today.</summary>
    public LocalDate Begin { get; } = BeginOf(today);

    /// <summary>Market time now.</summary>
    public Instant Now => time.Now;

    public static LocalDate BeginOf(Instant today) => today.InUtc().Date.PlusMonths(-DemoBookings.Today);

    /// <summary>A day so many months after the beginning; fractions are parts of 30 days.</summary>
    public LocalDate Day(double month) => Begin.PlusMonths((int)Math.Floor(month)).PlusDays((int)Math.Round((month - Math.Floor(month)) * 30));

    /// <summary>An instant at an hour of that day, UTC.</summary>
    public Instant At(double month, int hour = 9) => Day(month).At(new LocalTime(hour, 0)).InUtc().ToInstant();

    /// <param name="at">When.</param>
    /// <param name="about">What the step is about, for whoever has to find out why it failed.</param>
    /// <param name="step">What happens.</param>
    public void Add(Instant at, string about, Func<Task> step) => steps.Enqueue((about, step), (at, order++));

    public void Add(double month, string about, Func<Task> step) => Add(At(month), about, step);

    /// <summary>Takes every step up to today and brings market time there.</summary>
    public async Task RunAsync(Action<double> report, CancellationToken cancellation)
    {
        var begin = At(0);
        while (steps.TryPeek(out var step, out var due) && due.At <= today)
        {
            steps.Dequeue();
            await time.AdvanceAsync(due.At, cancellation: cancellation);
            try
            {
                await step.Take();
            }
            catch (InvalidOperationException error)
            {
                throw new InvalidOperationException($"{step.About} on {due.At}: {error.Message}", error);
            }

            report((due.At - begin) / (today - begin));
        }

        await time.AdvanceAsync(today, cancellation: cancellation);
    }
}
