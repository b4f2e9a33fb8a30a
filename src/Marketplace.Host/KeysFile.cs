using System.Text;
using Marketplace.Host.Demo;
using Marketplace.Storage;

namespace Marketplace.Host;

/// <summary>
/// Keys beside the data for their owner alone, as shell assignments, since the store itself knows only their hashes. Hosts may
/// share the folder.
/// </summary>
internal sealed class KeysFile(HostOptions options)
{
    /// <summary>Puts keys in, in place of others of the same variables.</summary>
    public Task KeepAsync(IReadOnlyList<DemoKey> keys) => WriteAsync([.. keys.Select(key => key.Variable)], keys, overwrite: true);

    /// <summary>Puts a key in unless there is one of its variable, and answers the one that is there then: of several hosts that share the folder, all get the same.</summary>
    public async Task<string> KeepFirstAsync(DemoKey key)
    {
        while (true)
        {
            if (await FindAsync(key.Variable) is { } found)
            {
                return found;
            }

            try
            {
                await WriteAsync([], [key], overwrite: File.Exists(options.KeysFile));
            }
            catch (IOException) when (File.Exists(options.KeysFile))
            {
                // Another host was first; what it kept is read now.
            }
        }
    }

    /// <summary>Takes a key out.</summary>
    public Task ForgetAsync(string variable) => WriteAsync([variable], [], overwrite: true);

    /// <summary>A key that is in the file; null when none of that variable is.</summary>
    public async Task<string?> FindAsync(string variable)
    {
        var start = Assignment(variable);
        return (await LinesAsync()).Where(line => line.StartsWith(start, StringComparison.Ordinal)).Select(line => line[start.Length..].Split(' ')[0]).FirstOrDefault();
    }

    private async Task<string[]> LinesAsync() => File.Exists(options.KeysFile) ? await File.ReadAllLinesAsync(options.KeysFile) : [];

    private async Task WriteAsync(IReadOnlyList<string> without, IReadOnlyList<DemoKey> keys, bool overwrite)
    {
        OwnFiles.MakeFolder(options.DataFolder); // No store lies there when the store is elsewhere.
        var lines = (await LinesAsync()).Where(line => !without.Any(variable => line.StartsWith(Assignment(variable), StringComparison.Ordinal)))
            .Concat(keys.Select(key => $"{Assignment(key.Variable)}{key.Key} # {key.Holder}"));
        var written = $"{options.KeysFile}.{Environment.ProcessId}.new";
        await using (var file = OwnFiles.Open(written, FileMode.Create, FileAccess.Write))
        {
            await file.WriteAsync(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));
            file.Flush(flushToDisk: true);
        }

        try
        {
            // Whole or not at all: whoever ends this process in between leaves the keys that were there.
            File.Move(written, options.KeysFile, overwrite);
        }
        finally
        {
            File.Delete(written);
        }
    }

    private static string Assignment(string variable) => $"export {variable}=";
}
