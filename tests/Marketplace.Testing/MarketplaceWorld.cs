using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Reservations;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Leases;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Quotes;
using Marketplace.Grains.Reservations;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Transparency;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Marketplace.Testing;

/// <summary>
/// Drives one reservation and its lease through a market, in the words of the parties, and tells what each party's event feed
/// gained since it was last asked. Between any two steps the silo may be restarted.
/// </summary>
public sealed class MarketplaceWorld : IAsyncDisposable
{
    private readonly Dictionary<OrganizationId, long> read = [];
    private int steps;

    private MarketplaceWorld(TestMarket market, TestGateway gateway)
    {
        Market = market;
        Gateway = gateway;
    }

    /// <summary>The silo.</summary>
    public TestMarket Market { get; }

    /// <summary>The payers' side of the bank.</summary>
    public TestGateway Gateway { get; }

    /// <summary>Site, pool and parties.</summary>
    public ExamplePool Example { get; } = new("Abilene");

    /// <summary>The reservation this world is about.</summary>
    public ReservationId ReservationId => PublicId.Derive<ReservationId>(Example.Name);

    /// <summary>Its lease.</summary>
    public LeaseId LeaseId => Domain.Leases.Lease.IdOf(ReservationId);

    /// <summary>The reservation's grain.</summary>
    public IReservationGrain Reservation => Market.Grains.GetGrain<IReservationGrain>(ReservationId.Value);

    /// <summary>The lease's grain.</summary>
    public ILeaseGrain Lease => Market.Grains.GetGrain<ILeaseGrain>(LeaseId.Value);

    /// <summary>The pool's grain.</summary>
    public IGpuPoolGrain Pool => Market.Grains.GetGrain<IGpuPoolGrain>(Example.Pool.Value);

    /// <summary>The tenant's billing account.</summary>
    public IBillingAccountGrain Account => Market.Grains.GetGrain<IBillingAccountGrain>(Example.Tenant.Value);

    /// <summary>Starts a market with a published pool of registered nodes <c>node_1</c>, <c>node_2</c>, ….</summary>
    /// <param name="nodes">How many.</param>
    /// <param name="ready">The day the pool's phase is ready.</param>
    /// <param name="offer">What the pool is offered at; null for <see cref="ExamplePool.Offer"/>.</param>
    public static async Task<MarketplaceWorld> StartAsync(int nodes, LocalDate ready, PoolOffer? offer = null)
    {
        var gateway = new TestGateway();
        return await InAsync(await TestMarket.StartAsync(silo => silo.Services.AddSingleton<IPaymentGateway>(gateway)), gateway, nodes, ready, offer);
    }

    /// <summary>As <see cref="StartAsync"/>, in a market that runs already and pays through <paramref name="gateway"/>.</summary>
    public static async Task<MarketplaceWorld> InAsync(TestMarket market, TestGateway gateway, int nodes, LocalDate ready, PoolOffer? offer = null)
    {
        var world = new MarketplaceWorld(market, gateway);
        await world.Example.PublishAsync(world.Market, nodes, ready, offer);
        foreach (var some in Enumerable.Range(1, nodes).Chunk(Domain.Capacity.Pool.MostNodesAtOnce))
        {
            Granted(await world.Pool.RegisterNodesAsync(new RegisterNodes(
                world.Example.Operator, [.. some.Select(number => new NodeRegistration(Node(number), $"SN-{number}", null))])));
        }

        await world.Market.Time.SettleAsync();
        return world;
    }

    /// <summary>The id of a registered node.</summary>
    public static NodeId Node(int number) => NodeId.From($"node_{number}");

    /// <summary>Ids of registered nodes.</summary>
    public static ImmutableArray<NodeId> Nodes(params int[] numbers) => [.. numbers.Select(Node)];

    /// <summary>The tenant asks for a quote and reserves against it.</summary>
    public async Task<Reservation> ReserveAsync(Term term, int gpus)
    {
        var quote = PublicId.Derive<QuoteId>(Example.Name);
        Granted(await Market.Grains.GetGrain<IQuoteGrain>(quote.Value).MakeAsync(Once(), Example.Tenant, Example.Pool, term, [new QuantityStep(term.Start, gpus)]));
        return await DoneAsync(await Reservation.RequestAsync(
            Once(), new RequestReservation(ReservationId, Example.Tenant, [new ReservationCandidate(Example.Pool, quote)])));
    }

    /// <summary>The tenant pays the deposit, and the gateway tells of it.</summary>
    public async Task PayDepositAsync() => await PayAsync((await Account.GetDepositAsync(ReservationId))!.Payment);

    /// <summary>The operator delivers nodes under the reservation, once it has reported that their phase is ready.</summary>
    public async Task<Reservation> DeliverAsync(params int[] nodes)
    {
        await Example.ReadyAsync(Market);
        return await DoneAsync(await Reservation.DeliverAsync(
            Once(), new DeliverUnits(Example.Operator, PublicId.Derive<DeliveryId>($"{steps}"), nodes.Length, Nodes(nodes)), readyAt: null));
    }

    /// <summary>The tenant accepts nodes.</summary>
    public async Task<Lease> AcceptAsync(params int[] nodes) => await DoneAsync(await Lease.AcceptAsync(Once(), new AcceptNodes(Example.Tenant, Nodes(nodes))));

    /// <summary>The tenant uses a renewal option.</summary>
    public async Task<Lease> RenewAsync() => await DoneAsync(await Lease.RenewAsync(Once(), new RenewLease(Example.Tenant)));

    /// <summary>The tenant asks for the price of leaving and gives notice against it.</summary>
    public async Task<ExitQuote> LeaveAsync()
    {
        var exit = PublicId.Derive<ExitQuoteId>($"{steps}");
        Granted(await Lease.QuoteExitAsync(Once(), new QuoteExit(Example.Tenant, exit, null)));
        return (await DoneAsync(await Lease.TerminateAsync(Once(), new TerminateLease(Example.Tenant, exit)))).ExitQuote!;
    }

    /// <summary>Every invoice to the tenant, in order of issue.</summary>
    public async Task<ImmutableArray<Invoice>> InvoicesAsync()
    {
        await Market.Time.SettleAsync();
        var page = await Market.Rows.ScanAsync(BillingRows.Invoices, Example.Tenant.Value, null, null, 1000);
        return [.. page.Rows.Select(row => JsonSerializer.Deserialize<Invoice>(row.Data.Span, MarketJson.Options)!)];
    }

    /// <summary>The tenant pays every open invoice.</summary>
    public async Task PayInvoicesAsync()
    {
        foreach (var invoice in (await InvoicesAsync()).Where(invoice => invoice.Status != InvoiceStatus.Paid))
        {
            var started = Granted(await Account.PayInvoiceAsync(new PayInvoice(invoice.Id, PaymentMethod.Card)));
            await PayAsync(started.Payment!.Value);
        }
    }

    /// <summary>Lets market time pass, with everything that falls due on the way.</summary>
    public Task AdvanceAsync(Instant until) => Market.Time.AdvanceAsync(until);

    /// <summary>What a party's feed gained since the last call, in order.</summary>
    public async Task<ImmutableArray<string>> NewEventsAsync(OrganizationId organization)
    {
        await Market.Time.SettleAsync();
        var page = await Market.Rows.ScanAsync(EventRows.Table, organization.Value, EventRows.Key(read.GetValueOrDefault(organization) + 1), null, 1000);
        var events = page.Rows.Select(row => JsonSerializer.Deserialize<FeedEvent>(row.Data.Span, MarketJson.Options)!).ToList();
        read[organization] = read.GetValueOrDefault(organization) + events.Count;
        return [.. events.Select(happened => happened.Type)];
    }

    /// <summary>Whatever breaks an invariant of the whole market; empty when all is well.</summary>
    public async Task<ImmutableArray<string>> ViolationsAsync()
    {
        var violations = ImmutableArray.CreateBuilder<string>();
        foreach (var invariant in Market.Services.GetServices<IInvariant>())
        {
            violations.AddRange((await invariant.ViolationsAsync(CancellationToken.None)).Select(violation => $"{invariant.Name}: {violation}"));
        }

        return violations.ToImmutable();
    }

    /// <summary>Stops the silo in good order and starts another over the same store.</summary>
    public Task RestartAsync() => Market.RestartAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Market.DisposeAsync();

    private static T Granted<T>(Answer<T> answer) => answer.IsGranted
        ? answer.Value
        : throw new InvalidOperationException($"Refused: {answer.Refusal.Code}, {answer.Refusal.Detail}");

    private Operation Once() => new($"step-{++steps}", $"step-{steps}");

    private async Task<T> DoneAsync<T>(Answer<Snapshot<T>> answer)
    {
        var state = Granted(answer).State;
        await Market.Time.SettleAsync();
        return state;
    }

    private async Task PayAsync(PaymentId payment)
    {
        await Market.Time.SettleAsync();
        await Market.Grains.GetGrain<IPaymentGrain>(payment.Value).ReportAsync(Gateway.Move(payment, GatewayOutcome.Succeeded));
        await Market.Time.SettleAsync();
    }
}
