using System.Net;
using Marketplace.Domain.Billing;
using Stripe;

namespace Marketplace.Api.Billing.Stripe;

/// <summary>The one place where what Stripe or the network does becomes a named outcome; nothing else sees a <see cref="StripeException"/>.</summary>
internal static class StripeAnswers
{
    /// <summary>Makes a call and answers what it came to.</summary>
    public static async Task<GatewayAnswer> TryAsync(Func<Task<GatewayAnswer>> call, CancellationToken cancellation)
    {
        try
        {
            return await call();
        }
        catch (Exception error) when (IsOutside(error, cancellation))
        {
            return Of(error);
        }
    }

    /// <summary>Reads something; null when it cannot be had now.</summary>
    public static async Task<T?> ReadAsync<T>(Func<Task<T?>> read, CancellationToken cancellation)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (Exception error) when (IsOutside(error, cancellation))
        {
            return null;
        }
    }

    /// <summary>Whether Stripe says that there is no such thing.</summary>
    public static bool IsMissing(StripeException error) => error.StripeError?.Code == "resource_missing";

    /// <summary>Whether Stripe keeps this failure under the idempotency key: its own failures are replayed, and a key used for something else stays so.</summary>
    public static bool SpendsKey(Exception error) =>
        error is StripeException { HttpStatusCode: >= HttpStatusCode.InternalServerError } or
            StripeException { HttpStatusCode: HttpStatusCode.BadRequest, StripeError.Type: "idempotency_error" };

    /// <summary>What an error means.</summary>
    public static GatewayAnswer Of(Exception error) => error switch
    {
        StripeException stripe => Of(stripe),
        OperationCanceledException => Unknown("Stripe did not answer in time."),
        _ => Unknown("Stripe could not be reached: " + error.Message),
    };

    private static GatewayAnswer Of(StripeException error)
    {
        var text = error.StripeError?.Message ?? error.Message;
        if (SpendsKey(error))
        {
            return Unknown($"Stripe failed ({(int)error.HttpStatusCode}): {text}") with { KeySpent = true };
        }

        return (error.HttpStatusCode, error.StripeError?.Code) switch
        {
            (HttpStatusCode.TooManyRequests, _) => Unknown("Stripe is busy: " + text),
            (HttpStatusCode.Conflict, _) => Unknown("Stripe is still at an earlier call: " + text),
            (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, _) => Unknown("Stripe refuses our key: " + text),
            (_, "balance_insufficient" or "insufficient_funds") when error.StripeError?.Type != "card_error" => new GatewayAnswer(GatewayOutcome.Short, null, text),
            (_, "resource_missing") => new GatewayAnswer(GatewayOutcome.NotFound, null, text),
            (HttpStatusCode.PaymentRequired, _) => new GatewayAnswer(GatewayOutcome.NeedsAction, null, text),
            (HttpStatusCode.BadRequest or HttpStatusCode.NotFound, _) => new GatewayAnswer(GatewayOutcome.Declined, null, text),
            _ => Unknown($"Stripe answered {(int)error.HttpStatusCode}: {text}"),
        };
    }

    private static GatewayAnswer Unknown(string detail) => new(GatewayOutcome.Unknown, null, detail);

    private static bool IsOutside(Exception error, CancellationToken cancellation) =>
        error is StripeException or HttpRequestException or IOException or Newtonsoft.Json.JsonException ||
        (error is OperationCanceledException && !cancellation.IsCancellationRequested);
}
