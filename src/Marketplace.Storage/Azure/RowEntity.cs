using System.Globalization;
using Azure.Data.Tables;
using Marketplace.Grains.Ports;

namespace Marketplace.Storage.Azure;

/// <summary>
/// Rows as entities: the table's name and the row's partition form the partition key, so one partition of rows is one partition
/// of the service; the row key is the row's key behind a letter. A tombstone is an entity without data, marked as deleted.
/// </summary>
internal static class RowEntity
{
    public const string Version = "Version";
    public const string Deleted = "Deleted";
    public const string Write = "Write";
    public const string MilestoneKey = "Key";

    /// <summary>The columns that tell what stands at a key without its data.</summary>
    public static readonly string[] Standing = [Version, Deleted, Write];

    /// <summary>On average one row in so many leaves a milestone.</summary>
    public const int RowsPerMilestone = 16;

    private const char Colon = ':';
    private const char RowPrefix = 'r';
    private const char MilestonePrefix = 'm';
    private const int LongestMilestone = 120;

    public static string Partition(string table, string partition) => table.Contains(Colon, StringComparison.Ordinal)
        ? throw new ArgumentException($"'{table}' is not the name of a table of rows: it holds a colon.", nameof(table))
        : $"{table}{Colon}{partition}";

    public static string Key(string key) => RowPrefix + key;

    /// <summary>A row, or with null data a tombstone. <paramref name="write"/> names the call that wrote it.</summary>
    public static TableEntity Of(string partition, string key, long version, ReadOnlyMemory<byte>? data, Guid write)
    {
        var entity = new TableEntity(partition, Key(key)) { [Version] = version, [Write] = write };
        if (data is { } bytes)
        {
            TablePayload.Put(entity, bytes);
        }
        else
        {
            entity[Deleted] = true;
        }

        return entity;
    }

    public static bool IsTombstone(TableEntity entity) => entity.GetBoolean(Deleted) == true;

    public static long VersionOf(TableEntity entity) => entity.GetInt64(Version) ?? throw new InvalidDataException($"{entity.PartitionKey}/{entity.RowKey} is no row: it has no version.");

    public static Row ToRow(TableEntity entity) => new(entity.RowKey[1..], VersionOf(entity), TablePayload.Get(entity) ?? []);

    /// <summary>Filter for the rows of a partition in a half-open range.</summary>
    public static string Range(string partition, string? from, string? until) => TableClient.CreateQueryFilter(
        $"PartitionKey eq {partition} and RowKey ge {RowPrefix + from} and RowKey lt {(until is null ? Next(RowPrefix) : RowPrefix + until)}");

    /// <summary>
    /// The milestone a row leaves, if it is one of those that do: an entity in the same partition whose key sorts the other way
    /// round. Azure Tables reads forwards only; milestones tell a backward scan where to begin reading forwards. They are hints:
    /// a missing or a left-over one changes what a scan costs, never what it finds. So keys too long for one have none.
    /// </summary>
    public static TableEntity? Milestone(string partition, string key)
    {
        // FNV-1a; the same key decides alike in every process and version.
        var hash = 2166136261u;
        foreach (var c in key)
        {
            hash = (hash ^ c) * 16777619u;
        }

        return key.Length <= LongestMilestone && (hash >> 16) % RowsPerMilestone == 0
            ? new TableEntity(partition, MilestonePrefix + Reversed(key)) { [MilestoneKey] = key }
            : null;
    }

    /// <summary>Filter for the milestones of rows in a half-open range, highest row first.</summary>
    public static string MilestoneRange(string partition, string? from, string? until) => TableClient.CreateQueryFilter(
        $"PartitionKey eq {partition} and RowKey gt {MilestonePrefix + (until is null ? "" : Reversed(until))} and RowKey le {(from is null ? Next(MilestonePrefix) : MilestonePrefix + Reversed(from))}");

    /// <summary>A key whose ordinal order is the opposite: each character's complement in four digits, and an end that sorts after every digit.</summary>
    public static string Reversed(string key) => string.Concat(key.Select(c => (char.MaxValue - c).ToString("X4", CultureInfo.InvariantCulture))) + "~";

    /// <summary>Filter for the rows of all partitions from one on.</summary>
    public static string RowsFrom(string partition) => TableClient.CreateQueryFilter($"PartitionKey ge {partition} and RowKey ge {RowPrefix.ToString()} and RowKey lt {Next(RowPrefix)}");

    /// <summary>The first partition key behind all of a table's.</summary>
    public static string Behind(string table) => table + (char)(Colon + 1);

    /// <summary>Table and partition of a row.</summary>
    public static (string Table, string Partition) Placed(TableEntity entity)
    {
        var colon = entity.PartitionKey.IndexOf(Colon, StringComparison.Ordinal);
        return (entity.PartitionKey[..colon], entity.PartitionKey[(colon + 1)..]);
    }

    private static string Next(char prefix) => ((char)(prefix + 1)).ToString();
}
