using Marketplace.Domain.Organizations;

namespace Marketplace.Grains.Ports;

/// <summary>Hands mails to a mail server.</summary>
public interface ILetterSender
{
    /// <summary>
    /// Opens the letter and hands it over. Called again after a failure or an unknown outcome: the letter's id is the mail's Message-ID, by
    /// which receivers know a repetition.
    /// </summary>
    /// <exception cref="LetterNotTakenException">It was not taken; it may be later.</exception>
    Task SendAsync(SealedLetter letter, CancellationToken cancellation = default);
}

/// <summary>A mail was not taken.</summary>
/// <param name="message">Why, without anything of the mail's content.</param>
/// <param name="innerException">The cause.</param>
public sealed class LetterNotTakenException(string message, Exception? innerException = null) : Exception(message, innerException);
