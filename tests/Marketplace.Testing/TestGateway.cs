using System.Collections.Concurrent;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Ports;

namespace Marketplace.Testing;

/// <summary>
/// A payment gateway in memory that outlives the silo, as a real one would. The test plays the payer, and chooses which calls
/// end with nobody knowing: before the gateway took them, or after.
/// </summary>
public sealed class TestGateway : IPaymentGateway
{
    private readonly ConcurrentDictionary<string, Held> _payments = new();
    private readonly ConcurrentDictionary<string, GatewayAnswer> _refunds = new();
    private readonly ConcurrentQueue<GatewayFault> _faults = new();

    /// <inheritdoc/>
    public string Name => "test";

    /// <inheritdoc/>
    public bool IsSandbox => true;

    /// <summary>Money given back so far, one entry per refund carried out.</summary>
    public ConcurrentQueue<Money> Refunds { get; } = new();

    /// <summary>Payments the gateway ever made known.</summary>
    public int Created => _payments.Count;

    /// <summary>Payments whose money came.</summary>
    public IReadOnlyCollection<string> Charges => [.. _payments.Where(held => held.Value.Outcome == GatewayOutcome.Succeeded).Select(held => held.Key)];

    /// <summary>The outcome of the next refunds; null for success.</summary>
    public GatewayOutcome? RefundOutcome { get; set; }

    /// <summary>Whether it answers <see cref="GatewayOutcome.Unknown"/> to everything.</summary>
    public bool IsDown { get; set; }

    /// <summary>The next calls that change something fail like this, in order.</summary>
    public void Fail(params GatewayFault[] faults)
    {
        foreach (var fault in faults)
        {
            _faults.Enqueue(fault);
        }
    }

    /// <summary>The payer acts: the payment is now here. The grain does not know until it is told or looks.</summary>
    public GatewayReport Move(PaymentId payment, GatewayOutcome to)
    {
        var held = _payments[payment.Value];
        held.Outcome = to;
        return new GatewayReport($"evt_{payment}_{to}", held.Answer, false);
    }

    /// <summary>Where the gateway has the payment; null when it does not know it.</summary>
    public GatewayOutcome? OutcomeOf(PaymentId payment) => _payments.TryGetValue(payment.Value, out var held) ? held.Outcome : null;

    /// <inheritdoc/>
    public Task<GatewayAnswer> CreateAsync(PaymentOrder order, string idempotencyKey, CancellationToken cancellation = default) =>
        CallAsync(() => _payments.GetOrAdd(order.Id.Value, id => new Held("gw_" + id)).Answer);

    /// <inheritdoc/>
    public Task<GatewayAnswer> FindAsync(PaymentId payment, CancellationToken cancellation = default) => Task.FromResult(
        IsDown ? new GatewayAnswer(GatewayOutcome.Unknown) : _payments.TryGetValue(payment.Value, out var held) ? held.Answer : new GatewayAnswer(GatewayOutcome.NotFound));

    /// <inheritdoc/>
    public Task<GatewayAnswer> CancelAsync(string gatewayId, string idempotencyKey, CancellationToken cancellation = default) => CallAsync(() =>
    {
        var held = Find(gatewayId);
        if (held.Outcome is GatewayOutcome.Created or GatewayOutcome.NeedsAction)
        {
            held.Outcome = GatewayOutcome.Cancelled;
        }

        return held.Answer;
    });

    /// <inheritdoc/>
    public Task<GatewayAnswer> RefundAsync(string gatewayId, Money amount, string idempotencyKey, CancellationToken cancellation = default) =>
        CallAsync(() => _refunds.GetOrAdd(idempotencyKey, _ =>
        {
            if (RefundOutcome is { } outcome)
            {
                return new GatewayAnswer(outcome, gatewayId, "as the test wants");
            }

            Refunds.Enqueue(amount);
            return new GatewayAnswer(GatewayOutcome.Succeeded, gatewayId);
        }));

    /// <inheritdoc/>
    public Task<GatewayAnswer> FindRefundAsync(string gatewayId, string idempotencyKey, CancellationToken cancellation = default) => Task.FromResult(
        IsDown ? new GatewayAnswer(GatewayOutcome.Unknown) : _refunds.GetValueOrDefault(idempotencyKey) ?? new GatewayAnswer(GatewayOutcome.NotFound));

    /// <inheritdoc/>
    public Task<PaymentSecret?> ClientSecretAsync(string gatewayId, CancellationToken cancellation = default) =>
        Task.FromResult<PaymentSecret?>(IsDown ? null : new PaymentSecret("secret_" + gatewayId));

    private Held Find(string gatewayId) => _payments.Values.Single(held => held.GatewayId == gatewayId);

    private Task<GatewayAnswer> CallAsync(Func<GatewayAnswer> call)
    {
        _faults.TryDequeue(out var fault);
        if (IsDown || fault == GatewayFault.Lost)
        {
            return Task.FromResult(new GatewayAnswer(GatewayOutcome.Unknown, null, "lost on the way there"));
        }

        var answer = call();
        return Task.FromResult(fault == GatewayFault.Unanswered ? new GatewayAnswer(GatewayOutcome.Unknown, null, "lost on the way back") : answer);
    }

    private sealed class Held(string gatewayId)
    {
        public string GatewayId { get; } = gatewayId;

        public GatewayOutcome Outcome { get; set; } = GatewayOutcome.Created;

        public GatewayAnswer Answer => new(Outcome, GatewayId);
    }
}

/// <summary>How a call to the gateway fails.</summary>
public enum GatewayFault
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>The call never arrived.</summary>
    Lost,

    /// <summary>The call was carried out, its answer was lost.</summary>
    Unanswered,
}
