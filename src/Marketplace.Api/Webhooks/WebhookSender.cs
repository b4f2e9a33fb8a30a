using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Marketplace.Grains.Ports;
using NodaTime;

namespace Marketplace.Api.Webhooks;

/// <summary>
/// Sends webhooks: signed, without redirects, proxies, cookies or headers of this installation, over connections to addresses that
/// were checked (<see cref="AddressGuard"/>), within bounds of time and size.
/// </summary>
internal sealed class WebhookSender : IWebhookSender, IDisposable
{
    /// <summary>How long a receiver has to answer, connecting included.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Most bytes of an answer that are read.</summary>
    public const int MostAnswerBytes = 4 * 1024;

    private const int MostHeaderKilobytes = 16;
    private readonly AddressGuard guard;
    private readonly WebhookSecrets secrets;
    private readonly TimeProvider time;
    private readonly HttpMessageInvoker client;

    public WebhookSender(AddressGuard guard, WebhookSecrets secrets, TimeProvider time)
    {
        (this.guard, this.secrets, this.time) = (guard, secrets, time);
        client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
            MaxResponseHeadersLength = MostHeaderKilobytes,
            MaxResponseDrainSize = MostAnswerBytes,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = ConnectAsync,
        });
    }

    /// <summary>Finds a name's addresses; a test puts its own here.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    // Off the caller's scheduler: a grain's turns do not wait for keys or signatures.
    public Task<WebhookAnswer> SendAsync(WebhookMessage message, CancellationToken cancellation = default) => Task.Run(() => SignAndSendAsync(message, cancellation), cancellation);

    public void Dispose() => client.Dispose();

    private async Task<WebhookAnswer> SignAndSendAsync(WebhookMessage message, CancellationToken cancellation)
    {
        var sentAt = time.GetUtcNow();
        var attempt = new Attempt(time, sentAt);
        if (guard.Fault(message.Url) is { } fault)
        {
            return attempt.Failed("address_refused", fault);
        }

        try
        {
            var seconds = sentAt.ToUnixTimeSeconds();
            attempt.Signature = string.Join(' ', message.SealedSecrets.Select(secret => StandardSignature.Of(secrets.Open(secret), message.Id, seconds, message.Body.Span)));
            using var patience = new CancellationTokenSource(Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
            using var request = RequestOf(message, seconds, attempt.Signature);
            using var response = await client.SendAsync(request, either.Token);
            var (body, cut) = await ReadAsync(response, either.Token);
            return attempt.Answered((int)response.StatusCode, body, cut, RetryAfterOf(response, sentAt));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException)
        {
            return attempt.Failed("timed_out", string.Create(CultureInfo.InvariantCulture, $"no answer came within {Patience.TotalSeconds:0} s"));
        }
        catch (CryptographicException)
        {
            attempt.Signature = "";
            return attempt.Failed("secret_unreadable", "the endpoint's secret can no longer be read; rotate it without overlap");
        }
        catch (HttpRequestException error)
        {
            return attempt.Failed(CodeOf(error), (error.InnerException ?? error).Message);
        }
        catch (IOException error)
        {
            return attempt.Failed("connection_lost", error.Message);
        }
    }

    private static HttpRequestMessage RequestOf(WebhookMessage message, long seconds, string signature)
    {
        var content = new ReadOnlyMemoryContent(message.Body);
        content.Headers.ContentType = new("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, message.Url) { Content = content };
        request.Headers.UserAgent.Add(new("Marketplace-Webhooks", "1"));
        request.Headers.Add(StandardSignature.IdHeader, message.Id);
        request.Headers.Add(StandardSignature.TimestampHeader, seconds.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(StandardSignature.SignatureHeader, signature);
        return request;
    }

    private static string CodeOf(HttpRequestException error) => error switch
    {
        { InnerException: AddressRefusedException } => "address_refused",
        { HttpRequestError: HttpRequestError.NameResolutionError } or { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } } => "name_not_found",
        { HttpRequestError: HttpRequestError.ConnectionError } => "not_connected",
        { HttpRequestError: HttpRequestError.SecureConnectionError } => "tls_failed",
        _ => "connection_lost",
    };

    private static Duration? RetryAfterOf(HttpResponseMessage response, DateTimeOffset sentAt) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => Duration.FromTimeSpan(delta),
        { Date: { } date } when date > sentAt => Duration.FromTimeSpan(date - sentAt),
        _ => null,
    };

    /// <summary>The beginning of an answer. The status has said all that counts: what goes wrong from here on only cuts it short.</summary>
    private static async Task<(string Text, bool Cut)> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var buffer = new byte[MostAnswerBytes + 1];
        var length = 0;
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
            length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
            var cut = length > MostAnswerBytes;
            return (Encoding.UTF8.GetString(buffer, 0, Math.Min(length, MostAnswerBytes)), cut);
        }
        catch (Exception error) when (error is IOException or HttpRequestException or OperationCanceledException)
        {
            return (Encoding.UTF8.GetString(buffer, 0, length), true);
        }
    }

    /// <summary>Connects to an address that was checked, not to a name that may lead elsewhere a moment later. One address that is not public closes the name altogether.</summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Resolve(host, cancellation);
        if (addresses.Length == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        if (addresses.FirstOrDefault(address => !guard.Allows(address, context.InitialRequestMessage.RequestUri!)) is { } refused)
        {
            throw new AddressRefusedException(host, refused);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>One attempt on its way to an answer.</summary>
    private sealed class Attempt(TimeProvider time, DateTimeOffset sentAt)
    {
        private readonly long began = time.GetTimestamp();

        public string Signature { get; set; } = "";

        public WebhookAnswer Answered(int status, string body, bool cut, Duration? retryAfter) =>
            new(Instant.FromDateTimeOffset(sentAt), Took, Signature, status, body, cut, retryAfter, null, null);

        public WebhookAnswer Failed(string code, string detail) => new(Instant.FromDateTimeOffset(sentAt), Took, Signature, null, "", false, null, code, detail);

        private int Took => (int)time.GetElapsedTime(began).TotalMilliseconds;
    }
}
