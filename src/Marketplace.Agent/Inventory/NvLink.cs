using System.Globalization;
using System.Text.RegularExpressions;

namespace Marketplace.Agent.Inventory;

/// <summary><c>nvidia-smi nvlink --status</c>: the links of every GPU that carry traffic, and their rate.</summary>
internal static partial class NvLink
{
    public static void Read(string output, ClaimLedger ledger)
    {
        string? subject = null;
        var active = 0;
        var rate = 0m;
        foreach (var line in output.Split('\n'))
        {
            if (Gpu().Match(line) is { Success: true } gpu)
            {
                Close();
                (subject, active, rate) = (Subject(ledger, gpu.Groups[1].Value, gpu.Groups[2].Value), 0, 0m);
            }
            else if (Link().Match(line) is { Success: true } link)
            {
                active++;
                rate += decimal.Parse(link.Groups[1].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
            }
        }

        Close();

        void Close()
        {
            if (subject is not null)
            {
                ledger.Add(subject, "nvlinks", "nvidia-smi nvlink", active.ToString(CultureInfo.InvariantCulture));
                ledger.Add(subject, "nvlinkGigabytesPerSecond", "nvidia-smi nvlink", rate.ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    // The number counts as the driver does; a UUID that belongs to another GPU of the inventory is a claim of its own.
    private static string Subject(ClaimLedger ledger, string number, string uuid)
    {
        var subject = int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < ledger.GpuOrder.Count
            ? ClaimLedger.Gpu(ledger.GpuOrder[index])
            : $"gpu {number}";
        ledger.Add(subject, "uuid", "nvidia-smi nvlink", uuid);
        return subject;
    }

    [GeneratedRegex(@"^GPU (\d{1,4}): .+ \(UUID: (GPU-[0-9a-f-]{36})\)")]
    private static partial Regex Gpu();

    [GeneratedRegex(@"^\s+Link \d+: (\d{1,6}(?:\.\d{1,6})?) GB/s")]
    private static partial Regex Link();
}
