using Marketplace.Agent.Work;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Work;

namespace Marketplace.Agent.Tests.Work;

/// <summary>
/// What a device computes is what the marketplace believes. The GPU's kernels also run, slowly, on ILGPU's simulator of a GPU,
/// so that their arithmetic is tested where there is none; that they run on a CUDA GPU only a CUDA GPU can show.
/// </summary>
public sealed class WorkProofTests
{
    private static readonly string Nonce = Convert.ToHexStringLower([.. Enumerable.Range(0, 32).Select(at => (byte)(at * 7 + 1))]);
    private static readonly WorkQuestion Question = new(new string('5', 64));

    [Fact]
    public void The_cpus_product_is_believed()
    {
        using var device = new CpuDevice();

        AssertBelieved(device, new WorkChallenge(Nonce, 512, 40));
    }

    [Fact]
    public void The_kernels_product_is_believed()
    {
        using var simulated = Simulated();

        AssertBelieved(simulated.Device, new WorkChallenge(Nonce, 256, 40));
    }

    [Fact]
    public void Both_commit_to_the_same_rows()
    {
        using var simulated = Simulated();
        using var cpu = new CpuDevice();
        var challenge = new WorkChallenge(Nonce, 256, 40);
        using var first = WorkProof.Compute(challenge, cpu, TimeProvider.System, cancellation: TestContext.Current.CancellationToken);
        using var second = WorkProof.Compute(challenge, simulated.Device, TimeProvider.System, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(first.Root, second.Root);
    }

    [Fact]
    public void Memory_answers_alike_on_every_device()
    {
        var challenge = new MemoryChallenge(Nonce, 48, 256, 300);
        using var simulated = Simulated();
        using var cpu = new CpuDevice();
        using var held = cpu.Fill(challenge, TestContext.Current.CancellationToken);
        using var onKernel = simulated.Device.Fill(challenge, TestContext.Current.CancellationToken);

        Assert.Null(MemoryCheck.Verify(challenge, Question2, Nonce, MemoryCheck.Write(held.Read(Question2))));
        Assert.Equal(held.Read(Question2), onKernel.Read(Question2));
    }

    [Fact]
    public void Work_can_be_given_up()
    {
        using var device = new CpuDevice();
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => WorkProof.Compute(new WorkChallenge(Nonce, 512, 1), device, TimeProvider.System, cancellation: cancelled.Token));
    }

    /// <summary>Skipped where there is no CUDA GPU. Its figures are printed: product and memory, on each GPU of the machine.</summary>
    [Fact]
    public void The_kernel_runs_on_every_cuda_gpu_of_this_machine()
    {
        using var context = GpuDevice.NewContext();
        var found = GpuDevice.Find(context);
        Assert.SkipWhen(found.Count == 0, "This machine has no CUDA GPU: the kernels ran on ILGPU's simulator only.");
        foreach (var gpu in found.Select((one, index) => one.Open($"{index}")))
        {
            using (gpu)
            {
                AssertBelieved(gpu, new WorkChallenge(Nonce, 1024, 299));
                var challenge = new WorkChallenge(Nonce, 16_384, 299);
                using (var proof = WorkProof.Compute(challenge, gpu, TimeProvider.System))
                {
                    Assert.Null(WorkCheck.Verify(challenge, proof.Root, Question, proof.Open(Question)));
                    TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant($"{gpu.Name}: product of {challenge.Size} in {proof.Computing.TotalSeconds:0.000} s, {proof.TeraOperationsPerSecond:0.0} TOPS"));
                }

                var memory = new MemoryChallenge(Nonce, (int)(gpu.MemoryBytes / 4 * 3 / (8 * MemoryTerms.StandardBlockWords)), MemoryTerms.StandardBlockWords, MemoryTerms.StandardReads);
                var from = TimeProvider.System.GetTimestamp();
                using var held = gpu.Fill(memory);
                var filled = TimeProvider.System.GetElapsedTime(from);
                from = TimeProvider.System.GetTimestamp();
                var words = held.Read(Question2);
                var read = TimeProvider.System.GetElapsedTime(from);
                Assert.Null(MemoryCheck.Verify(memory, Question2, Nonce, MemoryCheck.Write(words)));
                TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant($"{gpu.Name}: {memory.Bytes / 1e9:0.0} GB filled in {filled.TotalSeconds:0.000} s, {memory.Reads} reads in {read.TotalMilliseconds:0.0} ms"));
            }
        }
    }

    private static MemoryQuestion Question2 { get; } = new(new string('6', 64));

    private static void AssertBelieved(IWorkDevice device, WorkChallenge challenge)
    {
        using var proof = WorkProof.Compute(challenge, device, TimeProvider.System);

        Assert.Null(WorkCheck.Verify(challenge, proof.Root, Question, proof.Open(Question)));
    }

    /// <summary>Skipped where there is no CUDA GPU. Memory that is not free is said to be so, and nothing ends.</summary>
    [Fact]
    public void More_memory_than_a_gpu_has_is_refused()
    {
        using var context = GpuDevice.NewContext();
        var found = GpuDevice.Find(context);
        Assert.SkipWhen(found.Count == 0, "This machine has no CUDA GPU.");
        using var gpu = found[0].Open("0");

        Assert.Throws<InsufficientMemoryException>(() => gpu.Fill(new MemoryChallenge(Nonce, (int)(gpu.MemoryBytes * 2 / (8 * MemoryTerms.StandardBlockWords)), MemoryTerms.StandardBlockWords, 1), TestContext.Current.CancellationToken));
    }

    private static SimulatedGpu Simulated() => new();
}
