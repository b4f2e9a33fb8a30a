namespace Marketplace.House.Tests;

/// <summary>
/// A checked-in file that is generated from code. Running the tests with <c>MARKETPLACE_ACCEPT=1</c> writes it anew; the diff
/// is then reviewed like any other.
/// </summary>
internal static class Snapshot
{
    public static void Matches(string file, string generated)
    {
        var path = Path.Combine(House.Root, file);
        if (Environment.GetEnvironmentVariable("MARKETPLACE_ACCEPT") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, generated);
        }

        Assert.True(File.Exists(path), $"{file} is missing: run the tests once with MARKETPLACE_ACCEPT=1 and review the new file.");
        var stored = File.ReadAllText(path);
        var (storedLines, lines) = (stored.Split('\n'), generated.Split('\n'));
        var first = storedLines.Zip(lines).TakeWhile(pair => pair.First == pair.Second).Count();
        Assert.True(
            stored == generated,
            $"{file} differs from the code from line {first + 1} on (stored: '{storedLines.ElementAtOrDefault(first)}', code: '{lines.ElementAtOrDefault(first)}'). If the change is meant, run the tests with MARKETPLACE_ACCEPT=1 and review the diff.");
    }
}
