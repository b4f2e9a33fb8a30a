using System.Text.Json;
using Marketplace.Grains.Serialization;

namespace Marketplace.Testing;

/// <summary>
/// Files of what earlier builds wrote, under <c>tests/golden</c>: each must still load without loss, and the present build
/// must write the same. When the written form changes on purpose, raise the schema number, keep the old file with
/// <see cref="Loads{T}"/> and write the new one under a new name by running the tests with <c>MARKETPLACE_ACCEPT=1</c>.
/// </summary>
public static class Golden
{
    private static readonly JsonSerializerOptions Indented = new(MarketJson.Options) { WriteIndented = true };

    /// <summary>The fault, or null: whether <paramref name="value"/> is written as the file has it, and the file loads as that.</summary>
    public static string? Fault<T>(string name, T value)
    {
        var written = JsonSerializer.Serialize(value, Indented) + "\n";
        var path = PathOf(name);
        if (Environment.GetEnvironmentVariable("MARKETPLACE_ACCEPT") == "1" && !File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, written);
        }

        if (!File.Exists(path))
        {
            return $"{path} is missing: run the tests once with MARKETPLACE_ACCEPT=1 and review the new file.";
        }

        var stored = File.ReadAllText(path);
        return stored != written
            ? $"{path} is no longer what is written. Stored data would be read by other code than wrote it: {FirstDifference(stored, written)}"
            : JsonSerializer.Serialize(Loads<T>(name), Indented) + "\n" == stored ? null : $"{path} loses something when it is loaded.";
    }

    /// <summary>What the present build makes of the file.</summary>
    public static T Loads<T>(string name) => JsonSerializer.Deserialize<T>(File.ReadAllText(PathOf(name)), MarketJson.Options)
        ?? throw new InvalidOperationException($"{name} is empty.");

    private static string FirstDifference(string stored, string written)
    {
        var (old, now) = (stored.Split('\n'), written.Split('\n'));
        var line = old.Zip(now).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"line {line + 1} was '{old.ElementAtOrDefault(line)?.Trim()}', is '{now.ElementAtOrDefault(line)?.Trim()}'.";
    }

    /// <summary>Where the file of this name is kept.</summary>
    public static string PathOf(string name) => Path.Combine(Repository.Root, "tests", "golden", name);
}
