using Azure;
using Azure.Identity;
using Marketplace.Grains.Ports;
using Marketplace.Storage;
using Marketplace.Storage.Backup;
using Marketplace.Storage.Embedded;

namespace Marketplace.Host;

/// <summary>
/// Opens the store before anything else starts, so that one in use, out of reach or closed to this identity is said plainly
/// rather than by the first grain.
/// </summary>
internal static class StoreDoor
{
    // A store that is slow while everything starts at once is no store that does not open.
    private const int Attempts = 3;

    /// <exception cref="StoreException">It does not open.</exception>
    public static async Task OpenAsync(IServiceProvider services, bool mayBeUnfinished = false)
    {
        if (await ReadAsync(services) && !mayBeUnfinished)
        {
            throw new StoreException("a restore into this store did not finish. Run it again with the same folder; it goes on where it stopped.");
        }
    }

    /// <returns>Whether it holds what a restore left that did not finish.</returns>
    private static async Task<bool> ReadAsync(IServiceProvider services)
    {
        var options = services.GetRequiredService<HostOptions>();
        if (options.Store == StoreKind.Embedded)
        {
            services.GetRequiredService<EmbeddedStore>();
            return await StoreBackup.IsUnfinishedAsync(services.GetRequiredService<IRowStore>());
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StoreBackup.IsUnfinishedAsync(services.GetRequiredService<IRowStore>());
            }
            catch (Exception error) when (attempt < Attempts && IsTimeout(error))
            {
                // Tried again at once: the time-out was the pause.
            }
            catch (Exception error) when (error is RequestFailedException or AggregateException or AuthenticationFailedException or TaskCanceledException or FormatException or InvalidOperationException)
            {
                var where = options.Azure.TablesEndpoint is { } endpoint ? $"at {endpoint}" : "of Marketplace:Azure:ConnectionString";
                throw new StoreException($"the tables {where} do not open: {(error is AggregateException several ? several.InnerExceptions[^1] : error).Message.Split('\n')[0]}", error);
            }
        }
    }

    private static bool IsTimeout(Exception error) => error is TaskCanceledException || (error is AggregateException several && several.InnerExceptions.All(inner => inner is TaskCanceledException));
}
