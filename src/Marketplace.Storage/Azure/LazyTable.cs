using Azure.Data.Tables;

namespace Marketplace.Storage.Azure;

/// <summary>A table that is made when absent, once. A failure to reach it is forgotten, so that the next caller tries again.</summary>
internal sealed class LazyTable(Func<Task<TableServiceClient>> service, string name)
{
    private readonly Lock gate = new();
    private Task<TableClient>? opening;

    public Task<TableClient> OpenAsync()
    {
        lock (gate)
        {
            if (opening is null || opening.IsFaulted || opening.IsCanceled)
            {
                opening = CreateAsync();
            }

            return opening;
        }
    }

    private async Task<TableClient> CreateAsync()
    {
        var table = (await service()).GetTableClient(name);
        await table.CreateIfNotExistsAsync();
        return table;
    }
}
