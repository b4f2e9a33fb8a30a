using System.Text;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Marketplace.Storage.Azure;
using Marketplace.Storage.Tests.Contract;
using Marketplace.Testing.Azurite;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Storage;

namespace Marketplace.Storage.Tests.Azure;

/// <summary>The layout that Microsoft's providers share, what fits, and what a lost answer looks like.</summary>
public sealed class AzureRecordTests(AzuriteProcess azurite)
{
    /// <summary>What an entity holds by Microsoft's layout.</summary>
    private const int Largest = 15 * 64 * 1024;

    /// <summary>What the store keeps in one.</summary>
    private const int LargestKept = 720 * 1024;

    private static readonly GrainId Id = GrainId.Create("note", "note_1");
    private AzureStoreOptions _options = null!;

    private TableClient Table => _options.CreateTableServiceClient().GetTableClient(_options.RecordTable);

    private BlobContainerClient Container => _options.CreateBlobServiceClient().GetBlobContainerClient(_options.BlobContainer);

    [Fact]
    public async Task A_record_is_an_entity_named_by_service_grain_and_state()
    {
        await using var store = await OpenAsync();
        await WriteAsync(store, "s", new Note { Text = "hi", Number = 3 });

        var entity = (await Table.GetEntityAsync<TableEntity>("service_note_note_1", "s")).Value;

        Assert.Equal("""{"Text":"hi","Number":3}""", Encoding.UTF8.GetString(entity.GetBinary("Data")));
        Assert.Equal(["Data"], entity.Keys.Where(column => column is not ("PartitionKey" or "RowKey" or "Timestamp" or "odata.etag")));
    }

    [Fact]
    public async Task A_cleared_record_is_an_entity_without_data()
    {
        await using var store = await OpenAsync();
        var held = await WriteAsync(store, "s", new Note { Text = "hi" });
        await store.Records.ClearStateAsync("s", Id, held);

        Assert.Null((await Table.GetEntityAsync<TableEntity>("service_note_note_1", "s")).Value.GetBinary("Data"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Entities_that_others_wrote_are_read_in_both_forms(bool asText)
    {
        await using var store = await OpenAsync();
        await Table.CreateIfNotExistsAsync();
        var json = $$"""{"Text":"{{new string('a', 70_000)}}","Number":4}""";
        var entity = new TableEntity("service_note_note_1", "s");
        var size = asText ? 32 * 1024 : 64 * 1024;
        for (var from = 0; from < json.Length; from += size)
        {
            var part = json.Substring(from, Math.Min(size, json.Length - from));
            var column = (asText ? "StringData" : "Data") + (from == 0 ? "" : (from / size).ToString());
            entity[column] = asText ? part : Encoding.UTF8.GetBytes(part);
        }

        await Table.AddEntityAsync(entity);

        Assert.Equal(4, (await ReadAsync(store, "s")).State!.Number);
    }

    [Fact]
    public async Task Text_is_written_as_text_at_half_the_capacity()
    {
        var own = await AzureTestStore.OptionsAsync(azurite);
        own(_options = new AzureStoreOptions());
        await using var services = AzureTestStore.Services(silo => silo.AddAzureTableGrainStorage("text", (AzureTableStorageOptions options) =>
        {
            options.TableServiceClient = _options.CreateTableServiceClient();
            options.TableName = _options.RecordTable;
            options.UseStringFormat = true;
            options.DeleteStateOnClear = true;
        }));
        var records = services.GetRequiredKeyedService<IGrainStorage>("text");
        var overhead = new NoteSerializer().Serialize(new Note { Text = "" }).ToMemory().Length;
        var state = new GrainState<Note>(new Note { Text = new string('a', (Largest / 2) - overhead) });

        await records.WriteStateAsync("s", Id, state);
        Assert.NotNull((await Table.GetEntityAsync<TableEntity>("service_note_note_1", "s")).Value.GetString("StringData14"));

        await records.ClearStateAsync("s", Id, state);
        Assert.False((await Table.GetEntityIfExistsAsync<TableEntity>("service_note_note_1", "s")).HasValue);

        state.State = new Note { Text = new string('a', (Largest / 2) - overhead + 1) };
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => records.WriteStateAsync("s", Id, state));
        Assert.False((await Table.GetEntityIfExistsAsync<TableEntity>("service_note_note_1", "s")).HasValue);
    }

    [Fact]
    public async Task A_record_that_outgrows_an_entity_moves_to_a_blob_and_back()
    {
        await using var store = await OpenAsync();
        var held = await WriteAsync(store, "s", Sized(LargestKept, 'x'));
        held.State = Sized(LargestKept, 'a');
        await store.Records.WriteStateAsync("s", Id, held);
        Assert.Equal(LargestKept, await EntityBytesAsync());
        Assert.Empty(await OutgrownAsync());

        held.State = Sized(LargestKept + 1, 'b');
        await store.Records.WriteStateAsync("s", Id, held);
        Assert.True(await EntityBytesAsync() < 64);
        Assert.StartsWith("outgrown/service/s-note/note_1/", Assert.Single(await OutgrownAsync()), StringComparison.Ordinal);
        var read = await ReadAsync(store, "s");
        Assert.Equal((held.ETag, held.State), (read.ETag, read.State));
        Assert.Equal(["note_1"], await store.Scan.KeysAsync("s", "note", null, 10));

        // Its next size replaces the blob; a small one goes back into the entity, a cleared one leaves nothing.
        held.State = Sized(2 * Largest, 'c');
        await store.Records.WriteStateAsync("s", Id, held);
        Assert.Single(await OutgrownAsync());
        held.State = new Note { Text = "d" };
        await store.Records.WriteStateAsync("s", Id, held);
        Assert.Empty(await OutgrownAsync());
        held.State = Sized(LargestKept + 1, 'e');
        await store.Records.WriteStateAsync("s", Id, held);
        await store.Records.ClearStateAsync("s", Id, held);
        Assert.Empty(await OutgrownAsync());
        Assert.False((await ReadAsync(store, "s")).RecordExists);
    }

    [Fact]
    public async Task A_stale_holder_writes_nothing_however_large_its_record()
    {
        await using var store = await OpenAsync();
        await WriteAsync(store, "s", Sized(Largest + 1, 'a'));
        var one = await ReadAsync(store, "s");
        var two = await ReadAsync(store, "s");
        one.State = Sized(Largest + 1, 'b');
        await store.Records.WriteStateAsync("s", Id, one);

        two.State = Sized(Largest + 2, 'c');
        await Assert.ThrowsAnyAsync<InconsistentStateException>(() => store.Records.WriteStateAsync("s", Id, two));
        two.State = new Note { Text = "c" };
        await Assert.ThrowsAnyAsync<InconsistentStateException>(() => store.Records.WriteStateAsync("s", Id, two));

        Assert.Equal(one.State, (await ReadAsync(store, "s")).State);
    }

    [Fact]
    public async Task Whoever_reads_while_another_replaces_sees_one_record_whole()
    {
        await using var store = await OpenAsync(options => options.LargestInTable = 0);
        var held = await WriteAsync(store, "s", new Note { Number = 0, Text = "0" });
        var writing = Task.Run(async () =>
        {
            for (var number = 1; number <= 50; number++)
            {
                held.State = new Note { Number = number, Text = $"{number}" };
                await store.Records.WriteStateAsync("s", Id, held);
            }
        });

        var last = 0;
        do
        {
            var note = (await ReadAsync(store, "s")).State!;
            Assert.Equal($"{note.Number}", note.Text);
            Assert.True(note.Number >= last, "A reader went back.");
            last = note.Number;
        }
        while (last < 50);
        await writing;
    }

    [Fact]
    public async Task An_outgrown_record_whose_answer_was_lost_is_unknown_and_whole()
    {
        using var network = new LossyTransport();
        await using var store = await OpenAsync(options => options.Transport = network);
        await ReadAsync(store, "s");
        network.Next("POST", Mishap.AnswerLost);

        await Assert.ThrowsAnyAsync<InconsistentStateException>(() => WriteAsync(store, "s", Sized(Largest + 1, 'a')));

        Assert.Equal(Sized(Largest + 1, 'a'), (await ReadAsync(store, "s")).State);
    }

    [Theory]
    [InlineData("s")]
    [InlineData("snapshot")]
    public async Task A_record_too_large_is_refused_in_words_and_nothing_is_written(string stateName)
    {
        await using var store = await OpenAsync(options => options.LargestRecord = Largest + 100);
        var held = await WriteAsync(store, stateName, Sized(Largest + 100, 'a'));
        var etag = held.ETag;

        held.State = Sized(Largest + 101, 'b');
        var error = await Assert.ThrowsAsync<StoreException>(() => store.Records.WriteStateAsync(stateName, Id, held));

        Assert.Contains($"note/note_1 '{stateName}': {Largest + 101} bytes, at most {Largest + 100}", error.Message, StringComparison.Ordinal);
        var read = await ReadAsync(store, stateName);
        Assert.Equal((etag, etag, 'a'), (held.ETag, read.ETag, read.State!.Text![0]));
    }

    [Fact]
    public async Task The_tables_provider_by_itself_refuses_what_outgrows_an_entity()
    {
        var own = await AzureTestStore.OptionsAsync(azurite);
        own(_options = new AzureStoreOptions());
        await using var services = AzureTestStore.Services(silo => silo.AddAzureTableGrainStorage("alone", (AzureTableStorageOptions options) =>
        {
            options.TableServiceClient = _options.CreateTableServiceClient();
            options.TableName = _options.RecordTable;
        }));
        var records = services.GetRequiredKeyedService<IGrainStorage>("alone");
        var state = new GrainState<Note>(Sized(Largest, 'a'));
        await records.WriteStateAsync("s", Id, state);

        state.State = Sized(Largest + 1, 'b');
        var error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => records.WriteStateAsync("s", Id, state));

        Assert.Contains($"note/note_1 's': {Largest + 1} bytes, at most {Largest}", error.Message, StringComparison.Ordinal);
        Assert.Equal(Largest, await EntityBytesAsync());
    }

    [Fact]
    public async Task A_snapshot_is_a_blob_and_may_outgrow_an_entity()
    {
        await using var store = await OpenAsync();
        var note = new Note { Text = new string('a', 3 * Largest) };
        await WriteAsync(store, "snapshot", note);

        var blob = Container.GetBlobClient("snapshot-note/note_1.json");

        Assert.Equal(note, (await ReadAsync(store, "snapshot")).State);
        Assert.Equal(note, new NoteSerializer().Deserialize<Note>((await blob.DownloadContentAsync()).Value.Content));
        Assert.Equal("application/octet-stream", (await blob.GetPropertiesAsync()).Value.ContentType);
        Assert.Equal(["note_1"], await store.Scan.KeysAsync("snapshot", "note", null, 10));
    }

    [Fact]
    public async Task By_default_a_cleared_blob_is_deleted()
    {
        var own = await AzureTestStore.OptionsAsync(azurite);
        own(_options = new AzureStoreOptions());
        await using var services = AzureTestStore.Services(silo => silo.AddAzureBlobGrainStorageAsDefault((AzureBlobStorageOptions options) =>
        {
            options.BlobServiceClient = _options.CreateBlobServiceClient();
            options.ContainerName = _options.BlobContainer;
        }));
        var records = services.GetRequiredKeyedService<IGrainStorage>(Orleans.Providers.ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME);
        var state = new GrainState<Note>(new Note { Number = 1 });
        await records.WriteStateAsync("s", Id, state);
        var stale = state.ETag;

        await records.ClearStateAsync("s", Id, state);

        Assert.False(await Container.GetBlobClient("s-note/note_1.json").ExistsAsync());
        state.State = new Note { Number = 2 };
        await records.WriteStateAsync("s", Id, state);
        await Assert.ThrowsAnyAsync<InconsistentStateException>(() => records.WriteStateAsync("s", Id, new GrainState<Note>(new Note(), stale)));
    }

    [Theory]
    [InlineData("s", "POST")]
    [InlineData("snapshot", "PUT")]
    public async Task A_first_write_whose_answer_was_lost_reports_a_conflict_though_it_stands(string stateName, string method)
    {
        // Why every failed write has an unknown outcome: the client sends again, and meets its own first sending.
        using var network = new LossyTransport();
        await using var store = await OpenAsync(options => options.Transport = network);
        await ReadAsync(store, stateName);
        network.Next(method, Mishap.AnswerLost);

        await Assert.ThrowsAnyAsync<InconsistentStateException>(() => WriteAsync(store, stateName, new Note { Number = 8 }));

        Assert.Equal(8, (await ReadAsync(store, stateName)).State!.Number);
    }

    [Fact]
    public async Task The_scan_keeps_the_order_of_keys_in_blobs()
    {
        await using var store = await OpenAsync();
        foreach (var key in (string[])["a-b", "a", "a.b", "b"])
        {
            await store.Records.WriteStateAsync("snapshot", GrainId.Create("note", key), new GrainState<Note>(new Note()));
        }

        Assert.Equal(["a", "a-b", "a.b"], await store.Scan.KeysAsync("snapshot", "note", null, 3));
        Assert.Equal(["a.b", "b"], await store.Scan.KeysAsync("snapshot", "note", "a-b", 3));
    }

    [Fact]
    public void Either_a_connection_string_or_both_endpoints_are_given()
    {
        var endpoint = new Uri("https://account.example/");
        Assert.Throws<OrleansConfigurationException>(() => new AzureStoreOptions().Validate());
        Assert.Throws<OrleansConfigurationException>(() => new AzureStoreOptions { TableEndpoint = endpoint }.Validate());
        Assert.Throws<OrleansConfigurationException>(() => new AzureStoreOptions { ConnectionString = "x", TableEndpoint = endpoint, BlobEndpoint = endpoint }.Validate());

        var byIdentity = new AzureStoreOptions { TableEndpoint = endpoint, BlobEndpoint = endpoint };
        Assert.Equal(endpoint, byIdentity.CreateTableServiceClient().Uri);
        Assert.Equal(endpoint, byIdentity.CreateBlobServiceClient().Uri);
    }

    /// <summary>A note that takes so many bytes.</summary>
    private static Note Sized(int bytes, char letter)
    {
        var overhead = new NoteSerializer().Serialize(new Note { Text = "" }).ToMemory().Length;
        return new Note { Text = new string(letter, bytes - overhead) };
    }

    private async Task<int> EntityBytesAsync() =>
        (await Table.GetEntityAsync<TableEntity>("service_note_note_1", "s")).Value.Where(column => column.Key.StartsWith("Data", StringComparison.Ordinal)).Sum(column => ((byte[])column.Value).Length);

    private async Task<List<string>> OutgrownAsync()
    {
        var names = new List<string>();
        if (await Container.ExistsAsync())
        {
            await foreach (var blob in Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, "outgrown/", CancellationToken.None))
            {
                names.Add(blob.Name);
            }
        }

        return names;
    }

    private static async Task<GrainState<Note>> ReadAsync(StoreUnderTest store, string stateName)
    {
        var state = new GrainState<Note>();
        await store.Records.ReadStateAsync(stateName, Id, state);
        return state;
    }

    private static async Task<GrainState<Note>> WriteAsync(StoreUnderTest store, string stateName, Note note)
    {
        var state = new GrainState<Note>(note);
        await store.Records.WriteStateAsync(stateName, Id, state);
        return state;
    }

    private Task<StoreUnderTest> OpenAsync(Action<AzureStoreOptions>? configure = null) => AzureTestStore.OpenAsync(azurite, options =>
    {
        _options = options;
        options.FirstPause = TimeSpan.FromMilliseconds(1);
        configure?.Invoke(options);
    });
}
