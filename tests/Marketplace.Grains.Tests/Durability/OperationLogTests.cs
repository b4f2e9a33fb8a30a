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

        Assert.Null(OperationLog.Next(record, new Operation("one more", "hash"), Begin + Duration.FromHours(24)));
        var later = Add(record, "one more", Begin + Duration.FromHours(25));
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
        Assert.Equal(["op-5", "op-6", "op-7", "op-8"], record.Operations.Where(entry => entry.Answer is not null).Select(entry => entry.Id));
        Assert.Equal("hash", OperationLog.Find(record, "op-0")!.InputHash);
        Assert.Equal(record.Version, OperationLog.Find(record, "op-9")!.Version);
    }

    [Fact]
    public void An_answer_is_the_records_own_state_until_a_commit_moves_that_on()
    {
        var first = Add(Empty, "first", Begin);
        var second = Add(first, "second", Begin) with { State = new Large("large") };

        Assert.Null(Assert.Single(first.Operations).Answer);
        Assert.Equal("""{"text":"small"}""", OperationLog.Find(second, "first")!.Answer);
        Assert.Equal(first.Version, OperationLog.Find(second, "first")!.Version);
        Assert.Null(OperationLog.Find(second, "second")!.Answer);
    }

    [Fact]
    public void A_commit_without_an_operation_keeps_the_answer_too()
    {
        var record = Add(Empty, "first", Begin);
        var (operations, created) = OperationLog.Next(record, null, Begin)!.Value;

        Assert.Equal("""{"text":"small"}""", Assert.Single(operations).Answer);
        Assert.Equal("first", created!.Id);
    }

    private static AggregateRecord<Large> Empty => new() { Schema = 1, State = new Large("small"), Version = 1 };

    private static AggregateRecord<Large> Add(AggregateRecord<Large> record, string id, Instant now)
    {
        var (operations, created) = OperationLog.Next(record, new Operation(id, "hash"), now) ?? throw new InvalidOperationException($"No room for {id}.");
        return record with { Version = record.Version + 1, Operations = operations, Created = created };
    }

    private sealed record Large(string Text);
}
