using System.Collections.Concurrent;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Testing;

/// <content>Kept payment methods. The test plays the payer on the gateway's page.</content>
public sealed partial class TestGateway
{
    private readonly ConcurrentDictionary<string, GatewaySetup> _setups = new();
    private readonly ConcurrentDictionary<string, bool> _methods = new();

    /// <summary>What comes of the next attempts to pay with a kept method; succeeded unless set. Needed action means that the payer must confirm.</summary>
    public GatewayOutcome ConfirmOutcome { get; set; } = GatewayOutcome.Succeeded;

    /// <summary>Why attempts are declined; null while they are not.</summary>
    public string? ConfirmDecline { get; set; }

    /// <summary>Set-ups the gateway ever opened.</summary>
    public int Setups => _setups.Count;

    /// <summary>Attempts carried out, by the call that asked for each.</summary>
    public ConcurrentQueue<string> Attempts { get; } = new();

    /// <summary>Methods the gateway keeps.</summary>
    public IReadOnlyCollection<string> Methods => [.. _methods.Where(method => method.Value).Select(method => method.Key)];

    /// <summary>The payer gives a card on the gateway's page. The grain does not know until it is told or looks.</summary>
    public GatewayNotice GiveCard(MethodSetupId setup, OrganizationId tenant, LocalDate? validThrough = null)
    {
        var method = "gw_card_" + setup;
        _methods[method] = true;
        _setups["gw_" + setup] = new GatewaySetup(
            MethodSetupStatus.Done, null, new MethodDetails(method, MethodKind.Card, "visa", "4242", validThrough ?? new LocalDate(2090, 12, 31)));
        var id = $"evt_{setup}";
        return new GatewayNotice(
            id, "checkout.session.completed", null, new GatewayReport(id, new GatewayAnswer(GatewayOutcome.Succeeded), false), TestMarket.Begin, null, null, tenant, setup);
    }

    /// <summary>The gateway's page of a set-up expires.</summary>
    public void Expire(MethodSetupId setup) => _setups["gw_" + setup] = new GatewaySetup(MethodSetupStatus.Ended, null, null, "The page has expired.");

    /// <inheritdoc/>
    public Task<GatewayAnswer> OpenSetupAsync(MethodSetupOrder order, GatewayCall call, CancellationToken cancellation = default) => CallAsync(() =>
    {
        _setups.TryAdd("gw_" + order.Id, new GatewaySetup(MethodSetupStatus.Open, new Uri("https://gateway.example/" + order.Id)));
        return new GatewayAnswer(GatewayOutcome.Created, "gw_" + order.Id);
    });

    /// <inheritdoc/>
    public Task<GatewaySetup?> SetupAsync(MethodSetupOrder order, string setupId, CancellationToken cancellation = default) =>
        Task.FromResult(IsDown ? null : _setups.GetValueOrDefault(setupId));

    /// <inheritdoc/>
    public Task<GatewayAnswer> ConfirmAsync(PaymentOrder order, string gatewayId, MethodUse use, GatewayCall call, CancellationToken cancellation = default) => CallAsync(() =>
    {
        var held = Find(gatewayId);
        if (!_methods.GetValueOrDefault(use.GatewayId))
        {
            return new GatewayAnswer(GatewayOutcome.NotFound, null, "no such method");
        }

        if (held.Outcome is GatewayOutcome.Created or GatewayOutcome.NeedsAction && held.Attempts.Add(call.Key))
        {
            Attempts.Enqueue(call.Subject!);
            held.Outcome = ConfirmDecline is null ? ConfirmOutcome : GatewayOutcome.NeedsAction;
            held.Detail = ConfirmDecline;
            if (held.Outcome == GatewayOutcome.Succeeded)
            {
                Record(GatewayMovementKind.Charge, order.Id.Value, held.Amount);
            }
        }

        return held.Answer;
    });

    /// <inheritdoc/>
    public Task<GatewayAnswer> DetachAsync(string methodId, GatewayCall call, CancellationToken cancellation = default) => CallAsync(() =>
    {
        _methods[methodId] = false;
        return new GatewayAnswer(GatewayOutcome.Succeeded, methodId);
    });
}
