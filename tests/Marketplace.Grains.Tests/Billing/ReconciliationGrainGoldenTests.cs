using System.Text.Json;
using System.Text.Json.Nodes;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Serialization;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Grains.Tests.Billing;

/// <summary>The reconciliation's journal as it lies in stores, with every kind of fact.</summary>
public sealed class ReconciliationGrainGoldenTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 2, 1, 0, 0);
    private readonly List<ReconciliationFact> facts = [];
    private Reconciliation state = new();

    [Fact]
    public void Every_kind_of_fact_is_written_as_ever_and_still_loads()
    {
        var usd = new Money(Currency.Usd, 700);
        Do(new TakePosting(OrganizationId.From("org_tenant"), "payment:pay_1", [usd], Now));
        Do(new Judge(Duration.Zero, Now));
        Do(new ExplainIncident(state.Incidents.Single().Id, "key_1", "Listed late."));
        Do(new TakeMovements(null, new GatewayPage<GatewayMovement>([new("txn_1", GatewayMovementKind.Charge, "pay_1", usd, new Money(Currency.Usd, 20), Now)], "txn_1", false), Now));
        Do(new TakeNotices(null, "evt_1", 1, 1, Finished: true, Now));
        Do(new TakeBooks([new BooksGap(IncidentKind.Documents, "receivables:org_operator", OrganizationId.From("org_tenant"), usd, usd + usd)], Now));
        var compared = (State: state, Version: facts.Count);
        Do(new TakeStuckRefund(OrganizationId.From("org_tenant"), PaymentId.From("pay_2"), usd, Now));

        Assert.Empty(typeof(ReconciliationFact).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(ReconciliationFact)) && !facts.Any(fact => fact.GetType() == type))
            .Select(type => type.Name));
        Assert.Null(Golden.Fault("reconciliation.facts.v2.json", new JournalEntry<ReconciliationFact>(1, [new JournalCommit<ReconciliationFact>(Now, [.. facts], "billing-account:org_tenant", 7)])));
        Assert.Null(Golden.Fault("reconciliation.snapshot.v1.json", new JournalSnapshot<Reconciliation>
        {
            Schema = StoredLayouts.CurrentSchema,
            State = compared.State,
            Sequence = 3,
            Version = compared.Version,
            LastAt = Now,
        }));
    }

    [Fact]
    public void What_an_earlier_build_wrote_loads_without_loss()
    {
        AssertKept<JournalEntry<ReconciliationFact>>("reconciliation.facts.v1.json");
    }

    private static void AssertKept<T>(string name) =>
        Assert.True(JsonNode.DeepEquals(Golden.Loads<JsonNode>(name), JsonSerializer.SerializeToNode(Golden.Loads<T>(name), MarketJson.Options)), $"{name} loses something when it is loaded.");

    private void Do(ReconciliationCommand command)
    {
        foreach (var fact in Reconciliation.Decide(state, command, Now).Facts)
        {
            facts.Add(fact);
            state = Reconciliation.Evolve(state, fact);
        }
    }
}
