using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;

namespace Marketplace.Api.Billing.Sandbox;

/// <summary>
/// A payment gateway in which no real money moves. It keeps its own durable books in rows, so that killing the process loses
/// no payment and no notification, and it tells the marketplace of everything by signed notifications, as a real one does.
/// Several processes may keep the same books: of two changes of one payment at once, one is made again on top of the other.
/// </summary>
internal sealed class SandboxGateway(IRowStore rows, TimeProvider time) : IPaymentGateway, IDisposable
{
    public const string Table = "sandbox-payments";
    public const string PendingTable = "sandbox-pending";
    public const string AllPending = "all";
    private const string StateKey = "payment";
    private const string SettingsTable = "sandbox-settings";

    private readonly ConcurrentDictionary<string, SemaphoreSlim> turns = new(StringComparer.Ordinal);
    private readonly SandboxRecord record = new(rows);
    private readonly Channel<string> changed = Channel.CreateUnbounded<string>();
    private string? secret;

    /// <inheritdoc/>
    public string Name => "sandbox";

    /// <inheritdoc/>
    public bool IsSandbox => true;

    /// <summary>Payments with something to notify, as they change.</summary>
    public ChannelReader<string> Changed => changed.Reader;

    /// <summary>The sandbox's id of a payment.</summary>
    public static string IdOf(PaymentId payment) => "sbx_" + PublicId.Digest("sandbox", payment.Value);

    /// <summary>The secret that signs notifications: made at the first start, and kept beside the payments.</summary>
    public async ValueTask<string> SecretAsync(CancellationToken cancellation = default)
    {
        if (secret is not null)
        {
            return secret;
        }

        var made = "whsec_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        await rows.TryInsertAsync(SettingsTable, "all", [new Row("webhook-secret", 1, Encoding.UTF8.GetBytes(made))], cancellation);
        var kept = await rows.GetAsync(SettingsTable, "all", "webhook-secret", cancellation);
        return secret = Encoding.UTF8.GetString(kept!.Value.Data.Span);
    }

    /// <inheritdoc/>
    public Task<GatewayAnswer> CreateAsync(PaymentOrder order, string idempotencyKey, CancellationToken cancellation = default) =>
        ChangeAsync(IdOf(order.Id), stored => stored ?? new SandboxPayment
        {
            Id = IdOf(order.Id),
            Payment = order.Id,
            Amount = order.Amount,
            Method = order.Method,
            State = GatewayOutcome.Created,
            Version = 0,
        }, payment => payment!.Answer(), cancellation);

    /// <inheritdoc/>
    public async Task<GatewayAnswer> FindAsync(PaymentId payment, CancellationToken cancellation = default)
    {
        try
        {
            return (await ReadAsync(IdOf(payment), cancellation))?.Answer() ?? new GatewayAnswer(GatewayOutcome.NotFound);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return Unknown(error);
        }
    }

    /// <inheritdoc/>
    public Task<GatewayAnswer> CancelAsync(string gatewayId, string idempotencyKey, CancellationToken cancellation = default) =>
        ChangeAsync(
            gatewayId,
            stored => stored is { State: GatewayOutcome.Created or GatewayOutcome.NeedsAction }
                ? (stored with { State = GatewayOutcome.Cancelled }).Notify("payment_intent.canceled", Now)
                : stored,
            payment => payment?.Answer() ?? new GatewayAnswer(GatewayOutcome.NotFound),
            cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> RefundAsync(string gatewayId, Money amount, string idempotencyKey, CancellationToken cancellation = default) =>
        ChangeAsync(
            gatewayId,
            stored => stored is not null && IsRefundable(stored, amount, idempotencyKey)
                ? (stored with { Refunds = stored.Refunds.Add(idempotencyKey, amount) }).Move(GatewayMovementKind.Refund, -amount, Now).Notify("charge.refunded", Now)
                : stored,
            payment => RefundAnswer(payment, idempotencyKey) ?? new GatewayAnswer(GatewayOutcome.Declined, gatewayId, "There is not that much to give back."),
            cancellation);

    /// <inheritdoc/>
    public async Task<GatewayAnswer> FindRefundAsync(string gatewayId, string idempotencyKey, CancellationToken cancellation = default)
    {
        try
        {
            return RefundAnswer(await ReadAsync(gatewayId, cancellation), idempotencyKey) ?? new GatewayAnswer(GatewayOutcome.NotFound);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return Unknown(error);
        }
    }

    /// <inheritdoc/>
    public Task<GatewayPage<GatewayNotice>?> ListNoticesAsync(string? after, int limit, CancellationToken cancellation = default) =>
        ListAsync(SandboxRecord.Notices, after, limit, (payment, line) => GatewayEvent.Read(line.Notice!.Body(payment)), cancellation);

    /// <inheritdoc/>
    public Task<GatewayPage<GatewayMovement>?> ListMovementsAsync(string? after, int limit, CancellationToken cancellation = default) =>
        ListAsync(SandboxRecord.Movements, after, limit, (_, line) => line.Movement!, cancellation);

    /// <inheritdoc/>
    public async Task<PaymentSecret?> ClientSecretAsync(string gatewayId, CancellationToken cancellation = default)
    {
        var key = Encoding.UTF8.GetBytes(await SecretAsync(cancellation));
        return new PaymentSecret(gatewayId + "_secret_" + Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(gatewayId)))[..32]);
    }

    /// <summary>A tester acts as the card holder or the bank, once per <paramref name="request"/>.</summary>
    public async Task<SandboxOutcome> ActAsync(PaymentId payment, SandboxAct act, string request, CancellationToken cancellation = default)
    {
        var outcome = SandboxOutcome.NotAwaited;
        var answer = await ChangeAsync(IdOf(payment), stored =>
        {
            if (stored is null || stored.Requests.Contains(request))
            {
                outcome = stored is null ? SandboxOutcome.NotAwaited : SandboxOutcome.Repeated;
                return stored;
            }

            var acted = Apply(stored, act);
            outcome = acted is null ? SandboxOutcome.NotAwaited : SandboxOutcome.Done;
            return acted is null ? stored : acted with { Requests = acted.Requests.Add(request) };
        }, payment => payment?.Answer() ?? new GatewayAnswer(GatewayOutcome.NotFound), cancellation);
        return answer.Outcome == GatewayOutcome.Unknown ? throw new IOException(answer.Detail) : outcome;
    }

    /// <summary>A payment with what it has to notify, or null.</summary>
    public async Task<SandboxPayment?> ReadAsync(string gatewayId, CancellationToken cancellation = default) =>
        await rows.GetAsync(Table, gatewayId, StateKey, cancellation) is { } row
            ? JsonSerializer.Deserialize<SandboxPayment>(row.Data.Span, MarketJson.Options)
            : null;

    /// <summary>Payments that have something to notify, whichever process changed them.</summary>
    public async Task<IReadOnlyList<string>> PendingAsync(CancellationToken cancellation = default)
    {
        var pending = new List<string>();
        string? from = null;
        do
        {
            var page = await rows.ScanAsync(PendingTable, AllPending, from, null, 500, cancellation: cancellation);
            pending.AddRange(page.Rows.Select(row => row.Key.Split('|')[0]));
            from = page.NextFrom;
        }
        while (from is not null);
        return [.. pending.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The marketplace acknowledged a notification.</summary>
    public Task AcknowledgeAsync(string gatewayId, string eventId, CancellationToken cancellation = default) => ChangeAsync(
        gatewayId,
        stored => stored! with { Pending = [.. stored.Pending.Where(pending => pending.Id != eventId)] },
        payment => payment!.Answer(),
        cancellation);

    /// <inheritdoc/>
    public void Dispose() => record.Dispose();

    private DateTimeOffset Now => time.GetUtcNow();

    private static GatewayAnswer Unknown(Exception error) => new(GatewayOutcome.Unknown, null, "The sandbox could not use its store: " + error.Message);

    private static bool IsRefundable(SandboxPayment payment, Money amount, string key) =>
        payment.State == GatewayOutcome.Succeeded && !payment.Refunds.ContainsKey(key) && amount <= payment.Amount - Returned(payment);

    /// <summary>Given back, or taken back by the payer's bank for now or for good.</summary>
    private static Money Returned(SandboxPayment payment) => Money.Sum(payment.Amount.Currency, payment.Refunds.Values)
        + (payment.Dispute is { Status: not DisputeStatus.Won } dispute ? dispute.Amount : Money.Zero(payment.Amount.Currency));

    private static GatewayAnswer? RefundAnswer(SandboxPayment? payment, string key) =>
        payment?.Refunds.ContainsKey(key) == true ? new GatewayAnswer(GatewayOutcome.Succeeded, payment.Id) : null;

    private SandboxPayment? Apply(SandboxPayment payment, SandboxAct act) => (payment.State, act) switch
    {
        (GatewayOutcome.Created or GatewayOutcome.NeedsAction or GatewayOutcome.Processing, SandboxAct.Pay) =>
            (payment with { State = GatewayOutcome.Succeeded, Detail = null }).Move(GatewayMovementKind.Charge, payment.Amount, Now).Notify("payment_intent.succeeded", Now),
        (GatewayOutcome.Created or GatewayOutcome.NeedsAction, SandboxAct.Process) =>
            (payment with { State = GatewayOutcome.Processing, Detail = null }).Notify("payment_intent.processing", Now),
        (GatewayOutcome.Created or GatewayOutcome.NeedsAction or GatewayOutcome.Processing, SandboxAct.Fail) =>
            (payment with { State = GatewayOutcome.NeedsAction, Detail = "Declined by the sandbox's bank, as asked." }).Notify("payment_intent.payment_failed", Now),

        (GatewayOutcome.Succeeded, SandboxAct.Dispute) when payment.Dispute is null =>
            (payment with { Dispute = new PaymentDispute("dp_" + PublicId.Digest(payment.Id), DisputeStatus.Open, payment.Amount - Returned(payment), "fraudulent") })
                .Move(GatewayMovementKind.Dispute, Returned(payment) - payment.Amount, Now).Notify("charge.dispute.created", Now),
        (_, SandboxAct.WinDispute) when payment.Dispute is { Status: DisputeStatus.Open } dispute =>
            (payment with { Dispute = dispute with { Status = DisputeStatus.Won } })
                .Move(GatewayMovementKind.DisputeReturned, dispute.Amount, Now).Notify("charge.dispute.closed", Now),
        (_, SandboxAct.LoseDispute) when payment.Dispute is { Status: DisputeStatus.Open } dispute =>
            (payment with { Dispute = dispute with { Status = DisputeStatus.Lost } }).Notify("charge.dispute.closed", Now),

        // Whoever did not hear the answer asks again.
        (GatewayOutcome.Succeeded, SandboxAct.Pay) or (GatewayOutcome.Processing, SandboxAct.Process) => payment,
        _ => null,
    };

    /// <summary>
    /// One change of one payment, after those before it; what it notifies is marked as pending before it is written. Every
    /// change asks whether it was made already, so one that lost against another process is simply made again.
    /// </summary>
    private async Task<GatewayAnswer> ChangeAsync(
        string id,
        Func<SandboxPayment?, SandboxPayment?> change,
        Func<SandboxPayment?, GatewayAnswer> answer,
        CancellationToken cancellation)
    {
        var turn = turns.GetOrAdd(id, _ => new SemaphoreSlim(1, 1));
        var lines = new List<long>();
        await turn.WaitAsync(cancellation);
        try
        {
            SandboxPayment? next;
            while (true)
            {
                var stored = await ReadAsync(id, cancellation);
                next = change(stored);
                if (next is null || ReferenceEquals(next, stored) || await SaveAsync(stored, next, lines, cancellation))
                {
                    break;
                }
            }

            return answer(next);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return Unknown(error);
        }
        finally
        {
            record.Done(lines);
            turn.Release();
        }
    }

    /// <summary>Writes a change; false when another process came first and this one was not written.</summary>
    private async Task<bool> SaveAsync(SandboxPayment? stored, SandboxPayment next, List<long> lines, CancellationToken cancellation)
    {
        var written = new List<long>();
        foreach (var line in next.NewLines)
        {
            written.Add(await record.AppendAsync(line, cancellation));
            lines.Add(written[^1]);
        }

        var pending = next.Pending.Except(stored?.Pending ?? []).Select(made => new Row(PendingKey(next.Id, made.Id), 1, default)).ToList();
        if (pending.Count > 0)
        {
            await rows.TryInsertAsync(PendingTable, AllPending, pending, cancellation);
        }

        var stamp = RandomNumberGenerator.GetHexString(16);
        next = next with { Version = next.Version + 1, Lines = [.. next.Lines ?? [], .. written], NewLines = [], Stamp = stamp };
        await rows.UpsertIfNewerAsync(Table, next.Id, new Row(StateKey, next.Version, JsonSerializer.SerializeToUtf8Bytes(next, MarketJson.Options)), cancellation);
        if ((await ReadAsync(next.Id, cancellation))?.Stamp != stamp)
        {
            return false;
        }

        if (!next.Pending.IsEmpty)
        {
            changed.Writer.TryWrite(next.Id);
        }

        var told = (stored?.Pending ?? []).Except(next.Pending).Select(made => PendingKey(next.Id, made.Id)).ToList();
        if (told.Count > 0)
        {
            await rows.RemoveAsync(PendingTable, AllPending, told, cancellation);
        }

        return true;
    }

    private static string PendingKey(string payment, string notification) => payment + "|" + notification;

    /// <summary>A page of the record, without the lines whose payment never came to name them.</summary>
    private async Task<GatewayPage<T>?> ListAsync<T>(string list, string? after, int limit, Func<SandboxPayment, SandboxLine, T> read, CancellationToken cancellation)
    {
        try
        {
            var page = await record.ListAsync(list, after, limit, cancellation);
            var items = ImmutableArray.CreateBuilder<T>();
            foreach (var (number, line) in page.Lines)
            {
                if (await ReadAsync(line.Owner, cancellation) is { } payment && payment.Lines?.Contains(number) == true)
                {
                    items.Add(read(payment, line));
                }
            }

            return new GatewayPage<T>(items.ToImmutable(), page.Cursor, page.HasMore);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return null;
        }
    }
}
