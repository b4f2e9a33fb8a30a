using System.Text;
using System.Xml.Linq;
using Marketplace.Grains.Ports;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Marketplace.Api.Webhooks;

/// <summary>
/// Keeps the data protection keys as rows of the store, so that every process over it opens what another one sealed. One key a
/// day at most: of two processes that start at once over an empty store the later takes the earlier's key.
/// </summary>
internal sealed class ProtectionKeys(IRowStore rows, TimeProvider time) : IXmlRepository
{
    public const string Table = "protection-keys";
    private const string Partition = "ring";
    private const int Page = 1_000;

    public IReadOnlyCollection<XElement> GetAllElements() => Wait(async () =>
    {
        var page = await rows.ScanAsync(Table, Partition, null, null, Page);
        return page.Rows.Select(row => XElement.Parse(Encoding.UTF8.GetString(row.Data.Span))).ToList();
    });

    public void StoreElement(XElement element, string friendlyName)
    {
        ArgumentNullException.ThrowIfNull(element);
        var key = element.Name.LocalName == "key" ? $"key-{time.GetUtcNow():yyyy-MM-dd}" : "revocation-" + friendlyName;
        Wait(() => rows.TryInsertAsync(Table, Partition, [new Row(key, 1, Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting)))]).AsTask());
    }

    // The interface is synchronous; off the caller's scheduler, so that nothing waits for itself.
    private static T Wait<T>(Func<Task<T>> call) => Task.Run(call).GetAwaiter().GetResult();
}
