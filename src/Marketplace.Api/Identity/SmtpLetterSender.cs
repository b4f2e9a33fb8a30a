using System.Net.Sockets;
using System.Security.Cryptography;
using MailKit.Net.Smtp;
using MailKit.Security;
using Marketplace.Domain.Organizations;
using Marketplace.Grains.Ports;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Marketplace.Api.Identity;

/// <summary>Hands mails to a mail server by SMTP, one connection each.</summary>
internal sealed class SmtpLetterSender(Letters letters, IOptions<MailOptions> options) : ILetterSender
{
    private const int TimeoutMilliseconds = 20_000;

    public async Task SendAsync(SealedLetter letter, CancellationToken cancellation)
    {
        var settings = options.Value;
        try
        {
            var content = letters.Open(letter);
            var from = MailboxAddress.Parse(settings.From);
            using var message = new MimeMessage([from], [MailboxAddress.Parse(letter.To)], content.Subject, new TextPart("plain") { Text = content.Text });
            message.MessageId = $"{letter.Id}@{from.Domain}";
            using var client = new SmtpClient { Timeout = TimeoutMilliseconds };
            await client.ConnectAsync(settings.Host!, settings.Port, settings.Security switch
            {
                MailSecurity.StartTls => SecureSocketOptions.StartTls,
                MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
                _ => SecureSocketOptions.None,
            }, cancellation);
            if (settings.User is { Length: > 0 } user)
            {
                await client.AuthenticateAsync(user, settings.Password ?? "", cancellation);
            }

            await client.SendAsync(message, cancellation);
            await client.DisconnectAsync(quit: true, cancellation);
        }
        catch (Exception error) when (error is SmtpCommandException or SmtpProtocolException or SocketException or IOException or TimeoutException
            or MailKit.Security.AuthenticationException or SslHandshakeException or ParseException or CryptographicException or MailKit.ServiceNotConnectedException
            or NotSupportedException)
        {
            // The kind of fault alone: a server's answer may quote what was sent to it.
            throw new LetterNotTakenException(error is SmtpCommandException refused ? $"The mail server refused with {(int)refused.StatusCode}." : error.GetType().Name, error);
        }
    }
}
