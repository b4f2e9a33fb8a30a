using System.Security.Cryptography;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Work;

namespace Marketplace.Agent.Work;

/// <summary>Memory that one device holds for a challenge, and the words read from it once that is asked.</summary>
internal sealed class MemoryProof : IDisposable
{
    private readonly IFilledMemory _memory;

    private MemoryProof(string deviceId, IFilledMemory memory)
    {
        DeviceId = deviceId;
        _memory = memory;
    }

    /// <summary>The device, as reports call it.</summary>
    public string DeviceId { get; }

    /// <summary>The words as they travel; null before they were read.</summary>
    public byte[]? Words { get; private set; }

    /// <summary>Fills a device's memory; null where it cannot be held.</summary>
    /// <param name="challenge">What is asked for.</param>
    /// <param name="device">The device.</param>
    /// <param name="remark">Told why not.</param>
    /// <param name="cancellation">Gives up.</param>
    public static MemoryProof? Fill(MemoryChallenge challenge, IWorkDevice device, Action<string> remark, CancellationToken cancellation)
    {
        if (!device.HoldsMemory)
        {
            remark($"Memory of device {device.Id} is not shown: {device.Name}, and another memory does not stand in its place.");
            return null;
        }

        try
        {
            return new MemoryProof(device.Id, device.Fill(challenge, cancellation));
        }
        catch (InsufficientMemoryException full)
        {
            remark($"Memory of device {device.Id} is not shown: {full.Message}");
            return null;
        }
    }

    /// <summary>Follows the chain of reads.</summary>
    /// <returns>What the node commits to.</returns>
    public DeviceReads Read(MemoryQuestion question)
    {
        Words = MemoryCheck.Write(_memory.Read(question));
        return new DeviceReads(DeviceId, Convert.ToHexStringLower(SHA256.HashData(Words)));
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
