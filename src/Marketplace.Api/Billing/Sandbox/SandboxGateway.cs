using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;
using NodaTime;

namespace Marketplace.Api.Billing.Sandbox;

/// <summary>
/// A payment gateway in which no real money moves. It keeps its own durable books in rows, so that killing the process loses
/// no payment and no notification, and it tells the marketplace of everything by signed notifications, as a real one does.
/// Several processes may keep the same books: of two changes of one payment at once, one is made again on top of the other.
/// </summary>
internal sealed partial class SandboxGateway(IRowStore rows, TimeProvider time) : IPaymentGateway, IDisposable
{
    public const string Table = "sandbox-payments";
    public const string PendingTable = "sandbox-pending";
    public const string AllPending = "all";
    private const string StateKey = "payment";
    private const string SettingsTable = "sandbox-settings";
    private const string Declined = "Declined by the sandbox's bank, as asked.";

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
    public Money? LargestPayment(Currency currency) => null;

    /// <inheritdoc/>
    public Task<GatewayAnswer> CreateAsync(PaymentOrder order, GatewayCall call, CancellationToken cancellation = default) =>
        ChangeAsync<SandboxPayment>(IdOf(order.Id), stored => stored ?? new SandboxPayment
        {
            Id = IdOf(order.Id),
            Payment = order.Id,
            Amount = order.Amount,
            Method = order.Method,
            State = GatewayOutcome.Created,
            Version = 0,
        }, payment => payment!.Answer(), cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> FindAsync(PaymentOrder order, string? gatewayId, Instant? since, CancellationToken cancellation = default) =>
        LookAsync<SandboxPayment>(IdOf(order.Id), payment => payment.Answer(), cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> CancelAsync(string gatewayId, GatewayCall call, CancellationToken cancellation = default) =>
        ChangeAsync<SandboxPayment>(
            gatewayId,
            stored => stored is { State: GatewayOutcome.Created or GatewayOutcome.NeedsAction }
                ? (stored with { State = GatewayOutcome.Cancelled }).Notify("payment_intent.canceled", Now)
                : stored,
            payment => payment?.Answer() ?? NotFound,
            cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> RefundAsync(string gatewayId, Money amount, GatewayCall call, CancellationToken cancellation = default) =>
        ChangeAsync<SandboxPayment>(
            gatewayId,
            stored => stored is not null && IsRefundable(stored, amount, Subject(call)) ? Refund(stored, amount, Subject(call)) : stored,
            payment => RefundAnswer(payment, Subject(call)) ?? new GatewayAnswer(GatewayOutcome.Declined, gatewayId, "There is not that much to give back."),
            cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> FindRefundAsync(string gatewayId, GatewayCall call, CancellationToken cancellation = default) =>
        LookAsync<SandboxPayment>(gatewayId, payment => RefundAnswer(payment, Subject(call)) ?? NotFound, cancellation);

    /// <inheritdoc/>
    public Task<GatewayPage<GatewayNotice>?> ListNoticesAsync(string? after, int limit, CancellationToken cancellation = default) =>
        ListAsync(SandboxRecord.Notices, after, limit, line => GatewayNotices.Read(line.Notice!.Body()), cancellation);

    /// <inheritdoc/>
    public Task<GatewayPage<GatewayMovement>?> ListMovementsAsync(string? after, int limit, CancellationToken cancellation = default) =>
        ListAsync(SandboxRecord.Movements, after, limit, line => line.Movement!, cancellation);

    /// <inheritdoc/>
    public async Task<PaymentSecret?> SecretAsync(string gatewayId, CancellationToken cancellation = default)
    {
        var key = Encoding.UTF8.GetBytes(await SecretAsync(cancellation));
        var secret = gatewayId + "_secret_" + Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(gatewayId)))[..32];
        return await ReadAsync<SandboxPayment>(gatewayId, cancellation) is { } payment
            ? new PaymentSecret(secret, null, ["sandbox"], payment.Method == PaymentMethod.Transfer ? new BankInstructions(gatewayId, payment.Amount, null) : null, payment.ActionPage, payment.Answer())
            : null;
    }

    /// <summary>A tester acts as the card holder or the bank, once per <paramref name="request"/>.</summary>
    public async Task<SandboxOutcome> ActAsync(PaymentId payment, SandboxAct act, string request, CancellationToken cancellation = default)
    {
        var outcome = SandboxOutcome.NotAwaited;
        var answer = await ChangeAsync<SandboxPayment>(IdOf(payment), stored =>
        {
            if (stored is null || stored.Requests.Contains(request))
            {
                outcome = stored is null ? SandboxOutcome.NotAwaited : SandboxOutcome.Repeated;
                return stored;
            }

            var acted = Apply(stored, act);
            outcome = acted is null ? SandboxOutcome.NotAwaited : SandboxOutcome.Done;
            return acted is null ? stored : acted with { Requests = acted.Requests.Add(request) };
        }, payment => payment?.Answer() ?? NotFound, cancellation);
        return answer.Outcome == GatewayOutcome.Unknown ? throw new IOException(answer.Detail) : outcome;
    }

    /// <summary>A book with what it has to notify, or null.</summary>
    public async Task<SandboxBook?> ReadAsync(string id, CancellationToken cancellation = default) => id.Split('_')[0] switch
    {
        "sbx" => await ReadAsync<SandboxPayment>(id, cancellation),
        "sbt" => await ReadAsync<SandboxTransfer>(id, cancellation),
        "sbs" => await ReadAsync<SandboxSetup>(id, cancellation),
        _ => await ReadAsync<SandboxAccount>(id, cancellation),
    };

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
    public Task AcknowledgeAsync(string id, string eventId, CancellationToken cancellation = default) => id.StartsWith("sbx_", StringComparison.Ordinal)
        ? AcknowledgeAsync<SandboxPayment>(id, eventId, cancellation)
        : id.StartsWith("sbs_", StringComparison.Ordinal) ? AcknowledgeAsync<SandboxSetup>(id, eventId, cancellation)
        : AcknowledgeAsync<SandboxAccount>(id, eventId, cancellation);

    /// <inheritdoc/>
    public void Dispose() => record.Dispose();

    private DateTimeOffset Now => time.GetUtcNow();

    private static GatewayAnswer Unknown(Exception error) => new(GatewayOutcome.Unknown, null, "The sandbox could not use its store: " + error.Message);

    private static GatewayAnswer NotFound { get; } = new(GatewayOutcome.NotFound);

    private static string Subject(GatewayCall call) => call.Subject ?? call.Key;

    private static string TableOf<T>() => typeof(T) == typeof(SandboxPayment) ? Table
        : typeof(T) == typeof(SandboxTransfer) ? "sandbox-transfers"
        : typeof(T) == typeof(SandboxSetup) ? "sandbox-setups"
        : "sandbox-accounts";

    private static bool IsRefundable(SandboxPayment payment, Money amount, string call) =>
        payment.State == GatewayOutcome.Succeeded && !payment.Refunds.ContainsKey(call) && amount <= payment.Amount - Returned(payment);

    private SandboxPayment Refund(SandboxPayment payment, Money amount, string call) => (payment with { Refunds = payment.Refunds.Add(call, amount) })
        .Move(GatewayMovementKind.Refund, -amount, Now)
        .Notify("refund.updated", Now, payment.AboutRefund(call, amount));

    private Task<GatewayAnswer> AcknowledgeAsync<T>(string id, string eventId, CancellationToken cancellation)
        where T : SandboxBook => ChangeAsync<T>(
            id,
            stored => stored! with { Pending = [.. stored.Pending.Where(pending => pending.Id != eventId)] },
            _ => NotFound,
            cancellation);

    /// <summary>Given back, or taken back by the payer's bank for now or for good.</summary>
    private static Money Returned(SandboxPayment payment) => Money.Sum(payment.Amount.Currency, payment.Refunds.Values)
        + (payment.Dispute is { Status: not DisputeStatus.Won } dispute ? dispute.Amount : Money.Zero(payment.Amount.Currency));

    private static GatewayAnswer? RefundAnswer(SandboxPayment? payment, string call) =>
        payment?.Refunds.ContainsKey(call) == true ? new GatewayAnswer(GatewayOutcome.Succeeded, payment.Id) : null;

    private SandboxPayment? Apply(SandboxPayment payment, SandboxAct act) => (payment.State, act) switch
    {
        (GatewayOutcome.Created or GatewayOutcome.NeedsAction or GatewayOutcome.Processing, SandboxAct.Pay) =>
            (payment with { State = GatewayOutcome.Succeeded, Detail = null }).Move(GatewayMovementKind.Charge, payment.Amount, Now).Notify("payment_intent.succeeded", Now),
        (GatewayOutcome.Created or GatewayOutcome.NeedsAction, SandboxAct.Process) =>
            (payment with { State = GatewayOutcome.Processing, Detail = null }).Notify("payment_intent.processing", Now),
        (GatewayOutcome.Created or GatewayOutcome.NeedsAction or GatewayOutcome.Processing, SandboxAct.Fail) =>
            (payment with { State = GatewayOutcome.NeedsAction, Detail = Declined }).Notify("payment_intent.payment_failed", Now),

        (GatewayOutcome.Succeeded, SandboxAct.Dispute) when payment.Dispute is null =>
            Disputed(payment, new PaymentDispute("dp_" + PublicId.Digest(payment.Id), DisputeStatus.Open, payment.Amount - Returned(payment), "fraudulent"), "charge.dispute.created"),
        (_, SandboxAct.WinDispute) when payment.Dispute is { Status: DisputeStatus.Open } dispute =>
            Disputed(payment, dispute with { Status = DisputeStatus.Won }, "charge.dispute.closed"),
        (_, SandboxAct.LoseDispute) when payment.Dispute is { Status: DisputeStatus.Open } dispute =>
            Disputed(payment, dispute with { Status = DisputeStatus.Lost }, "charge.dispute.closed"),

        // Whoever did not hear the answer asks again.
        (GatewayOutcome.Succeeded, SandboxAct.Pay) or (GatewayOutcome.Processing, SandboxAct.Process) => payment,
        _ => null,
    };

    private SandboxPayment Disputed(SandboxPayment payment, PaymentDispute dispute, string type)
    {
        var after = payment with { Dispute = dispute };
        after = dispute.Status switch
        {
            DisputeStatus.Open => after.Move(GatewayMovementKind.Dispute, -dispute.Amount, Now),
            DisputeStatus.Won => after.Move(GatewayMovementKind.DisputeReturned, dispute.Amount, Now),
            _ => after,
        };
        return after.Notify(type, Now, after.AboutDispute());
    }

    /// <summary>A book of this kind, or null.</summary>
    public async Task<T?> ReadAsync<T>(string id, CancellationToken cancellation = default)
        where T : SandboxBook =>
        await rows.GetAsync(TableOf<T>(), id, StateKey, cancellation) is { } row ? JsonSerializer.Deserialize<T>(row.Data.Span, MarketJson.Options) : null;

    private async Task<GatewayAnswer> LookAsync<T>(string id, Func<T, GatewayAnswer> answer, CancellationToken cancellation)
        where T : SandboxBook
    {
        try
        {
            return await ReadAsync<T>(id, cancellation) is { } book ? answer(book) : NotFound;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return Unknown(error);
        }
    }

    /// <summary>
    /// One change of one book, after those before it; what it notifies is marked as pending before it is written. Every
    /// change asks whether it was made already, so one that lost against another process is simply made again.
    /// </summary>
    private async Task<GatewayAnswer> ChangeAsync<T>(string id, Func<T?, T?> change, Func<T?, GatewayAnswer> answer, CancellationToken cancellation)
        where T : SandboxBook
    {
        var turn = turns.GetOrAdd(id, _ => new SemaphoreSlim(1, 1));
        var lines = new List<long>();
        await turn.WaitAsync(cancellation);
        try
        {
            T? next;
            while (true)
            {
                var stored = await ReadAsync<T>(id, cancellation);
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
    private async Task<bool> SaveAsync<T>(T? stored, T next, List<long> lines, CancellationToken cancellation)
        where T : SandboxBook
    {
        var written = new List<long>();
        foreach (var line in next.NewLines)
        {
            written.Add(await record.AppendAsync(line, cancellation));
            lines.Add(written[^1]);
        }

        var pending = next.Pending.ExceptBy((stored?.Pending ?? []).Select(made => made.Id), made => made.Id).Select(made => new Row(PendingKey(next.Id, made.Id), 1, default)).ToList();
        if (pending.Count > 0)
        {
            await rows.TryInsertAsync(PendingTable, AllPending, pending, cancellation);
        }

        var stamp = RandomNumberGenerator.GetHexString(16);
        next = next with { Version = next.Version + 1, Lines = [.. next.Lines ?? [], .. written], NewLines = [], Stamp = stamp };
        await rows.UpsertIfNewerAsync(TableOf<T>(), next.Id, new Row(StateKey, next.Version, JsonSerializer.SerializeToUtf8Bytes(next, MarketJson.Options)), cancellation);
        if ((await ReadAsync<T>(next.Id, cancellation))?.Stamp != stamp)
        {
            return false;
        }

        if (!next.Pending.IsEmpty)
        {
            changed.Writer.TryWrite(next.Id);
        }

        var told = (stored?.Pending ?? []).ExceptBy(next.Pending.Select(made => made.Id), made => made.Id).Select(made => PendingKey(next.Id, made.Id)).ToList();
        if (told.Count > 0)
        {
            await rows.RemoveAsync(PendingTable, AllPending, told, cancellation);
        }

        return true;
    }

    private static string PendingKey(string book, string notification) => book + "|" + notification;

    /// <summary>A page of the record, without the lines whose book never came to name them.</summary>
    private async Task<GatewayPage<T>?> ListAsync<T>(string list, string? after, int limit, Func<SandboxLine, T> read, CancellationToken cancellation)
    {
        try
        {
            var page = await record.ListAsync(list, after, limit, cancellation);
            var items = ImmutableArray.CreateBuilder<T>();
            foreach (var (number, line) in page.Lines)
            {
                if (await ReadAsync(line.Owner, cancellation) is { } book && book.Lines?.Contains(number) == true)
                {
                    items.Add(read(line));
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
