using Marketplace.Domain.Organizations;
using Marketplace.Grains.Ports;
using Microsoft.Extensions.Options;

namespace Marketplace.Api.Identity;

/// <summary>Stands in for a mail server where there is none: in development it shows mails on the console.</summary>
internal sealed class ConsoleLetterSender(Letters letters, IOptions<MailOptions> options) : ILetterSender
{
    public async Task SendAsync(SealedLetter letter, CancellationToken cancellation)
    {
        if (!options.Value.Console)
        {
            throw new LetterNotTakenException($"No mail server is set: {MailOptions.Section}:{nameof(MailOptions.Host)}.");
        }

        var content = letters.Open(letter);
        await Console.Out.WriteLineAsync($"""

            Mail to {letter.To}: {content.Subject}
            {content.Text}

            """);
    }
}
