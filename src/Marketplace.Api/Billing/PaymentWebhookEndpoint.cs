using System.Collections.Immutable;
using Marketplace.Api.Billing.Sandbox;
using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Microsoft.Extensions.Options;

namespace Marketplace.Api.Billing;

/// <summary>Why a notification is not taken.</summary>
internal enum WebhookRefusal
{
    /// <summary>The signature is missing, wrong or stale.</summary>
    [RefusalMeaning("webhook_signature_invalid", RefusalKind.Invalid, RefusalClass.Final, "The notification's signature is missing, made with another secret, or its time is more than 300 seconds off.")]
    SignatureInvalid,

    /// <summary>It is no notification.</summary>
    [RefusalMeaning("webhook_unreadable", RefusalKind.Invalid, RefusalClass.Final, "The signed body is not a notification in the gateway's form.")]
    Unreadable,
}

/// <summary>The gateway's answer to the gateway.</summary>
/// <param name="Received">Always true: what the notification says is durable, or of no concern here.</param>
internal sealed record WebhookReceipt(bool Received)
{
    public static WebhookReceipt Example { get; } = new(true);
}

/// <summary>The door through which the payment gateway speaks: the sandbox's and Stripe's alike.</summary>
internal static partial class PaymentWebhookEndpoint
{
    public const string Path = "/v1/webhooks/payments";

    public static void MapPaymentWebhook(this Room room) => room.Post(Path, new(
        "receivePaymentNotification",
        "Take a notification of the payment gateway",
        "For the gateway alone, which signs the raw body (`Stripe-Signature: t=…,v1=…`, HMAC-SHA256 of `t.body`). 200 is answered only once what it says is durable; a repeated notification changes nothing, and one that comes out of order never moves a payment back.",
        Permission.Public)
    {
        Gives = WebhookReceipt.Example,
        NoIdempotencyKey = true,
        Takes = GatewayNotification.Example,
        Refuses = [WebhookRefusal.SignatureInvalid, WebhookRefusal.Unreadable],
    }, ReceiveAsync);

    private static async Task<IResult> ReceiveAsync(ApiRequest request)
    {
        var body = await request.BytesAsync();
        var header = request.Http.Request.Headers[WebhookSignature.Header].ToString();
        var secrets = await SecretsAsync(request);
        if (!WebhookSignature.IsValid(header, body, secrets, request.RealNow.ToDateTimeOffset()))
        {
            LogRefused(request.Service<ILoggerFactory>().CreateLogger("Marketplace.Payments"), request.Http.Connection.RemoteIpAddress?.ToString(), body.Length);
            throw new ProblemException(Problem.Of(Refusal.Of(WebhookRefusal.SignatureInvalid, "Nothing was taken.")));
        }

        if (!GatewayNotices.TryParse(body, out var notification))
        {
            throw new ProblemException(Problem.Of(Refusal.Of(WebhookRefusal.Unreadable, "Expected an event with id, type and data.object.")));
        }

        await request.Service<GatewayInbox>().TakeAsync(notification, request.Cancellation);
        return request.Ok(new WebhookReceipt(true));
    }

    private static async Task<ImmutableArray<string>> SecretsAsync(ApiRequest request)
    {
        var set = request.Service<IOptions<PaymentOptions>>().Value.WebhookSecrets;
        return set.Count == 0 && request.Http.RequestServices.GetService<SandboxGateway>() is { } sandbox
            ? [await sandbox.SecretAsync(request.Cancellation)]
            : [.. set];
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A payment notification of {Bytes} bytes from {Address} was refused: its signature is missing, foreign or stale.")]
    private static partial void LogRefused(ILogger log, string? address, int bytes);
}

/// <summary>A notification as the gateway sends it; members not named here are passed over.</summary>
/// <param name="Id">The gateway's id of the notification.</param>
/// <param name="Type">What happened, such as <c>payment_intent.succeeded</c>.</param>
/// <param name="Created">Unix seconds.</param>
/// <param name="Livemode">Whether real money moved; never in a sandbox.</param>
/// <param name="Data">What it is about.</param>
internal sealed record GatewayNotification(string Id, string Type, long Created, bool Livemode, GatewayNotificationData Data)
{
    public static GatewayNotification Example { get; } = new(
        "evt_4k2m7qz3v5xw6a2bc4d5e6f7ga",
        "payment_intent.succeeded",
        1_798_761_600,
        false,
        new GatewayNotificationData(new GatewayNotificationObject(
            "sbx_4k2m7qz3v5xw6a2bc4d5e6f7ga", "payment_intent", 66_666_666, "usd", ImmutableDictionary<string, string>.Empty.Add("payment", "pay_4k2m7qz3v5xw6a2bc4d5e6f7ga"))));
}

/// <summary>What a notification is about.</summary>
/// <param name="Object">The gateway's payment.</param>
internal sealed record GatewayNotificationData(GatewayNotificationObject Object);

/// <summary>The gateway's payment in a notification.</summary>
/// <param name="Id">The gateway's id.</param>
/// <param name="Object">Its kind.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="Currency">ISO 4217 code, lower case.</param>
/// <param name="Metadata">Names our payment under <c>payment</c>.</param>
internal sealed record GatewayNotificationObject(string Id, string Object, long Amount, string Currency, ImmutableDictionary<string, string> Metadata);
