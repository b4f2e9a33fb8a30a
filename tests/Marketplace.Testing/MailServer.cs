using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;

namespace Marketplace.Testing;

/// <summary>
/// A mail server on loopback that speaks as much SMTP (RFC 5321, with STARTTLS and AUTH PLAIN or LOGIN) as a client needs to hand over a
/// mail, and keeps what it was given.
/// </summary>
public sealed class MailServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly Channel<ReceivedMail> received = Channel.CreateUnbounded<ReceivedMail>();
    private readonly ConcurrentBag<Task> connections = [];
    private readonly X509Certificate2? certificate;
    private readonly Task accepting;

    /// <summary>Begins to listen.</summary>
    /// <param name="certificate">With it the server offers STARTTLS, and takes no mail without.</param>
    public MailServer(X509Certificate2? certificate = null)
    {
        this.certificate = certificate;
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    /// <summary>Where it listens on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>User and password it asks for; null: it asks for none.</summary>
    public (string User, string Password)? Account { get; init; }

    /// <summary>Answer to a recipient; by default it takes every one.</summary>
    public Func<string, string> Recipient { get; set; } = _ => "250 OK";

    /// <summary>Connections so far.</summary>
    public int Connections => connections.Count;

    /// <summary>The next mail handed over.</summary>
    public ValueTask<ReceivedMail> NextAsync(CancellationToken cancellation) => received.Reader.ReadAsync(cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(connections);
        ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(ending.Token);
                connections.Add(ServeAsync(client));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It ends.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var held = client;
        try
        {
            await new Talk(this, client.GetStream()).GoOnAsync(ending.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or System.Security.Authentication.AuthenticationException or ObjectDisposedException)
        {
            // The client went, or did not trust the certificate.
        }
    }

    /// <summary>One connection.</summary>
    private sealed class Talk(MailServer server, Stream stream)
    {
        private Stream stream = stream;
        private bool isTls;
        private bool isKnown = server.Account is null;
        private string from = "";
        private List<string> to = [];

        public async Task GoOnAsync(CancellationToken cancellation)
        {
            await SayAsync("220 test ESMTP", cancellation);
            while (await LineAsync(cancellation) is { } line)
            {
                var verb = line.Split(' ', ':')[0].ToUpperInvariant();
                switch (verb)
                {
                    case "EHLO" or "HELO":
                        await SayAsync("250-test", cancellation);
                        if (server.certificate is not null && !isTls)
                        {
                            await SayAsync("250-STARTTLS", cancellation);
                        }

                        await SayAsync("250 AUTH PLAIN LOGIN", cancellation);
                        break;
                    case "STARTTLS" when server.certificate is { } certificate:
                        await SayAsync("220 go on", cancellation);
                        var tls = new SslStream(stream);
                        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, cancellation);
                        (stream, isTls) = (tls, true);
                        break;
                    case "AUTH":
                        isKnown = await IsKnownAsync(line, cancellation);
                        await SayAsync(isKnown ? "235 welcome" : "535 who are you", cancellation);
                        break;
                    case "MAIL" when (server.certificate is not null && !isTls) || !isKnown:
                        await SayAsync("530 not so", cancellation);
                        break;
                    case "MAIL":
                        (from, to) = (Between(line), []);
                        await SayAsync("250 OK", cancellation);
                        break;
                    case "RCPT":
                        var answer = server.Recipient(Between(line));
                        if (answer.StartsWith('2'))
                        {
                            to.Add(Between(line));
                        }

                        await SayAsync(answer, cancellation);
                        break;
                    case "DATA":
                        await SayAsync("354 go on", cancellation);
                        server.received.Writer.TryWrite(new ReceivedMail(from, [.. to], await MailAsync(cancellation), isTls));
                        await SayAsync("250 OK", cancellation);
                        break;
                    case "QUIT":
                        await SayAsync("221 bye", cancellation);
                        return;
                    default:
                        await SayAsync("250 OK", cancellation);
                        break;
                }
            }
        }

        private static string Between(string line) => line[(line.IndexOf('<') + 1)..line.IndexOf('>')];

        private async Task<bool> IsKnownAsync(string line, CancellationToken cancellation)
        {
            var parts = line.Split(' ');
            if (parts[1].Equals("PLAIN", StringComparison.OrdinalIgnoreCase))
            {
                var given = Decode(parts.Length > 2 ? parts[2] : await AskAsync("", cancellation)).Split('\0');
                return (given[1], given[2]) == server.Account;
            }

            var user = Decode(parts.Length > 2 ? parts[2] : await AskAsync("VXNlcm5hbWU6", cancellation));
            return (user, Decode(await AskAsync("UGFzc3dvcmQ6", cancellation))) == server.Account;
        }

        private async Task<string> AskAsync(string what, CancellationToken cancellation)
        {
            await SayAsync("334 " + what, cancellation);
            return await LineAsync(cancellation) ?? "";
        }

        private static string Decode(string text) => Encoding.UTF8.GetString(Convert.FromBase64String(text));

        private async Task<string> MailAsync(CancellationToken cancellation)
        {
            var mail = new StringBuilder();
            while (await LineAsync(cancellation) is { } line && line != ".")
            {
                mail.Append(line.StartsWith('.') ? line[1..] : line).Append('\n');
            }

            return mail.ToString();
        }

        private Task SayAsync(string line, CancellationToken cancellation) => stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), cancellation).AsTask();

        private async Task<string?> LineAsync(CancellationToken cancellation)
        {
            var line = new List<byte>();
            var one = new byte[1];
            while (await stream.ReadAsync(one, cancellation) == 1)
            {
                if (one[0] == '\n')
                {
                    return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
                }

                line.Add(one[0]);
            }

            return null;
        }
    }
}

/// <summary>A mail as it was handed over.</summary>
/// <param name="From">Envelope's sender.</param>
/// <param name="To">Envelope's recipients.</param>
/// <param name="Text">Head and body, lines ended by a line feed.</param>
/// <param name="IsTls">Whether the way was protected.</param>
public sealed record ReceivedMail(string From, IReadOnlyList<string> To, string Text, bool IsTls);
