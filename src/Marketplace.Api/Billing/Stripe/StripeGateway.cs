using System.Collections.Immutable;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Ports;
using Microsoft.Extensions.Options;
using NodaTime;
using Stripe;
using Stripe.Checkout;

namespace Marketplace.Api.Billing.Stripe;

/// <summary>
/// Payments through Stripe. A payment is a PaymentIntent that is captured at once; a refund a Refund. Everything made bears
/// our ids in its metadata, by which it is found again when an answer was lost.
/// </summary>
internal sealed partial class StripeGateway : IPaymentGateway, IDisposable
{
    /// <summary>The most that one PaymentIntent takes: eight digits of minor units.</summary>
    public const long MostMinor = 99_999_999;

    // Stripe's clock may be behind ours.
    private static readonly Duration Skew = Duration.FromHours(1);

    private readonly PaymentOptions options;
    private readonly TimeProvider time;
    private readonly HttpClient http;
    private readonly StripeCustomers customers;
    private readonly PaymentIntentService payments;
    private readonly RefundService refunds;
    private readonly AccountService accounts;
    private readonly AccountLinkService links;
    private readonly TransferService transfers;
    private readonly TransferReversalService reversals;
    private readonly InvoiceService invoices;
    private readonly InvoiceItemService items;
    private readonly InvoicePaymentService invoicePayments;
    private readonly CreditNoteService creditNotes;
    private readonly CustomerBalanceTransactionService customerBalances;
    private readonly BalanceTransactionService movements;
    private readonly EventService events;
    private readonly SessionService sessions;
    private readonly PaymentMethodService methods;

    public StripeGateway(IOptions<PaymentOptions> options, IRowStore rows, TimeProvider time)
    {
        this.options = options.Value;
        this.time = time;
        var key = this.options.ApiKey ?? throw new InvalidOperationException($"{PaymentOptions.Section}:ApiKey is not set.");

        // It never repeats a call by itself: after an unknown outcome the call is looked up first.
        http = new HttpClient { Timeout = this.options.Timeout };
        var client = new StripeClient(
            key,
            httpClient: new SystemNetHttpClient(http, maxNetworkRetries: 0, enableTelemetry: false),
            apiBase: this.options.ApiBase?.GetLeftPart(UriPartial.Path).TrimEnd('/'));
        IsSandbox = PaymentOptions.IsTestKey(key);
        customers = new StripeCustomers(client, rows, time);
        payments = new PaymentIntentService(client);
        refunds = new RefundService(client);
        accounts = new AccountService(client);
        links = new AccountLinkService(client);
        transfers = new TransferService(client);
        reversals = new TransferReversalService(client);
        invoices = new InvoiceService(client);
        items = new InvoiceItemService(client);
        invoicePayments = new InvoicePaymentService(client);
        creditNotes = new CreditNoteService(client);
        customerBalances = new CustomerBalanceTransactionService(client);
        movements = new BalanceTransactionService(client);
        events = new EventService(client);
        sessions = new SessionService(client);
        methods = new PaymentMethodService(client);
    }

    /// <inheritdoc/>
    public string Name => "stripe";

    /// <summary>Whether the key is one of Stripe's test mode, in which no real money moves.</summary>
    public bool IsSandbox { get; }

    /// <inheritdoc/>
    public Money? LargestPayment(Currency currency) => new(currency, MostMinor);

    /// <inheritdoc/>
    public Task<GatewayAnswer> CreateAsync(PaymentOrder order, GatewayCall call, CancellationToken cancellation = default) => StripeAnswers.TryAsync(async () =>
    {
        var create = new PaymentIntentCreateOptions
        {
            Amount = order.Amount.Minor,
            Currency = CodeOf(order.Amount.Currency),
            Customer = await customers.GetAsync(order.Payer, order.Payee, order.Amount.Currency, cancellation),
            TransferGroup = order.Subject,
            Description = $"{order.Purpose} {order.Subject}",
            Metadata = Metadata(call, (GatewayNotices.Payment, order.Id.Value), ("payer", order.Payer.Value), ("payee", order.Payee.Value), ("subject", order.Subject)),
            AllowedPaymentMethodTypes = ["card"],
        };
        if (order.Method == Domain.Terms.PaymentMethod.Transfer)
        {
            if (TransferOptions(order.Amount.Currency) is not { } transfer)
            {
                return new GatewayAnswer(GatewayOutcome.Declined, null, $"Stripe takes no bank transfers in {order.Amount.Currency}; pay by card, or to the marketplace's own account.");
            }

            create.AllowedPaymentMethodTypes = ["customer_balance"];
            create.PaymentMethodData = new PaymentIntentPaymentMethodDataOptions { Type = "customer_balance" };
            create.PaymentMethodOptions = transfer;
            create.Confirm = true;
        }

        return Answer(await payments.CreateAsync(create, Keyed(call), cancellation));
    }, cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> FindAsync(PaymentOrder order, string? gatewayId, Instant? since, CancellationToken cancellation = default) => StripeAnswers.TryAsync(async () =>
    {
        if (gatewayId is not null)
        {
            return Answer(await payments.GetAsync(gatewayId, null, null, cancellation));
        }

        if (await customers.FindAsync(order.Payer, order.Payee, order.Amount.Currency, cancellation) is not { } customer)
        {
            return NotFound;
        }

        var list = new PaymentIntentListOptions { Customer = customer, Limit = 100, Created = From(since) };
        await foreach (var found in payments.ListAutoPagingAsync(list, null, cancellation))
        {
            if (found.Metadata?.GetValueOrDefault(GatewayNotices.Payment) == order.Id.Value)
            {
                return Answer(found);
            }
        }

        return NotFound;
    }, cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> CancelAsync(string gatewayId, GatewayCall call, CancellationToken cancellation = default) => StripeAnswers.TryAsync(async () =>
    {
        try
        {
            return Answer(await payments.CancelAsync(gatewayId, new PaymentIntentCancelOptions(), Keyed(call), cancellation));
        }
        catch (StripeException error) when (error.StripeError?.Code == "payment_intent_unexpected_state")
        {
            // Too late, or done before: what holds is what counts.
            return Answer(await payments.GetAsync(gatewayId, null, null, cancellation));
        }
    }, cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> RefundAsync(string gatewayId, Money amount, GatewayCall call, CancellationToken cancellation = default) => StripeAnswers.TryAsync(async () =>
    {
        // The payment's id stands before the first colon of what the call is about.
        var made = await refunds.CreateAsync(
            new RefundCreateOptions
            {
                PaymentIntent = gatewayId,
                Amount = amount.Minor,
                Metadata = Metadata(call, (GatewayNotices.Payment, Subject(call).Split(':')[0])),
            },
            Keyed(call),
            cancellation);
        return Answer(made);
    }, cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> FindRefundAsync(string gatewayId, GatewayCall call, CancellationToken cancellation = default) => StripeAnswers.TryAsync(async () =>
    {
        await foreach (var found in refunds.ListAutoPagingAsync(new RefundListOptions { PaymentIntent = gatewayId, Limit = 100 }, null, cancellation))
        {
            if (IsOf(found.Metadata, call))
            {
                return Answer(found);
            }
        }

        return NotFound;
    }, cancellation);

    /// <inheritdoc/>
    public Task<PaymentSecret?> SecretAsync(string gatewayId, CancellationToken cancellation = default) => StripeAnswers.ReadAsync(async () =>
    {
        var payment = await payments.GetAsync(gatewayId, null, null, cancellation);
        var transfer = payment.NextAction?.DisplayBankTransferInstructions;
        return new PaymentSecret(
            payment.ClientSecret,
            options.PublishableKey,
            [.. payment.PaymentMethodTypes ?? []],
            transfer is null ? null : new BankInstructions(
                transfer.Reference,
                new Money(Currency.From(payment.Currency.ToUpperInvariant()), transfer.AmountRemaining ?? payment.Amount),
                transfer.HostedInstructionsUrl is { } page ? new Uri(page) : null),
            payment.NextAction?.RedirectToUrl?.Url is { } bank ? new Uri(bank) : null,
            Answer(payment));
    }, cancellation);

    public void Dispose() => http.Dispose();

    private static GatewayAnswer NotFound { get; } = new(GatewayOutcome.NotFound);

    private static string Subject(GatewayCall call) => call.Subject ?? call.Key;

    private static string CodeOf(Currency currency) => currency.Value.ToLowerInvariant();

    private static RequestOptions Keyed(GatewayCall call, string? step = null) => new() { IdempotencyKey = step is null ? call.Key : call.Key + "-" + step };

    private static DateRangeOptions? From(Instant? since) => since is { } known ? new DateRangeOptions { GreaterThanOrEqual = (known - Skew).ToDateTimeUtc() } : null;

    private static bool IsOf(Dictionary<string, string>? metadata, GatewayCall call) => metadata?.GetValueOrDefault(GatewayNotices.Call) == Subject(call);

    private static Dictionary<string, string> Metadata(GatewayCall call, params ReadOnlySpan<(string Name, string Value)> ids)
    {
        var metadata = new Dictionary<string, string> { [GatewayNotices.Call] = Subject(call) };
        foreach (var (name, value) in ids)
        {
            metadata[name] = value;
        }

        return metadata;
    }

    private static GatewayAnswer Answer(PaymentIntent payment) => new(
        payment.Status switch
        {
            "requires_payment_method" or "requires_confirmation" => payment.LastPaymentError is null ? GatewayOutcome.Created : GatewayOutcome.NeedsAction,
            "requires_action" => GatewayOutcome.NeedsAction,
            "succeeded" => GatewayOutcome.Succeeded,
            "canceled" => GatewayOutcome.Cancelled,
            _ => GatewayOutcome.Processing,
        },
        payment.Id,
        payment.Status == "requires_action" ? null : payment.LastPaymentError?.Message);

    private static GatewayAnswer Answer(Refund refund) =>
        new(GatewayNotices.RefundOutcome(refund.Status) ?? GatewayOutcome.Processing, refund.Id, refund.FailureReason);

    // The scheme of bank transfers that Stripe runs in a currency.
    private PaymentIntentPaymentMethodOptionsOptions? TransferOptions(Currency currency)
    {
        var type = currency.Value switch
        {
            "USD" => "us_bank_transfer",
            "EUR" => "eu_bank_transfer",
            "GBP" => "gb_bank_transfer",
            "JPY" => "jp_bank_transfer",
            "MXN" => "mx_bank_transfer",
            _ => null,
        };
        return type is null ? null : new PaymentIntentPaymentMethodOptionsOptions
        {
            CustomerBalance = new PaymentIntentPaymentMethodOptionsCustomerBalanceOptions
            {
                FundingType = "bank_transfer",
                BankTransfer = new PaymentIntentPaymentMethodOptionsCustomerBalanceBankTransferOptions
                {
                    Type = type,
                    EuBankTransfer = type == "eu_bank_transfer"
                        ? new PaymentIntentPaymentMethodOptionsCustomerBalanceBankTransferEuBankTransferOptions { Country = options.EuroTransferCountry }
                        : null,
                },
            },
        };
    }
}
