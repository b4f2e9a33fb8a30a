using System.Collections.Concurrent;
using System.Collections.Immutable;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Ports;
using NodaTime;

namespace Marketplace.Testing;

/// <summary>
/// A payment gateway in memory that outlives the silo, as a real one would. The test plays the payer, and chooses which calls
/// end with nobody knowing: before the gateway took them, or after.
/// </summary>
public sealed partial class TestGateway : IPaymentGateway
{
    private readonly ConcurrentDictionary<string, Held> _payments = new();
    private readonly ConcurrentDictionary<string, GatewayAnswer> _refunds = new();
    private readonly ConcurrentQueue<GatewayFault> _faults = new();
    private readonly Lock _record = new();
    private readonly List<GatewayNotice> _notices = [];
    private readonly List<GatewayMovement> _movements = [];

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
        var arrives = to == GatewayOutcome.Succeeded && held.Outcome != GatewayOutcome.Succeeded;
        held.Outcome = to;
        if (arrives)
        {
            Record(GatewayMovementKind.Charge, payment.Value, held.Amount);
        }

        return Record(payment, new GatewayReport($"evt_{payment}_{to}", held.Answer, false));
    }

    /// <summary>The payer's bank opens a dispute of the whole payment, or decides it. The grain does not know until it is told or asks.</summary>
    public GatewayReport Dispute(PaymentId payment, DisputeStatus status)
    {
        var amount = _payments[payment.Value].Amount;
        if (status != DisputeStatus.Lost)
        {
            var opens = status == DisputeStatus.Open;
            Record(opens ? GatewayMovementKind.Dispute : GatewayMovementKind.DisputeReturned, payment.Value, opens ? -amount : amount);
        }

        return Record(payment, GatewayReport.OfDispute($"evt_{payment}_dispute_{status}", new PaymentDispute($"dp_{payment}", status, amount, "fraudulent")));
    }

    /// <summary>The payer's bank sends a refund back that was made before. The grain does not know until it is told.</summary>
    /// <param name="payment">What it is a refund of.</param>
    /// <param name="amount">All of the refund.</param>
    /// <param name="call">The subject of the call that asked for it.</param>
    public void SendBack(PaymentId payment, Money amount, string call)
    {
        _payments[payment.Value].Refunded -= amount;
        Record(GatewayMovementKind.RefundReturned, payment.Value, amount);
        Record(payment, new GatewayReport($"evt_{payment}_returned_{call}", new GatewayAnswer(GatewayOutcome.Declined, null, "closed account"), true, null, call));
    }

    /// <summary>Money moves that the marketplace never asked for.</summary>
    public void MoveForeign(string subject, Money amount) => Record(GatewayMovementKind.Other, subject, amount);

    /// <summary>Where the gateway has the payment; null when it does not know it.</summary>
    public GatewayOutcome? OutcomeOf(PaymentId payment) => _payments.TryGetValue(payment.Value, out var held) ? held.Outcome : null;

    /// <inheritdoc/>
    public bool KeepsInvoices => false;

    /// <summary>The most one payment may bring in; null for no limit.</summary>
    public long? Largest { get; set; }

    /// <summary>Operators' accounts, by id: whether the gateway pays them.</summary>
    public ConcurrentDictionary<string, bool> Accounts { get; } = new();

    /// <summary>Transfers carried out, by the call that asked for each.</summary>
    public ConcurrentDictionary<string, Money> Transfers { get; } = new();

    /// <summary>Reversals carried out, by the call that asked for each.</summary>
    public ConcurrentDictionary<string, Money> Reversals { get; } = new();

    /// <summary>The outcome of the next transfers; null for success.</summary>
    public GatewayOutcome? TransferOutcome { get; set; }

    /// <inheritdoc/>
    public Money? LargestPayment(Currency currency) => Largest is { } minor ? new Money(currency, minor) : null;

    /// <inheritdoc/>
    public Task<GatewayAnswer> CreateAsync(PaymentOrder order, GatewayCall call, CancellationToken cancellation = default) =>
        CallAsync(() => _payments.GetOrAdd(order.Id.Value, id => new Held("gw_" + id, order.Amount)).Answer);

    /// <inheritdoc/>
    public Task<GatewayAnswer> FindAsync(PaymentOrder order, string? gatewayId, Instant? since, CancellationToken cancellation = default) => Task.FromResult(
        IsDown ? new GatewayAnswer(GatewayOutcome.Unknown) : _payments.TryGetValue(order.Id.Value, out var held) ? held.Answer : new GatewayAnswer(GatewayOutcome.NotFound));

    /// <inheritdoc/>
    public Task<GatewayAnswer> CancelAsync(string gatewayId, GatewayCall call, CancellationToken cancellation = default) => CallAsync(() =>
    {
        var held = Find(gatewayId);
        if (held.Outcome is GatewayOutcome.Created or GatewayOutcome.NeedsAction)
        {
            held.Outcome = GatewayOutcome.Cancelled;
        }

        return held.Answer;
    });

    /// <inheritdoc/>
    public Task<GatewayAnswer> RefundAsync(string gatewayId, Money amount, GatewayCall call, CancellationToken cancellation = default) =>
        CallAsync(() => _refunds.GetOrAdd(call.Subject!, _ =>
        {
            if (RefundOutcome is { } outcome)
            {
                return new GatewayAnswer(outcome, gatewayId, "as the test wants");
            }

            var held = Find(gatewayId);
            if (amount > held.Amount - held.Refunded)
            {
                return new GatewayAnswer(GatewayOutcome.Declined, gatewayId, "There is not that much to give back.");
            }

            held.Refunded += amount;
            Refunds.Enqueue(amount);
            var payment = PaymentId.From(gatewayId["gw_".Length..]);
            Record(GatewayMovementKind.Refund, payment.Value, -amount);
            Record(payment, new GatewayReport($"evt_{payment}_refund_{call.Key}", new GatewayAnswer(GatewayOutcome.Succeeded), true, null, call.Subject));
            return new GatewayAnswer(GatewayOutcome.Succeeded, gatewayId);
        }));

    /// <inheritdoc/>
    public Task<GatewayAnswer> FindRefundAsync(string gatewayId, GatewayCall call, CancellationToken cancellation = default) => Task.FromResult(
        IsDown ? new GatewayAnswer(GatewayOutcome.Unknown) : _refunds.GetValueOrDefault(call.Subject!) ?? new GatewayAnswer(GatewayOutcome.NotFound));

    /// <inheritdoc/>
    public Task<GatewayPage<GatewayNotice>?> ListNoticesAsync(string? after, int limit, CancellationToken cancellation = default) =>
        Task.FromResult(Page(_notices, notice => notice.Id, after, limit));

    /// <inheritdoc/>
    public Task<GatewayPage<GatewayMovement>?> ListMovementsAsync(string? after, int limit, CancellationToken cancellation = default) =>
        Task.FromResult(Page(_movements, movement => movement.Id, after, limit));

    /// <inheritdoc/>
    public Task<PaymentSecret?> SecretAsync(string gatewayId, CancellationToken cancellation = default) =>
        Task.FromResult<PaymentSecret?>(IsDown ? null : new PaymentSecret("secret_" + gatewayId, Stands: Find(gatewayId).Answer));

    /// <inheritdoc/>
    public Task<GatewayAnswer> OpenAccountAsync(OrganizationId operatorId, string country, GatewayCall call, CancellationToken cancellation = default) => CallAsync(() =>
    {
        Accounts.TryAdd("gw_" + operatorId, false);
        return new GatewayAnswer(GatewayOutcome.Succeeded, "gw_" + operatorId);
    });

    /// <inheritdoc/>
    public Task<GatewayAnswer> FindAccountAsync(OrganizationId operatorId, GatewayCall call, CancellationToken cancellation = default) =>
        LookAsync(Accounts.ContainsKey("gw_" + operatorId), "gw_" + operatorId);

    /// <inheritdoc/>
    public Task<GatewayAccount?> AccountAsync(string accountId, CancellationToken cancellation = default) => Task.FromResult(
        !IsDown && Accounts.TryGetValue(accountId, out var pays) ? new GatewayAccount(accountId, pays, pays, [], null) : null);

    /// <inheritdoc/>
    public Task<Uri?> OnboardingLinkAsync(string accountId, Uri returnTo, Uri renewAt, CancellationToken cancellation = default) =>
        Task.FromResult(IsDown ? null : returnTo);

    /// <inheritdoc/>
    public Task<GatewayAnswer> TransferAsync(PayoutOrder order, string? sourceId, string accountId, Money amount, GatewayCall call, CancellationToken cancellation = default) =>
        CallAsync(() => TransferOutcome is { } outcome ? new GatewayAnswer(outcome, null, "as the test wants") : Once(Transfers, call, amount, () => Record(GatewayMovementKind.Transfer, order.Id.Value, -amount)));

    /// <inheritdoc/>
    public Task<GatewayAnswer> FindTransferAsync(PayoutOrder order, string accountId, GatewayCall call, CancellationToken cancellation = default) =>
        LookAsync(Transfers.ContainsKey(call.Subject!), call.Subject!);

    /// <inheritdoc/>
    public Task<GatewayAnswer> ReverseAsync(string transferId, Money amount, GatewayCall call, CancellationToken cancellation = default) =>
        CallAsync(() => Once(Reversals, call, amount, () => Record(GatewayMovementKind.TransferReversal, call.Subject!.Split(':')[0], amount)));

    /// <inheritdoc/>
    public Task<GatewayAnswer> FindReversalAsync(string transferId, GatewayCall call, CancellationToken cancellation = default) =>
        LookAsync(Reversals.ContainsKey(call.Subject!), call.Subject!);

    /// <inheritdoc/>
    public Task<GatewayAnswer> WriteInvoiceAsync(Invoice invoice, GatewayCall call, CancellationToken cancellation = default) => NotKept;

    /// <inheritdoc/>
    public Task<GatewayAnswer> AttachPaymentAsync(string invoiceId, string gatewayId, GatewayCall call, CancellationToken cancellation = default) => NotKept;

    /// <inheritdoc/>
    public Task<GatewayAnswer> WriteCreditAsync(string invoiceId, InvoiceCredit credit, GatewayCall call, CancellationToken cancellation = default) => NotKept;

    /// <inheritdoc/>
    public Task<GatewayAnswer> DebitCreditAsync(Invoice invoice, Money amount, GatewayCall call, CancellationToken cancellation = default) => NotKept;

    /// <inheritdoc/>
    public Task<GatewayAnswer> CloseInvoiceAsync(string invoiceId, GatewayCall call, CancellationToken cancellation = default) => NotKept;

    private static Task<GatewayAnswer> NotKept => Task.FromResult(new GatewayAnswer(GatewayOutcome.Succeeded));

    private static GatewayAnswer Once(ConcurrentDictionary<string, Money> made, GatewayCall call, Money amount, Action record)
    {
        if (made.TryAdd(call.Subject!, amount))
        {
            record();
        }

        return new GatewayAnswer(GatewayOutcome.Succeeded, call.Subject);
    }

    private Task<GatewayAnswer> LookAsync(bool found, string id) => Task.FromResult(
        IsDown ? new GatewayAnswer(GatewayOutcome.Unknown) : found ? new GatewayAnswer(GatewayOutcome.Succeeded, id) : new GatewayAnswer(GatewayOutcome.NotFound));

    private GatewayReport Record(PaymentId payment, GatewayReport report)
    {
        lock (_record)
        {
            if (!_notices.Exists(notice => notice.Id == report.EventId))
            {
                _notices.Add(new GatewayNotice(report.EventId, report.Answer.Outcome.ToString(), payment, report, TestMarket.Begin));
            }
        }

        return report;
    }

    private void Record(GatewayMovementKind kind, string subject, Money amount)
    {
        lock (_record)
        {
            _movements.Add(new GatewayMovement($"txn_{_movements.Count + 1}", kind, subject, amount, Money.Zero(amount.Currency), TestMarket.Begin));
        }
    }

    private GatewayPage<T>? Page<T>(List<T> record, Func<T, string> id, string? after, int limit)
    {
        lock (_record)
        {
            var begin = after is null ? 0 : record.FindIndex(item => id(item) == after) + 1;
            var items = record.Skip(begin).Take(limit).ToImmutableArray();
            return IsDown ? null : new GatewayPage<T>(items, items.IsEmpty ? after : id(items[^1]), begin + items.Length < record.Count);
        }
    }

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

    private sealed class Held(string gatewayId, Money amount)
    {
        public string GatewayId { get; } = gatewayId;

        public Money Amount { get; } = amount;

        public Money Refunded { get; set; } = Money.Zero(amount.Currency);

        public GatewayOutcome Outcome { get; set; } = GatewayOutcome.Created;

        public string? Detail { get; set; }

        public HashSet<string> Attempts { get; } = [];

        public GatewayAnswer Answer => new(Outcome, GatewayId, Detail);
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
