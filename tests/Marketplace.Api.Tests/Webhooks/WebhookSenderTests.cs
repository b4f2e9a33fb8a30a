using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Marketplace.Api.Webhooks;
using Marketplace.Grains.Ports;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using NodaTime;

namespace Marketplace.Api.Tests.Webhooks;

/// <summary>What goes over the wire, and what comes of receivers that misbehave.</summary>
public sealed class WebhookSenderTests : IAsyncLifetime
{
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("{\"type\":\"invoice.issued\",\"number\":7}");
    private readonly WebhookSecrets secrets = new(new EphemeralDataProtectionProvider());
    private WebhookReceiver receiver = null!;

    public async ValueTask InitializeAsync() => receiver = await WebhookReceiver.StartAsync();

    public ValueTask DisposeAsync() => receiver.DisposeAsync();

    [Fact]
    public async Task A_message_is_signed_with_every_secret_and_carries_nothing_of_this_installation()
    {
        using var activity = new System.Diagnostics.Activity("request").Start();
        var (first, second) = (StandardSignature.NewSecret(), StandardSignature.NewSecret());
        using var sender = Sender();
        var answer = await sender.SendAsync(Message(receiver.Address, first, second));

        Assert.Equal((200, "ok", false), (answer.Status, answer.Body, answer.BodyCut));
        var request = Assert.Single(receiver.Received);
        Assert.Equal(Body, request.Body);
        Assert.Equal(
            ["content-length", "content-type", "host", "user-agent", "webhook-id", "webhook-signature", "webhook-timestamp"],
            request.Headers.Keys.Order());
        var seconds = long.Parse(request.Headers["webhook-timestamp"], CultureInfo.InvariantCulture);
        Assert.Equal(answer.SentAt.ToUnixTimeSeconds(), seconds);
        Assert.Equal(
            string.Join(' ', StandardSignature.Of(first, "evt_a", seconds, Body), StandardSignature.Of(second, "evt_a", seconds, Body)),
            request.Headers["webhook-signature"]);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_a_failure_and_is_not_followed(int status)
    {
        receiver.Answers = (http, _) =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = new Uri(receiver.Address, "/elsewhere").ToString();
            return Task.CompletedTask;
        };
        using var sender = Sender();
        var answer = await sender.SendAsync(Message(receiver.Address));

        Assert.Equal(status, answer.Status);
        Assert.False(answer.IsDelivered);
        Assert.Single(receiver.Received);
    }

    [Fact]
    public async Task Of_a_long_answer_the_beginning_is_read()
    {
        receiver.Answers = async (http, _) =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                await http.Response.WriteAsync(new string('x', 10_000), http.RequestAborted);
            }
        };
        using var sender = Sender();
        var answer = await sender.SendAsync(Message(receiver.Address));

        Assert.True(answer.IsDelivered);
        Assert.True(answer.BodyCut);
        Assert.Equal(new string('x', WebhookSender.MostAnswerBytes), answer.Body);
    }

    [Fact]
    public async Task A_compressed_answer_is_not_unpacked()
    {
        receiver.Answers = async (http, _) =>
        {
            http.Response.Headers.ContentEncoding = "gzip";
            await http.Response.WriteAsync("not unpacked");
        };
        using var sender = Sender();
        Assert.Equal("not unpacked", (await sender.SendAsync(Message(receiver.Address))).Body);
    }

    [Fact]
    public async Task Headers_without_end_are_a_failure()
    {
        receiver.Answers = (http, _) =>
        {
            http.Response.Headers["x-long"] = new string('x', 20_000);
            return Task.CompletedTask;
        };
        using var sender = Sender();
        var answer = await sender.SendAsync(Message(receiver.Address));
        Assert.Equal((null, "connection_lost"), (answer.Status, answer.Failure));
    }

    [Fact]
    public async Task Silence_ends_after_its_time_and_so_does_an_answer_that_never_ends()
    {
        var time = new HastyTime();
        using var sender = Sender(time: time);
        receiver.Answers = (http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted);
        var silent = sender.SendAsync(Message(receiver.Address));
        await receiver.UntilAsync(received => received.Count == 1);
        time.End();
        Assert.Equal("timed_out", (await silent).Failure);

        receiver.Answers = async (http, _) =>
        {
            await http.Response.WriteAsync("begun");
            await http.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        var endless = sender.SendAsync(Message(receiver.Address));
        await receiver.UntilAsync(received => received.Count == 2);
        time.End();
        var answer = await endless;
        Assert.True(answer.Status is 200 || answer.Failure is "timed_out");
        Assert.Equal(answer.Status is 200, answer.BodyCut);
    }

    [Theory]
    [InlineData("120", 120)]
    [InlineData("0", 0)]
    public async Task A_pause_asked_for_in_seconds_is_heard(string header, int seconds)
    {
        receiver.Answers = (http, _) =>
        {
            http.Response.StatusCode = 429;
            http.Response.Headers.RetryAfter = header;
            return Task.CompletedTask;
        };
        using var sender = Sender();
        var answer = await sender.SendAsync(Message(receiver.Address));
        Assert.Equal((true, Duration.FromSeconds(seconds)), (answer.IsThrottled, answer.RetryAfter));
    }

    [Fact]
    public async Task A_pause_asked_for_until_a_time_is_heard()
    {
        receiver.Answers = (http, _) =>
        {
            http.Response.StatusCode = 503;
            http.Response.Headers.RetryAfter = DateTimeOffset.UtcNow.AddHours(1).ToString("R", CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        };
        using var sender = Sender();
        Assert.InRange((await sender.SendAsync(Message(receiver.Address))).RetryAfter!.Value, Duration.FromMinutes(59), Duration.FromMinutes(61));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("10.0.0.1")]
    [InlineData("fd00::1")]
    public async Task A_public_name_that_leads_inside_is_not_connected_to(string inside)
    {
        using var sender = Sender(allowLoopback: false, resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("203.0.114.9"), IPAddress.Parse(inside)]));
        var answer = await sender.SendAsync(Message(new Uri("https://rebinding.example.com/")));

        Assert.Equal("address_refused", answer.Failure);
        Assert.Empty(receiver.Received);
    }

    [Fact]
    public async Task The_name_is_asked_for_once_and_the_address_it_led_to_is_connected_to()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var asked = 0;
        using var sender = Sender(resolve: (_, _) => Task.FromResult<IPAddress[]>(Interlocked.Increment(ref asked) == 1 ? [IPAddress.Loopback] : [IPAddress.Parse("10.0.0.1")]));
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var sending = sender.SendAsync(Message(new Uri($"http://hooks.localhost:{port}/")));
        using var connection = await listener.AcceptTcpClientAsync();
        connection.Close();

        Assert.Equal("connection_lost", (await sending).Failure);
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task What_cannot_be_reached_has_its_own_word()
    {
        using var sender = Sender(resolve: (_, _) => throw new SocketException((int)SocketError.HostNotFound));
        Assert.Equal("name_not_found", (await sender.SendAsync(Message(new Uri("https://nowhere.example.com/")))).Failure);

        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        using var plain = Sender();
        Assert.Equal("not_connected", (await plain.SendAsync(Message(new Uri($"http://127.0.0.1:{port}/")))).Failure);

        Assert.Equal("tls_failed", (await plain.SendAsync(Message(new UriBuilder(receiver.Address) { Scheme = "https" }.Uri))).Failure);
        Assert.Equal("secret_unreadable", (await plain.SendAsync(Message(receiver.Address) with { SealedSecrets = ["lost"] })).Failure);
        Assert.Empty(receiver.Received);
    }

    [Fact]
    public async Task Loopback_is_closed_unless_development_opens_it()
    {
        using var sender = Sender(allowLoopback: false);
        var answer = await sender.SendAsync(Message(receiver.Address));
        Assert.Equal("address_refused", answer.Failure);
        Assert.Empty(receiver.Received);
    }

    private WebhookSender Sender(bool allowLoopback = true, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null, TimeProvider? time = null) =>
        new(new AddressGuard(Options.Create(new WebhookOptions { AllowLoopback = allowLoopback })), secrets, time ?? TimeProvider.System)
        {
            Resolve = resolve ?? Dns.GetHostAddressesAsync,
        };

    private WebhookMessage Message(Uri address, params string[] with) =>
        new(address.ToString(), "evt_a", Body, [.. (with is [] ? [StandardSignature.NewSecret()] : with).Select(secrets.Seal)]);

    /// <summary>Time whose timers end when the test says so.</summary>
    private sealed class HastyTime : TimeProvider
    {
        private Action? end;

        public void End() => end!();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            end = () => callback(state);
            return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
