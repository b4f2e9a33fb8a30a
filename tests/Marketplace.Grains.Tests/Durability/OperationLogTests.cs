using Marketplace.Grains.Durability;
using NodaTime;

namespace Marketplace.Grains.Tests.Durability;

public sealed class OperationLogTests
{
    private static readonly Instant Begin = Instant.FromUtc(2026, 1, 5, 9, 0);

    [Fact]
    public void Entries_live_seven_days_and_the_creation_for_ever()
    {
        var record = Add(Add(Empty, "create", Begin), "next", Begin + Duration.FromDays(8));

        Assert.Equal("next", Assert.Single(record.Operations).Id);
        Assert.Equal("create", OperationLog.Find(record, "create")?.Id);
        Assert.Null(OperationLog.Find(record, "never"));
    }

    [Fact]
    public void A_busy_day_fits_and_nothing_young_is_dropped_to_make_room()
    {
        var record = Empty;
        for (var i = 0; i < 1024; i++)
        {
            record = Add(record, "op-" + i, Begin);
        }

        Assert.Null(OperationLog.Add(record, new Operation("one more", "hash"), Begin + Duration.FromHours(24)));
        var later = OperationLog.Add(record, new Operation("one more", "hash"), Begin + Duration.FromHours(25))!;
        Assert.Equal(1024, later.Operations.Length);
        Assert.NotNull(OperationLog.Find(later, "one more"));
        Assert.NotNull(OperationLog.Find(later, "op-1"));
    }

    [Fact]
    public void Answers_of_large_states_are_kept_for_the_newest_entries_only()
    {
        var record = Empty with { State = new Large(new string('x', 60 * 1024)) };
        for (var i = 0; i < 10; i++)
        {
            record = Add(record, "op-" + i, Begin);
        }

        Assert.Equal(10, record.Operations.Length);
        Assert.Equal(["op-6", "op-7", "op-8", "op-9"], record.Operations.Where(entry => entry.Answer is not null).Select(entry => entry.Id));
        Assert.Equal("hash", OperationLog.Find(record, "op-0")!.InputHash);
    }

    private static AggregateRecord<Large> Empty => new() { Schema = 1, State = new Large("small"), Version = 1 };

    private static AggregateRecord<Large> Add(AggregateRecord<Large> record, string id, Instant now) =>
        OperationLog.Add(record, new Operation(id, "hash"), now) ?? throw new InvalidOperationException($"No room for {id}.");

    private sealed record Large(string Text);
}
