using Marketplace.Domain.Billing;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using NodaTime;

namespace Marketplace.Grains.Billing;

/// <summary>Keeps the gateway's copy of an invoice in step, one call after the other. Payers see it; nothing here depends on it.</summary>
[GrainType("invoice-copy")]
internal sealed class InvoiceCopyGrain(GrainServices services, IPaymentGateway gateway)
    : RecordGrain<InvoiceCopy, CopyFact>(services, "invoice-copy"), IInvoiceCopyGrain
{
    /// <inheritdoc/>
    public Task<Snapshot<InvoiceCopy>?> GetAsync() => ReadAsync();

    /// <inheritdoc/>
    protected override InvoiceCopy Evolve(InvoiceCopy? state, CopyFact fact) => InvoiceCopy.Evolve(state, fact);

    /// <inheritdoc/>
    protected override Instant? DueAt(InvoiceCopy state) => state.NextCall() is null ? null : state.RetryAt ?? state.ChangedAt;

    /// <inheritdoc/>
    protected override async Task OnNoticeAsync(Notice notice, AggregateAddress sender)
    {
        if (State is null && notice is ChangeCopy)
        {
            // Issued before copies were kept.
            return;
        }

        await DecideAsync(notice switch
        {
            CopyInvoice copy => new WriteCopy(copy.Invoice),
            ChangeCopy change => new AddStep(change.Step),
            _ => throw new InvalidOperationException($"A copy takes no {notice.GetType().Name}."),
        });
        this.AsReference<IAggregateGrain>().VisitAsync(null).Ignore();
    }

    /// <inheritdoc/>
    protected override async Task OnDueAsync(Instant now)
    {
        while (State is { } copy && copy.NextCall() is not null && (copy.RetryAt is not { } retry || retry <= Now))
        {
            await DecideAsync(new WriteCopyCall(Services.RealNow));
            await DecideAsync(new TakeCopyAnswer(await MakeAsync(State!, State!.Call!)));
        }
    }

    /// <inheritdoc/>
    protected override void React(InvoiceCopy? before, InvoiceCopy after, CopyFact fact, Effects effects)
    {
        // Nobody waits for a copy: who looks finds it.
    }

    private Task<Answer<Snapshot<InvoiceCopy>>> DecideAsync(CopyCommand command) => CommitAsync(null, (state, now) => InvoiceCopy.Decide(state, command, now));

    private async Task<GatewayAnswer> MakeAsync(InvoiceCopy copy, GatewayCall call)
    {
        var step = copy.Steps[0];
        switch (step.Purpose)
        {
            case GatewayPurpose.Invoice:
                return await gateway.WriteInvoiceAsync(copy.Invoice, call);
            case GatewayPurpose.Attachment:
                var payment = (await Services.Grains.GetGrain<IPaymentGrain>(step.Payment!.Value.Value).GetAsync())?.State.GatewayId;
                return payment is null
                    ? new GatewayAnswer(GatewayOutcome.Declined, null, $"{step.Payment} is not known to the gateway.")
                    : await gateway.AttachPaymentAsync(copy.GatewayId!, payment, call);
            case GatewayPurpose.CreditNote:
                return await gateway.WriteCreditAsync(copy.GatewayId!, step.Credit!, call);
            case GatewayPurpose.CreditDebit:
                return await gateway.DebitCreditAsync(copy.Invoice, step.Credit!.Amount, call);
            default:
                return await gateway.CloseInvoiceAsync(copy.GatewayId!, call);
        }
    }
}
