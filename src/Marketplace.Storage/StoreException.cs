namespace Marketplace.Storage;

/// <summary>
/// A store could not do what was asked. After a failed write the outcome is unknown until it is read again.
/// </summary>
public sealed class StoreException : Exception
{
    /// <summary>A failure without further detail.</summary>
    public StoreException()
    {
    }

    /// <summary>A failure, in words for the operator.</summary>
    public StoreException(string message)
        : base(message)
    {
    }

    /// <summary>A failure with its cause.</summary>
    public StoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
