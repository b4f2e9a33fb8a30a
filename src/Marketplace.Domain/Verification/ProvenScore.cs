using Marketplace.Domain.Capacity;

namespace Marketplace.Domain.Verification;

/// <summary>
/// The marketplace's own score of a node, from figures that it read itself: 100 is what the model usually reaches.
/// </summary>
/// <remarks>
/// <c>100 × (c ÷ C)^0.6 × (m ÷ M)^0.4</c>, one decimal place: c the mean BF16 TFLOPS of the node's GPUs, C what the model
/// usually reaches (<see cref="ModelBands.UsualBf16"/>), m their mean memory bandwidth and M the usual one
/// (<see cref="ModelBands.UsualMemoryBandwidth"/>). Where BF16 was not measured, MLPerf's tokens per second over the middle of
/// the published range stand for c ÷ C. A node that shows only one of compute and memory has no score.
/// </remarks>
public static class ProvenScore
{
    private const double ComputeWeight = 0.6;
    private const double MemoryWeight = 0.4;

    /// <summary>The score, or null where too little was shown.</summary>
    public static decimal? Of(HardwareModel model, decimal? bf16, decimal? tokens, decimal? memoryBandwidth)
    {
        if (model.Gpu is not { } gpu || memoryBandwidth is not { } memory)
        {
            return null;
        }

        decimal? compute = bf16 is { } teraflops && ModelBands.UsualBf16(gpu) is { } usual ? teraflops / usual
            : tokens is { } rate && ModelBands.TokensPerSecond(model.Id) is var (lowest, highest) ? rate / ((lowest + highest) / 2)
            : null;
        return compute is { } share
            ? Math.Round((decimal)(100 * Math.Pow((double)share, ComputeWeight) * Math.Pow((double)(memory / ModelBands.UsualMemoryBandwidth(gpu)), MemoryWeight)), 1)
            : null;
    }
}
