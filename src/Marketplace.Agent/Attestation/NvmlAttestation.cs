using System.Runtime.InteropServices;
using System.Text;

namespace Marketplace.Agent.Attestation;

/// <summary>
/// NVIDIA's management library, which comes with the driver. It gives evidence on GPUs since Hopper while confidential computing
/// is switched on, and says so where it is not.
/// </summary>
/// <param name="library">The library's file name, or path.</param>
internal sealed class NvmlAttestation(string library = NvmlAttestation.Library) : IAttestationSource
{
    private const string Library = "libnvidia-ml.so.1";
    private const int Success = 0;
    private const int NotSupported = 3;
    private const int NonceLength = 32;
    private const int LongestReport = 0x2000;
    private const int LongestSecondReport = 0x1000;
    private const int LongestChain = 0x1000;
    private const int LongestAttestationChain = 0x1400;

    // Offsets in nvml.h's nvmlConfComputeGpuAttestationReport_t: three sizes, the nonce, then both reports.
    private const int SizeOffset = sizeof(uint);
    private const int NonceOffset = 3 * sizeof(uint);
    private const int ReportOffset = NonceOffset + NonceLength;
    private const int ReportStruct = ReportOffset + LongestReport + LongestSecondReport;

    // And in nvmlConfComputeGpuCertificate_t: two sizes, then both chains.
    private const int ChainSizeOffset = sizeof(uint);
    private const int ChainOffset = 2 * sizeof(uint) + LongestChain;
    private const int ChainStruct = ChainOffset + LongestAttestationChain;

    private delegate int Plain();

    private delegate int ByUuid([MarshalAs(UnmanagedType.LPUTF8Str)] string uuid, out nint device);

    private delegate int Fills(nint device, byte[] structure);

    private delegate nint Worded(int code);

    /// <inheritdoc/>
    public string Name => "NVML";

    /// <inheritdoc/>
    public Task<Evidence> CollectAsync(AttestedDevice device, byte[] nonce, CancellationToken cancellation) => Task.FromResult(Collect(device, nonce));

    private Evidence Collect(AttestedDevice device, byte[] nonce)
    {
        if (device.Uuid is not { } uuid)
        {
            return Evidence.None("no tool tells the GPU's UUID");
        }

        if (!NativeLibrary.TryLoad(library, out var handle))
        {
            return Evidence.None($"{library} is not there; it comes with NVIDIA's driver");
        }

        try
        {
            return Collect(handle, uuid, nonce);
        }
        catch (EntryPointNotFoundException missing)
        {
            return Evidence.None($"{library} is too old for attestation: {missing.Message}");
        }
        finally
        {
            NativeLibrary.Free(handle);
        }
    }

    private static Evidence Collect(nint handle, string uuid, byte[] nonce)
    {
        if (Of<Plain>(handle, "nvmlInit_v2")() is not Success and var notReady)
        {
            return Failed(handle, "nvmlInit_v2", notReady);
        }

        try
        {
            if (Of<ByUuid>(handle, "nvmlDeviceGetHandleByUUID")(uuid, out var gpu) is not Success and var unknown)
            {
                return Failed(handle, "nvmlDeviceGetHandleByUUID", unknown);
            }

            var report = new byte[ReportStruct];
            nonce.CopyTo(report, NonceOffset);
            if (Of<Fills>(handle, "nvmlDeviceGetConfComputeGpuAttestationReport")(gpu, report) is not Success and var refused)
            {
                return refused == NotSupported ? Evidence.None("confidential computing is not supported by this GPU, or switched off") : Failed(handle, "nvmlDeviceGetConfComputeGpuAttestationReport", refused);
            }

            var chain = new byte[ChainStruct];
            if (Of<Fills>(handle, "nvmlDeviceGetConfComputeGpuCertificate")(gpu, chain) is not Success and var bare)
            {
                return Failed(handle, "nvmlDeviceGetConfComputeGpuCertificate", bare);
            }

            var (length, chainLength) = (BitConverter.ToUInt32(report, SizeOffset), BitConverter.ToUInt32(chain, ChainSizeOffset));
            return length > LongestReport || chainLength > LongestAttestationChain
                ? Evidence.None("NVML names more bytes than it has room for")
                : new Evidence(report[ReportOffset..(ReportOffset + (int)length)], Encoding.ASCII.GetString(chain, ChainOffset, (int)chainLength).TrimEnd('\0'), null);
        }
        finally
        {
            Of<Plain>(handle, "nvmlShutdown")();
        }
    }

    private static T Of<T>(nint handle, string function)
        where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(handle, function));

    private static Evidence Failed(nint handle, string function, int code) =>
        Evidence.None($"{function} says {Marshal.PtrToStringUTF8(Of<Worded>(handle, "nvmlErrorString")(code))} ({code})");
}
