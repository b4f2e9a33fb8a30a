using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Marketplace.Domain.Verification.Attestation;

/// <summary>
/// An SPDM 1.1 measurement report as NVIDIA's driver hands it out: the GET_MEASUREMENTS request and the MEASUREMENTS response to
/// it, one after the other, the response signed over both.
/// </summary>
public sealed class SpdmReport
{
    private const int RequestLength = 37;
    private const int NonceLength = 32;
    private const int SignatureLength = 96;
    private const int ResponseHeadLength = 8;
    private const int BlockHeadLength = 4;
    private const int DmtfHeadLength = 3;
    private const byte Version11 = 0x11;
    private const byte GetMeasurements = 0xE0;
    private const byte Measurements = 0x60;
    private const byte DmtfMeasurement = 1;

    private readonly byte[] _bytes;

    private SpdmReport(byte[] bytes, ImmutableArray<string> blocks, ImmutableDictionary<int, ImmutableArray<byte>> opaque)
    {
        _bytes = bytes;
        Blocks = blocks;
        Opaque = opaque;
    }

    /// <summary>The nonce of the request, 64 hexadecimal digits in lower case.</summary>
    public string Nonce => Convert.ToHexStringLower(_bytes, 4, NonceLength);

    /// <summary>Measured values in the order of their indices from 1, hexadecimal.</summary>
    public ImmutableArray<string> Blocks { get; }

    /// <summary>What the response says beside the measurements, by NVIDIA's field number.</summary>
    public ImmutableDictionary<int, ImmutableArray<byte>> Opaque { get; }

    /// <summary>What is signed: request and response without the signature.</summary>
    public ReadOnlySpan<byte> Signed => _bytes.AsSpan(0, _bytes.Length - SignatureLength);

    /// <summary>ECDSA P-384 signature, r and s of 48 bytes each.</summary>
    public ReadOnlySpan<byte> Signature => _bytes.AsSpan(_bytes.Length - SignatureLength);

    /// <summary>A field of <see cref="Opaque"/> as a text, up to its closing zero; null where it is absent.</summary>
    public string? Text(int field) => Opaque.TryGetValue(field, out var value) ? Encoding.ASCII.GetString(value.AsSpan()).TrimEnd('\0') : null;

    /// <summary>Takes a report apart; null when the bytes are no such report, cut off or longer than it says.</summary>
    public static SpdmReport? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < RequestLength + ResponseHeadLength + NonceLength + 2 + SignatureLength
            || bytes[0] != Version11 || bytes[1] != GetMeasurements || bytes[RequestLength] != Version11 || bytes[RequestLength + 1] != Measurements)
        {
            return null;
        }

        var count = bytes[RequestLength + 4];
        var length = bytes[RequestLength + 5] | bytes[RequestLength + 6] << 8 | bytes[RequestLength + 7] << 16;
        var rest = bytes[(RequestLength + ResponseHeadLength)..];
        if (rest.Length < length + NonceLength + 2 || ReadBlocks(rest[..length], count) is not { } blocks)
        {
            return null;
        }

        rest = rest[(length + NonceLength)..];
        var opaqueLength = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        return rest.Length == 2 + opaqueLength + SignatureLength && ReadOpaque(rest.Slice(2, opaqueLength)) is { } opaque
            ? new SpdmReport(bytes.ToArray(), blocks, opaque)
            : null;
    }

    private static ImmutableArray<string>? ReadBlocks(ReadOnlySpan<byte> record, int count)
    {
        var blocks = ImmutableArray.CreateBuilder<string>(count);
        for (var index = 1; index <= count; index++)
        {
            if (record.Length < BlockHeadLength || record[0] != index || record[1] != DmtfMeasurement)
            {
                return null;
            }

            var size = BinaryPrimitives.ReadUInt16LittleEndian(record[2..]);
            if (size < DmtfHeadLength || record.Length < BlockHeadLength + size
                || BinaryPrimitives.ReadUInt16LittleEndian(record[(BlockHeadLength + 1)..]) != size - DmtfHeadLength)
            {
                return null;
            }

            blocks.Add(Convert.ToHexStringLower(record.Slice(BlockHeadLength + DmtfHeadLength, size - DmtfHeadLength)));
            record = record[(BlockHeadLength + size)..];
        }

        return record.IsEmpty ? blocks.ToImmutable() : null;
    }

    private static ImmutableDictionary<int, ImmutableArray<byte>>? ReadOpaque(ReadOnlySpan<byte> data)
    {
        var fields = ImmutableDictionary.CreateBuilder<int, ImmutableArray<byte>>();
        while (!data.IsEmpty)
        {
            if (data.Length < 4 || BinaryPrimitives.ReadUInt16LittleEndian(data[2..]) is var size && data.Length < 4 + size)
            {
                return null;
            }

            fields[BinaryPrimitives.ReadUInt16LittleEndian(data)] = [.. data.Slice(4, size)];
            data = data[(4 + size)..];
        }

        return fields.ToImmutable();
    }
}
