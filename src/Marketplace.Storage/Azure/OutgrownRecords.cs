using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Marketplace.Storage.Azure;

/// <summary>
/// Blobs of records that outgrew an entity: <c>outgrown/{service}/{state}-{grain}/{guid}.json</c>. Each write makes a new one, so
/// a reader never sees half of one and half of the next.
/// </summary>
internal sealed class OutgrownRecords(BlobServiceClient blobs, string container, string serviceId)
{
    /// <summary>Stands in the entity before the blob's name. No record in JSON begins like it.</summary>
    private static readonly byte[] Mark = "\0marketplace:blob:"u8.ToArray();

    /// <summary>What the entity holds in place of the record.</summary>
    public static byte[] Naming(Guid blob) => [.. Mark, .. Encoding.ASCII.GetBytes(blob.ToString("N"))];

    /// <summary>The blob that an entity's payload names, or null when it is the record itself.</summary>
    public static Guid? NamedIn(ReadOnlySpan<byte> payload) =>
        payload.StartsWith(Mark) && Guid.TryParseExact(Encoding.ASCII.GetString(payload[Mark.Length..]), "N", out var blob) ? blob : null;

    public async Task<Guid> WriteAsync(string stateName, GrainId grainId, BinaryData payload)
    {
        var name = Guid.NewGuid();
        var blob = Blob(stateName, grainId, name);
        try
        {
            await blob.UploadAsync(payload, overwrite: true);
        }
        catch (RequestFailedException error) when (error.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            await blobs.GetBlobContainerClient(container).CreateIfNotExistsAsync();
            await blob.UploadAsync(payload, overwrite: true);
        }

        return name;
    }

    /// <summary>The record, or null when the blob is gone.</summary>
    public async Task<byte[]?> ReadAsync(string stateName, GrainId grainId, Guid name)
    {
        try
        {
            return (await Blob(stateName, grainId, name).DownloadContentAsync()).Value.Content.ToArray();
        }
        catch (RequestFailedException error) when (error.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Removes a blob that no entity names any more. One that cannot be removed costs room and nothing else.</summary>
    public async Task RemoveAsync(string stateName, GrainId grainId, Guid? name)
    {
        if (name is not { } blob)
        {
            return;
        }

        try
        {
            await Blob(stateName, grainId, blob).DeleteIfExistsAsync();
        }
        catch (Exception error) when (error is RequestFailedException or AggregateException or TaskCanceledException)
        {
            // The record itself is written.
        }
    }

    private BlobClient Blob(string stateName, GrainId grainId, Guid name) =>
        blobs.GetBlobContainerClient(container).GetBlobClient($"outgrown/{serviceId}/{stateName}-{grainId}/{name:N}.json");
}
