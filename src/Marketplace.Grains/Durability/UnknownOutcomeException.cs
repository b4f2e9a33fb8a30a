namespace Marketplace.Grains.Durability;

/// <summary>
/// A write failed, so nobody knows whether it landed. The activation that saw it is gone; the caller repeats the request with
/// the same operation id and gets either the first outcome or a new attempt, never both.
/// </summary>
[GenerateSerializer, Alias("Marketplace.UnknownOutcome")]
public sealed class UnknownOutcomeException : Exception
{
    /// <summary>Creates the exception with a general message.</summary>
    public UnknownOutcomeException()
        : this("The outcome of a write is unknown. Repeat the request with the same operation id.")
    {
    }

    /// <summary>Creates the exception.</summary>
    public UnknownOutcomeException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception for the storage error behind it.</summary>
    public UnknownOutcomeException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
