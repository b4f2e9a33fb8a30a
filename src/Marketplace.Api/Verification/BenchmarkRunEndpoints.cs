using System.Security.Cryptography;
using Marketplace.Api.Http;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Market;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Verification;

namespace Marketplace.Api.Verification;

/// <summary>Challenges: opened by operators and by the marketplace, seen by everybody, decided by rules.</summary>
internal static class BenchmarkRunEndpoints
{
    public static IEndpointRouteBuilder MapBenchmarkRuns(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Benchmark runs");
        room.Post("/v1/gpu-pools/{poolId}/benchmark-runs", new(
            "openBenchmarkRun",
            "Open a challenge for a pool",
            "Draws a random sample of the pool's nodes, large enough to find a bad one with 95 % confidence when 10 % are bad; nodes that failed or did not answer before are always in it. Their agents answer by themselves. While one is open it is answered again. Opened by the marketplace it is a surprise re-test.",
            Permission.Change("pools"))
        {
            Gives = BenchmarkRunModel.Example,
            Status = 201,
            Refuses = [PoolRefusal.NotFound, BenchmarkRunRefusal.Invalid],
        }, async request =>
        {
            var pool = request.Id<PoolId>("poolId");
            request.Visible(await request.Grain<IGpuPoolGrain>(pool.Value).GetAsync(), found => found.OperatorId == request.Caller.Organization);
            var purpose = request.Caller.IsPlatform ? BenchmarkPurpose.Retest : BenchmarkPurpose.Listing;
            await request.BindKeyAsync();
            var id = await OpenAsync(request, pool, new(request.Caller.IsPlatform ? null : request.Caller.Organization, purpose, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))));
            return request.Ok((await request.Grain<IBenchmarkRunGrain>(id.Value).GetAsync())!, BenchmarkRunModel.Of);
        });

        room.Get("/v1/gpu-pools/{poolId}/benchmark-runs", new("listBenchmarkRuns", "List a pool's challenges", "Every challenge of a pool, newest first, without the nodes' answers. Open to everyone, failed ones too.", Permission.Public)
        {
            Gives = Page.Of(BenchmarkRunModel.Example with { Answers = [] }),
            Pages = true,
        }, async request =>
        {
            var pool = request.Id<PoolId>("poolId");
            request.Visible(await request.Grain<IGpuPoolGrain>(pool.Value).GetAsync(), found => found.Status is ListingStatus.Published or ListingStatus.Paused || found.OperatorId == request.OptionalCaller?.Organization);
            return await request.PageAsync<BenchmarkRun, BenchmarkRunModel>(BenchmarkRunRows.Table, pool.Value, BenchmarkRunModel.Of, run => run.Purpose != BenchmarkPurpose.Acceptance);
        });

        room.Get("/v1/benchmark-runs", new("listOwnBenchmarkRuns", "List own challenges", "Challenges of the caller's nodes, and acceptance challenges of its leases, newest first, without the nodes' answers; for the marketplace, all.", Permission.Read("pools"))
        {
            Query = BenchmarkRunFilter.Example,
            Gives = Page.Of(BenchmarkRunModel.Example with { Answers = [] }),
            Pages = true,
        }, request => request.PageAsync<BenchmarkRun, BenchmarkRunModel>(BenchmarkRunRows.Table, request.Caller.Organization.Value, BenchmarkRunModel.Of, request.ReadQuery<BenchmarkRunFilter>().Takes));

        room.Get("/v1/benchmark-runs/{benchmarkRunId}", new("getBenchmarkRun", "Read a challenge", "With every node's answer, verdict and the digests of its evidence. Acceptance challenges are seen by the lease's parties alone, all others by everyone.", Permission.Public)
        {
            Gives = BenchmarkRunModel.Example,
        }, async request => request.Ok(await FindAsync(request), BenchmarkRunModel.Of));

        room.Put("/v1/benchmark-runs/{benchmarkRunId}/outputs/{digest}", new("uploadOutput", "Upload an output", "The bytes of an output that a signed report of this challenge names. Their SHA-256 is the address, so nobody needs a key to bring them. The last one has the node judged.", Permission.Public)
        {
            Takes = Array.Empty<byte>(),
            Gives = BenchmarkRunModel.Example,
            BodyLimit = (int)BenchmarkRunDecisions.LongestOutput,
            SignedByNode = true,
            Refuses = [BenchmarkRunRefusal.NotFound, BenchmarkRunRefusal.OutputUnknown, BenchmarkRunRefusal.OutputDiffers, BenchmarkRunRefusal.Over, BenchmarkRunRefusal.Late],
        }, UploadAsync);

        room.Get("/v1/benchmark-runs/{benchmarkRunId}/outputs/{digest}", new("getOutput", "Read evidence", "The raw bytes of an output or of a signed report's payload, as they came; from the verdict on the node on.", Permission.Public)
        {
            Gives = Array.Empty<byte>(),
            Produces = "application/octet-stream",
        }, async request =>
        {
            var run = (await FindAsync(request)).State;
            var digest = request.Text("digest");

            // Before the verdict nobody else reads it: an output counts for the challenge in which it came first.
            return run.Answers.Any(answer => answer.Verdict is not null && (answer.Report == digest || answer.Outputs.Any(output => output.Sha256 == digest))) && await EvidenceStore.FindAsync(request.Rows, digest) is { } bytes
                ? Results.Bytes([.. bytes], "application/octet-stream")
                : throw Problem.NotFound("No evidence of this digest has come.");
        });

        room.Post("/v1/benchmark-runs/{benchmarkRunId}/review-decisions", new("decideReview", "Decide what is in review", "For the marketplace: says whether a node's unusual answer counts.", Permission.Change("admin"))
        {
            Takes = ReviewDecision.Example,
            Gives = BenchmarkRunModel.Example,
            Refuses = [BenchmarkRunRefusal.NotFound, BenchmarkRunRefusal.NothingInReview, BenchmarkRunRefusal.ReasonMissing],
        }, async request =>
        {
            var body = await request.ReadAsync<ReviewDecision>();
            var id = request.Id<BenchmarkRunId>("benchmarkRunId");
            return request.Answer(await request.Grain<IBenchmarkRunGrain>(id.Value).DecideReviewAsync(request.Operation, new DecideReview(body.NodeId, body.Passed, body.Reason)), BenchmarkRunModel.Of);
        });
        return routes;
    }

    /// <summary>Opens a challenge for a pool, or finds the one that is open; the pool remembers it before it exists.</summary>
    internal static async Task<BenchmarkRunId> OpenAsync(ApiRequest request, PoolId pool, OpenPoolBenchmark command)
    {
        var opened = request.Granted(await request.Grain<IGpuPoolGrain>(pool.Value).OpenBenchmarkAsync(command));
        request.Granted(await request.Grain<IBenchmarkRunGrain>(opened.Id.Value).OpenAsync(opened));
        return opened.Id;
    }

    private static async Task<IResult> UploadAsync(ApiRequest request)
    {
        var id = request.Id<BenchmarkRunId>("benchmarkRunId");
        var grain = request.Grain<IBenchmarkRunGrain>(id.Value);
        var digest = request.Text("digest");
        var run = await grain.GetAsync() ?? throw Refused(Refusal.Of(BenchmarkRunRefusal.NotFound, "There is no such challenge."));
        if (run.State.Answers.SelectMany(answer => answer.Outputs).FirstOrDefault(output => output.Sha256 == digest) is not { } named)
        {
            throw Refused(Refusal.Of(BenchmarkRunRefusal.OutputUnknown, $"{digest} is named by no report."));
        }

        // What is there already is neither read nor kept again. Anybody can ask for that, so it takes from the address's allowance.
        if (BenchmarkRunDecisions.Decide(run.State, new TakeOutput(digest, named.Bytes, request.RealNow)) is { Refusal: null, Facts.IsEmpty: true })
        {
            Gate.Limit(request.Http, request.Service<RateLimits>().Take(ClientAddress.Of(request.Http), isKey: false));
            return request.Ok(run, BenchmarkRunModel.Of);
        }

        var bytes = await request.BytesAsync();
        if (EvidenceStore.DigestOf(bytes) != digest)
        {
            throw Refused(Refusal.Of(BenchmarkRunRefusal.OutputDiffers, $"The {bytes.Length} bytes that came have the SHA-256 {EvidenceStore.DigestOf(bytes)}."));
        }

        // Nobody fills the store with what no report names.
        var command = new TakeOutput(digest, bytes.Length, request.RealNow);
        if (BenchmarkRunDecisions.Decide(run.State, command).Refusal is { } refusal)
        {
            throw Refused(refusal);
        }

        await EvidenceStore.PutAsync(request.Rows, bytes);
        return request.Answer(await grain.OutputArrivedAsync(command), BenchmarkRunModel.Of);
    }

    private static ProblemException Refused(Refusal refusal) => new(Problem.Of(refusal));

    private static async Task<Snapshot<BenchmarkRun>> FindAsync(ApiRequest request)
    {
        var id = request.Id<BenchmarkRunId>("benchmarkRunId");
        return request.Visible(
            await request.Grain<IBenchmarkRunGrain>(id.Value).GetAsync(),
            run => run.Purpose != BenchmarkPurpose.Acceptance || run.OperatorId == request.OptionalCaller?.Organization || run.TenantId == request.OptionalCaller?.Organization);
    }
}
