using System.Collections.Concurrent;
using System.Threading.Channels;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Ports;

namespace Marketplace.Testing;

/// <summary>A mail server in memory that outlives the silo. The test says whether it takes mails.</summary>
public sealed class TestMail : ILetterSender, INoticeWriter
{
    private readonly ConcurrentQueue<SealedLetter> _taken = new();
    private readonly Channel<SealedLetter> _arriving = Channel.CreateUnbounded<SealedLetter>();

    /// <summary>What it took, in order, repetitions included.</summary>
    public IReadOnlyList<SealedLetter> Taken => [.. _taken];

    /// <summary>The next mail to an address that nobody waited for yet; waits until there is one.</summary>
    public async Task<SealedLetter> NextAsync(string to, CancellationToken cancellation)
    {
        while (true)
        {
            var letter = await _arriving.Reader.ReadAsync(cancellation);
            if (string.Equals(letter.To, to, StringComparison.OrdinalIgnoreCase))
            {
                return letter;
            }

            _arriving.Writer.TryWrite(letter); // Another's.
        }
    }

    /// <summary>Why it takes nothing; null: it does.</summary>
    public string? Fault { get; set; }

    /// <inheritdoc/>
    /// <remarks>Unsealed, for tests to read: the person, the organization, and a line each.</remarks>
    public Task<SealedLetter> WriteAsync(LetterId id, string to, NoticeDigestContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return Task.FromResult(new SealedLetter(
            id, to, string.Join('\n', [content.PersonName, content.OrganizationName, .. content.Lines.Select(line => $"{line.Count} {line.Subject} {line.Meaning}")])));
    }

    /// <inheritdoc/>
    public Task SendAsync(SealedLetter letter, CancellationToken cancellation = default)
    {
        if (Fault is { } fault)
        {
            throw new LetterNotTakenException(fault);
        }

        _taken.Enqueue(letter);
        _arriving.Writer.TryWrite(letter);
        return Task.CompletedTask;
    }
}
