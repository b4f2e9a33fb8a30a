using Marketplace.Domain.Verification.Work;

namespace Marketplace.Agent.Work;

/// <summary>Something that can multiply and hold memory: the CPU, or one GPU. For one thread at a time.</summary>
internal interface IWorkDevice : IDisposable
{
    /// <summary>How reports call it: <c>cpu</c>, or the index of a GPU.</summary>
    string Id { get; }

    /// <summary>What it is, for people.</summary>
    string Name { get; }

    /// <summary>Whether its memory is that of the device it answers for.</summary>
    bool HoldsMemory { get; }

    /// <summary>Computes a product and holds it. Returns when it is computed.</summary>
    IWorkProduct Multiply(WorkChallenge challenge, IProgress<double>? progress = null, CancellationToken cancellation = default);

    /// <summary>Fills memory and holds it. Returns when it is filled.</summary>
    /// <exception cref="InsufficientMemoryException">So much is not free.</exception>
    IFilledMemory Fill(MemoryChallenge challenge, CancellationToken cancellation = default);
}

/// <summary>A product that its device holds.</summary>
internal interface IWorkProduct : IDisposable
{
    /// <summary>Copies consecutive rows.</summary>
    /// <param name="first">Index of the first.</param>
    /// <param name="into">Whole rows.</param>
    void CopyRows(int first, Span<int> into);
}

/// <summary>Memory that its device holds.</summary>
internal interface IFilledMemory : IDisposable
{
    /// <summary>Follows the chain of reads; every word on its way.</summary>
    ulong[] Read(MemoryQuestion question);
}
