using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Ports;

namespace Marketplace.Grains.Billing;

/// <summary>
/// Takes the gateway's notifications, whichever way they come: through the webhook's door, or read again because they were
/// lost. Any order, any repetition: a notification is taken once by its id, and what it says once by the state of what it
/// speaks of, as two notifications may tell one fact.
/// </summary>
/// <param name="grains">Grains.</param>
/// <param name="gateway">Knows whom a notification is about where it does not say.</param>
/// <param name="rows">Where the ids of those taken are kept.</param>
public sealed class GatewayInbox(IGrainFactory grains, IPaymentGateway gateway, IRowStore rows)
{
    private const string SeenTable = "payment-notifications";

    /// <summary>Takes a notification. When this returns, what it says is durable, or is no concern of ours.</summary>
    /// <returns>Whether it was new and about something of ours.</returns>
    public async Task<bool> TakeAsync(GatewayNotice notification, CancellationToken cancellation = default)
    {
        if (notification.Report is not { } report)
        {
            return false;
        }

        var seen = PublicId.Digest(notification.Id);
        if (await rows.GetAsync(SeenTable, seen[..2], seen, cancellation) is not null)
        {
            return false;
        }

        notification = await gateway.CompleteAsync(notification, cancellation)
            ?? throw new TimeoutException($"{notification.Id}: the gateway does not say whom it is about; the notification must come again.");

        // First the fact, then the mark: a crash between them costs a repetition, which changes nothing.
        if (!await TellAsync(notification, report))
        {
            return false;
        }

        await rows.TryInsertAsync(SeenTable, seen[..2], [new Row(seen, 1, default)], cancellation);
        return true;
    }

    private async Task<bool> TellAsync(GatewayNotice notification, GatewayReport report) => notification switch
    {
        { Payment: { } payment } => await grains.GetGrain<IPaymentGrain>(payment.Value).ReportAsync(report),
        { Tenant: { } tenant, Setup: { } setup } => await LookAsync(notification, tenant, setup),
        { Operator: { } operatorId } => (await grains.GetGrain<IPayoutAccountGrain>(operatorId.Value).RefreshAsync()).IsGranted,
        _ => false,
    };

    // What it says is not taken from it: the gateway is asked, so that a look-up and a notification bring the same.
    private async Task<bool> LookAsync(GatewayNotice notification, OrganizationId tenant, MethodSetupId setup)
    {
        var answer = await grains.GetGrain<IPaymentMethodsGrain>(tenant.Value).LookAsync(setup);
        return answer.IsGranted || (answer.Refusal.Class == RefusalClass.Retryable
            ? throw new TimeoutException($"{notification.Id}: {answer.Refusal.Detail}; the notification must come again.")
            : false);
    }
}
