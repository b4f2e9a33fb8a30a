using System.Globalization;
using Marketplace.Storage.Tests.Contract;
using Marketplace.Testing;

namespace Marketplace.Storage.Tests.Embedded;

public sealed class KillTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Everything_acknowledged_before_a_kill_is_there_after_it()
    {
        var path = _folder.File("store.db");
        var rows = new int[VictimProcess.Writers];
        var counters = new int[VictimProcess.Writers];

        // The number of acknowledgements waited for differs, so that the kills fall at different moments.
        foreach (var patience in (int[])[1, 40, 333, 1000, 2500])
        {
            using (var victim = VictimProcess.Start(path))
            {
                var heard = 0;
                while (await victim.StandardOutput.ReadLineAsync() is { } line)
                {
                    var said = line.Split(' ');
                    var last = said[0] == "row" ? rows : counters;
                    last[int.Parse(said[1], CultureInfo.InvariantCulture)] = int.Parse(said[2], CultureInfo.InvariantCulture);
                    if (++heard == patience)
                    {
                        victim.Kill();
                    }
                }

                await victim.WaitForExitAsync();
                Assert.True(heard >= patience, $"The victim ended by itself after {heard} acknowledgements.");
            }

            await CheckAsync(path, rows, counters);
        }
    }

    private static async Task CheckAsync(string path, int[] rows, int[] counters)
    {
        await using var store = EmbeddedTestStore.Open(path);
        for (var writer = 0; writer < VictimProcess.Writers; writer++)
        {
            var counter = new GrainState<Note>();
            await store.Records.ReadStateAsync("s", VictimProcess.Counter(writer), counter);
            var last = await store.Rows.ScanAsync("t", "writer" + writer, null, null, 1, descending: true);
            var lastRow = last.Rows is [var row] ? int.Parse(row.Key, CultureInfo.InvariantCulture) : 0;

            // One write of each writer may have landed without being heard of, never more.
            Assert.InRange(counter.State!.Number, counters[writer], counters[writer] + 1);
            Assert.InRange(lastRow, rows[writer], rows[writer] + 1);
            Assert.InRange(lastRow, counter.State!.Number, counter.State!.Number + 1);

            var found = 0;
            string? from = null;
            do
            {
                var page = await store.Rows.ScanAsync("t", "writer" + writer, from, null, 1000);
                foreach (var each in page.Rows)
                {
                    found++;
                    Assert.Equal((VictimProcess.Key(found), found % 3000), (each.Key, each.Data.Length));
                }

                from = page.NextFrom;
            }
            while (from is not null);
            Assert.Equal(lastRow, found);
        }
    }
}
