using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Verification;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Grains.Tests.Verification;

/// <summary>Enrols made-up nodes and lets them answer challenges, as the API would.</summary>
internal static class TestedNodes
{
    private static readonly string Nonce = new('a', 64);

    public static async Task<FakeNode> EnrolAsync(TestMarket market, NodeId id, OrganizationId owner, PoolId pool, FakeHardware? hardware = null)
    {
        var node = new FakeNode(id) { Hardware = hardware ?? new FakeHardware() };
        var token = EnrolmentTokenText.Of(id, new byte[32]).Reveal();
        var grain = market.Grains.GetGrain<INodeGrain>(id.Value);
        Assert.Null((await grain.IssueTokenAsync(new Operation("token-" + id, ""), new IssueEnrolmentToken(owner, id, pool, EnrolmentTokenText.Hash(token)))).Refusal);
        Assert.Null((await grain.EnrolAsync(new EnrolNode(node.Enrolment(token), new NodeEnrolment(token, node.PublicKey, "test")))).Refusal);
        return node;
    }

    /// <summary>Asks for the challenge that waits, and answers it whole.</summary>
    public static async Task<BenchmarkRun> AnswerAsync(TestMarket market, FakeNode node)
    {
        var waiting = (await market.Grains.GetGrain<INodeGrain>(node.Id.Value).GetAsync())!.State.Challenge;
        var run = market.Grains.GetGrain<IBenchmarkRunGrain>(waiting!.Value.Value);
        var now = SystemClock.Instance.GetCurrentInstant();
        var challenge = Granted(await run.AskAsync(new AskChallenge(node.Id, Nonce, now, 256, MemoryMebibytes: 0))).Challenge!;
        var products = node.Compute(challenge);
        var commitments = new WorkCommitments(waiting.Value, node.Id, challenge.Nonce, ++node.Sequence, [.. products.Select(pair => new DeviceCommitment(pair.Key, pair.Value.Commitment.Root))]);
        Granted(await run.CommitWorkAsync(new CommitWork(commitments, new string('b', 64), now)));
        var outputs = node.Outputs(products, new string('b', 64));
        var report = node.Report(waiting.Value, challenge.Nonce, now, outputs.Select(output => output.Output));
        var digest = await EvidenceStore.PutAsync(market.Rows, node.Sign(PayloadTypes.BenchmarkReport, report).Bytes()!);
        var state = Granted(await run.ReportAsync(new TakeReport(report, digest, now)));
        foreach (var (output, bytes) in outputs)
        {
            await EvidenceStore.PutAsync(market.Rows, bytes);
            state = Granted(await run.OutputArrivedAsync(new TakeOutput(output.Sha256, output.Bytes, now)));
        }

        await market.Time.SettleAsync();
        return state;
    }

    public static T Granted<T>(Answer<Snapshot<T>> answer)
    {
        Assert.Null(answer.Refusal);
        return answer.Value!.State;
    }
}
