using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Api.Billing;
using Marketplace.Api.Capacity;
using Marketplace.Api.Events;
using Marketplace.Api.Http;
using Marketplace.Api.Leases;
using Marketplace.Api.Organizations;
using Marketplace.Api.Quotes;
using Marketplace.Api.Reservations;
using Marketplace.Api.Sites;
using Marketplace.Api.Verification;
using Marketplace.Api.Webhooks;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Market;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Reservations;
using Marketplace.Domain.Sites;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Leases;
using Marketplace.Grains.Organizations;
using Marketplace.Grains.Quotes;
using Marketplace.Grains.Reservations;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Sites;
using Marketplace.Grains.Transparency;
using Marketplace.Grains.Verification;
using Marketplace.Grains.Webhooks;

namespace Marketplace.Api.Operations;

/// <summary>One line of an export.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="ParentId">Public id of the noun it is a part of; null for one that stands by itself.</param>
/// <param name="Data">The noun, as the operation that reads one answers it.</param>
internal sealed record ExportLine(string Kind, string? ParentId, object Data);

/// <summary>What an export is made of, kind by kind.</summary>
internal static class ExportLines
{
    private const int Batch = 200;

    /// <summary>The kinds in the order they are written, with the model of their data.</summary>
    public static readonly ImmutableArray<(string Kind, Type Data)> Kinds =
    [
        ("organization", typeof(OrganizationModel)),
        ("member", typeof(MemberModel)),
        ("apiKey", typeof(ApiKeyModel)),
        ("invitation", typeof(InvitationModel)),
        ("webhookEndpoint", typeof(WebhookEndpointModel)),
        ("site", typeof(SiteModel)),
        ("phase", typeof(PhaseModel)),
        ("pool", typeof(PoolModel)),
        ("node", typeof(NodeModel)),
        ("enrolledNode", typeof(EnrolledNodeModel)),
        ("benchmarkRun", typeof(BenchmarkRunModel)),
        ("quote", typeof(QuoteModel)),
        ("reservation", typeof(ReservationModel)),
        ("orderForm", typeof(OrderFormModel)),
        ("message", typeof(MessageModel)),
        ("billingReferences", typeof(BillingReferencesModel)),
        ("lease", typeof(LeaseModel)),
        ("leaseNode", typeof(LeaseNodeModel)),
        ("meterReading", typeof(MeterReadingModel)),
        ("billingProfile", typeof(BillingProfileModel)),
        ("paymentMethod", typeof(KeptPaymentMethodModel)),
        ("automaticPayment", typeof(AutomaticPaymentModel)),
        ("payment", typeof(PaymentModel)),
        ("deposit", typeof(DepositModel)),
        ("prepayment", typeof(PrepaymentModel)),
        ("invoice", typeof(InvoiceModel)),
        ("creditNote", typeof(CreditNoteModel)),
        ("refund", typeof(RefundModel)),
        ("payoutAccount", typeof(PayoutAccountModel)),
        ("payable", typeof(PayableModel)),
        ("payout", typeof(PayoutModel)),
        ("ledgerEntry", typeof(LedgerEntryModel)),
        ("event", typeof(EventModel)),
    ];

    /// <summary>Every line of the caller's organization.</summary>
    public static async IAsyncEnumerable<ExportLine> OfAsync(ApiRequest request)
    {
        var organization = (await request.Grain<IOrganizationGrain>(request.Caller.Organization.Value).GetAsync())!.State;
        var owner = organization.Id.Value;
        yield return new("organization", null, OrganizationModel.Of(organization));
        foreach (var line in organization.Members.Select(member => new ExportLine("member", owner, MemberModel.Of(member)))
            .Concat(organization.Keys.Select(key => new ExportLine("apiKey", owner, ApiKeyModel.Of(key, null))))
            .Concat(organization.Open.Select(invitation => new ExportLine("invitation", owner, InvitationModel.Of(invitation)))))
        {
            yield return line;
        }

        await foreach (var row in RowsAsync<WebhookEndpoint>(request, WebhookRows.Endpoints))
        {
            var endpoint = (await request.Grain<IWebhookEndpointGrain>(row.Id.Value).GetAsync())?.State ?? row;
            yield return new("webhookEndpoint", null, WebhookEndpointModel.Of(endpoint));
        }

        await foreach (var line in SitesAsync(request))
        {
            yield return line;
        }

        await foreach (var line in PoolsAsync(request))
        {
            yield return line;
        }

        await foreach (var line in VerificationAsync(request))
        {
            yield return line;
        }

        await foreach (var quote in RowsAsync<Quote>(request, QuoteRows.Table))
        {
            yield return new("quote", null, QuoteModel.Of(quote));
        }

        await foreach (var line in ContractsAsync(request))
        {
            yield return line;
        }

        await foreach (var line in MoneyAsync(request))
        {
            yield return line;
        }

        await foreach (var it in RowsAsync<FeedEvent>(request, EventRows.Table))
        {
            yield return new("event", null, EventModel.Of(it));
        }
    }

    // Rows for lists leave out what may be thousands of parts, such as evidence and nodes; here they belong.
    private static async IAsyncEnumerable<ExportLine> SitesAsync(ApiRequest request)
    {
        await foreach (var row in RowsAsync<Site>(request, SiteRows.Table))
        {
            var site = (await request.Grain<ISiteGrain>(row.Id.Value).GetAsync())?.State ?? row;
            yield return new("site", null, SiteModel.Of(site));
            foreach (var phase in site.Phases)
            {
                yield return new("phase", site.Id.Value, PhaseModel.Of(site, phase));
            }
        }
    }

    private static async IAsyncEnumerable<ExportLine> PoolsAsync(ApiRequest request)
    {
        await foreach (var pool in RowsAsync<PoolSummary>(request, PoolRows.Table))
        {
            yield return new("pool", null, PoolModel.Of(pool));
            var grain = request.Grain<IGpuPoolGrain>(pool.Id.Value);
            for (var after = 0; await grain.GetNodesAsync(after, Batch) is { IsEmpty: false } nodes; after = nodes[^1].Order)
            {
                foreach (var node in nodes)
                {
                    yield return new("node", pool.Id.Value, NodeModel.Of(node));
                }
            }
        }
    }

    private static async IAsyncEnumerable<ExportLine> VerificationAsync(ApiRequest request)
    {
        await foreach (var row in RowsAsync<Node>(request, NodeRows.Table))
        {
            var node = (await request.Grain<INodeGrain>(row.Id.Value).GetAsync())?.State ?? row;
            yield return new("enrolledNode", null, EnrolledNodeModel.Of(node, request.MarketNow));
        }

        await foreach (var row in RowsAsync<BenchmarkRun>(request, BenchmarkRunRows.Table))
        {
            var run = (await request.Grain<IBenchmarkRunGrain>(row.Id.Value).GetAsync())?.State ?? row;
            yield return new("benchmarkRun", null, BenchmarkRunModel.Of(run));
        }
    }

    private static async IAsyncEnumerable<ExportLine> ContractsAsync(ApiRequest request)
    {
        var account = request.Grain<IBillingAccountGrain>(request.Caller.Organization.Value);
        await foreach (var row in RowsAsync<Reservation>(request, ReservationRows.Table))
        {
            var reservation = (await request.Grain<IReservationGrain>(row.Id.Value).GetAsync())?.State ?? row;
            yield return new("reservation", null, ReservationModel.Of(reservation));
            foreach (var form in OrderFormModel.AllOf(reservation))
            {
                yield return new("orderForm", reservation.Id.Value, form);
            }

            await foreach (var message in ConversationEndpoints.AllAsync(request, reservation))
            {
                yield return new("message", reservation.Id.Value, message);
            }

            if (reservation.TenantId == request.Caller.Organization)
            {
                yield return new("billingReferences", reservation.Id.Value, BillingReferencesModel.Of(await account.GetReferencesAsync(reservation.Id)));
            }
        }

        await foreach (var row in RowsAsync<Lease>(request, LeaseRows.Table))
        {
            var lease = (await request.Grain<ILeaseGrain>(row.Id.Value).GetAsync())?.State ?? row;
            yield return new("lease", null, LeaseModel.Of(lease, request.MarketNow));
            foreach (var node in lease.Nodes)
            {
                yield return new("leaseNode", lease.Id.Value, LeaseNodeModel.Of(node));
            }

            foreach (var reading in lease.Readings ?? [])
            {
                yield return new("meterReading", lease.Id.Value, MeterReadingModel.Of(reading));
            }
        }
    }

    private static async IAsyncEnumerable<ExportLine> MoneyAsync(ApiRequest request)
    {
        var owner = request.Caller.Organization.Value;
        if (await request.Grain<IBillingAccountGrain>(owner).GetProfileAsync() is { } profile)
        {
            yield return new("billingProfile", owner, BillingProfileModel.Of(profile));
        }

        if ((await request.Grain<IPaymentMethodsGrain>(owner).GetAsync())?.State is { } methods)
        {
            foreach (var method in methods.Methods)
            {
                yield return new("paymentMethod", owner, await PaymentMethodEndpoints.ModelAsync(request, methods, method));
            }

            foreach (var plan in methods.Plans.Values.OrderBy(plan => plan.Key, StringComparer.Ordinal))
            {
                yield return new("automaticPayment", owner, await PaymentMethodEndpoints.ModelAsync(request, plan));
            }
        }

        await foreach (var payment in RowsAsync<Payment>(request, PaymentRows.Table))
        {
            yield return new("payment", null, PaymentEndpoints.Model(request, payment));
        }

        await foreach (var deposit in RowsAsync<Deposit>(request, BillingRows.Deposits))
        {
            yield return new("deposit", deposit.Reservation.Value, DepositModel.Of(deposit));
        }

        await foreach (var prepayment in RowsAsync<Prepayment>(request, BillingRows.Prepayments))
        {
            yield return new("prepayment", prepayment.Reservation.Value, PrepaymentModel.Of(prepayment));
        }

        await foreach (var invoice in RowsAsync<Invoice>(request, BillingRows.Invoices))
        {
            yield return new("invoice", null, InvoiceModel.Of(invoice));
        }

        await foreach (var note in RowsAsync<CreditNote>(request, BillingRows.CreditNotes))
        {
            yield return new("creditNote", null, CreditNoteModel.Of(note));
        }

        await foreach (var refund in RowsAsync<CreditRefund>(request, BillingRows.Refunds))
        {
            yield return new("refund", null, RefundModel.Of(refund));
        }

        if ((await request.Grain<IPayoutAccountGrain>(owner).GetAsync())?.State is { } payouts)
        {
            yield return new("payoutAccount", owner, PayoutEndpoints.Model(request, payouts));
            foreach (var payable in PayoutEndpoints.Waiting(payouts))
            {
                yield return new("payable", owner, PayableModel.Of(payouts, payable, request.MarketNow));
            }
        }

        await foreach (var payout in RowsAsync<Payout>(request, PayoutRows.Table))
        {
            yield return new("payout", null, PayoutEndpoints.Model(request, payout, null));
        }

        await foreach (var entry in RowsAsync<PostedEntry>(request, BillingRows.Entries))
        {
            yield return new("ledgerEntry", null, LedgerEntryModel.Of(entry));
        }
    }

    private static async IAsyncEnumerable<T> RowsAsync<T>(ApiRequest request, string table)
    {
        string? from = null;
        do
        {
            var page = await request.Rows.ScanAsync(table, request.Caller.Organization.Value, from, null, Batch, cancellation: request.Cancellation);
            foreach (var row in page.Rows)
            {
                yield return JsonSerializer.Deserialize<T>(row.Data.Span, MarketJson.Options)!;
            }

            from = page.NextFrom;
        }
        while (from is not null);
    }
}
