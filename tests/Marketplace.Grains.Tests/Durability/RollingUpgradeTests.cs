using Marketplace.Grains.Durability;
using Marketplace.Storage.Azure;
using Marketplace.Testing;
using Marketplace.Testing.Azurite;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Grains.Tests.Durability;

/// <summary>
/// An upgrade over two releases and all the way back, in one cluster, one silo at a time: whichever release a grain is in, it
/// goes on with what the other wrote. See <see cref="StoredLayoutsTests"/> for what each release knows.
/// </summary>
public sealed class RollingUpgradeTests(AzuriteProcess azurite)
{
    private const int Grains = 12;
    private static readonly StoredLayouts Today = new(Writes: 1, Reads: 1);
    private static readonly StoredLayouts Reads = new(Writes: 1, Reads: 2);
    private static readonly StoredLayouts Writes = new(Writes: 2, Reads: 2);

    /// <summary>What the next silo runs.</summary>
    private StoredLayouts _release = Today;

    [Fact]
    public async Task EverythingGoesOnWhileReleasesStandSideBySide()
    {
        await using var market = await StartAsync();
        var notes = new Dictionary<string, string>(StringComparer.Ordinal);
        var round = 0;
        await WorkAsync(market, ++round, notes);

        // Each line makes one silo the release, so that after the first of two both versions are alive.
        foreach (var release in (StoredLayouts[])[Reads, Reads, Writes, Writes, Reads, Reads])
        {
            _release = release;
            await market.ReplaceOldestAsync();
            await WorkAsync(market, ++round, notes);
        }

        Assert.Equal(2 * Grains, notes.Count);
    }

    private async Task<TestMarket> StartAsync()
    {
        var reason = azurite.WhyNot();
        Assert.SkipWhen(reason is not null, reason ?? "");
        using var scope = TestMarket.Over(
            async () =>
            {
                var store = await azurite.StoreAsync();
                return silo => silo.AddAzureStore(store);
            },
            silos: 2);
        return await TestMarket.StartAsync(silo => silo.Services.AddSingleton(_release));
    }

    /// <summary>Every grain counts one on, asked through one silo and then the other, and has every note it was ever given.</summary>
    private static async Task WorkAsync(TestMarket market, int round, Dictionary<string, string> notes)
    {
        var factories = market.Silos.Select(silo => silo.GetRequiredService<IGrainFactory>()).ToList();
        for (var number = 0; number < Grains; number++)
        {
            var grains = factories[(number + round) % factories.Count];
            var operation = new Operation($"round-{round}", "hash");
            var tally = grains.GetGrain<ITallyGrain>($"tally_{number}");
            var hot = grains.GetGrain<IHotTallyGrain>($"tally_{number}");
            Assert.Equal(round, (await AskAsync(() => tally.CountAsync(operation, 1))).Value);
            Assert.Equal(round, (await AskAsync(() => hot.CountAsync(1))).Value);
            await NoteAsync($"tally_{number}", tally.NoteAsync, tally.GetNoteAsync);
            await NoteAsync($"hot_{number}", hot.NoteAsync, hot.GetNoteAsync);
        }

        async Task NoteAsync(string name, Func<string, Task<bool>> note, Func<Task<string?>> read)
        {
            Assert.Equal(notes.GetValueOrDefault(name), await AskAsync(read));
            if (await AskAsync(() => note($"{name} in round {round}")))
            {
                notes[name] = $"{name} in round {round}";
            }
        }
    }

    /// <summary>As a client would: what a silo that is leaving does not answer is asked again.</summary>
    private static async Task<T> AskAsync<T>(Func<Task<T>> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (Exception error) when (attempt < 10 && error is UnknownOutcomeException or OrleansMessageRejectionException)
            {
                await Task.Yield();
            }
        }
    }
}
