using Marketplace.Domain.Verification;

namespace Marketplace.Api.Verification;

/// <summary>Settings of challenges, under <c>Verification</c>.</summary>
internal sealed class VerificationOptions
{
    /// <summary>Rows and columns of the product each device computes: a power of two from 256 to 32,768. Opened rows of 8,192 and more are longer than an output may be.</summary>
    public int WorkSize { get; set; } = Challenge.StandardWorkSize;

    /// <summary>MiB of memory each NVIDIA GPU has to hold; 0 asks for none. Not set, it is 75 % of what its model has.</summary>
    public int? MemoryMebibytes { get; set; }
}
