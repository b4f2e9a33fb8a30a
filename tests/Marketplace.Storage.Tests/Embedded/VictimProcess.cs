using System.Diagnostics;
using System.Globalization;
using Marketplace.Grains.Ports;
using Marketplace.Storage.Tests.Contract;

namespace Marketplace.Storage.Tests.Embedded;

/// <summary>A process of its own that writes without end and says what was acknowledged, until it is killed.</summary>
internal static class VictimProcess
{
    public const string Argument = "--write-until-killed";
    public const int Writers = 8;

    /// <summary>Exit code when the store could not be opened.</summary>
    public const int Refused = 3;

    public static Process Start(string path)
    {
        var program = Path.ChangeExtension(typeof(VictimProcess).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null);
        return Process.Start(new ProcessStartInfo(program, [Argument, path]) { RedirectStandardOutput = true })!;
    }

    public static async Task<int> RunAsync(string path)
    {
        StoreUnderTest store;
        try
        {
            store = EmbeddedTestStore.Open(path);
        }
        catch (StoreException e)
        {
            Console.WriteLine(e.Message);
            return Refused;
        }

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(store, writer))));
        return 0;
    }

    public static GrainId Counter(int writer) => GrainId.Create("counter", $"counter_{writer}");

    public static string Key(int number) => number.ToString("D9", CultureInfo.InvariantCulture);

    private static async Task WriteAsync(StoreUnderTest store, int writer)
    {
        var counter = new GrainState<Note>();
        await store.Records.ReadStateAsync("s", Counter(writer), counter);
        while (true)
        {
            // The row first, then the counter that vouches for it; each is said only after it was acknowledged.
            var next = counter.State!.Number + 1;
            var row = new Row(Key(next), 1, new byte[next % 3000]);
            if (!await store.Rows.TryInsertAsync("t", "writer" + writer, [row]) && await store.Rows.GetAsync("t", "writer" + writer, row.Key) is null)
            {
                throw new InvalidOperationException("The row was refused and is not there.");
            }

            Console.WriteLine($"row {writer} {next}");
            counter.State = new Note { Number = next, Text = new string('x', next % 2000) };
            await store.Records.WriteStateAsync("s", Counter(writer), counter);
            Console.WriteLine($"counter {writer} {next}");
        }
    }
}
