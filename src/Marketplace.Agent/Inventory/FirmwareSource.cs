using Marketplace.Agent.Machines;

namespace Marketplace.Agent.Inventory;

/// <summary>Maker, product and serial numbers, as the firmware says them: through the kernel, and through dmidecode.</summary>
internal static class FirmwareSource
{
    private const string Folder = "/sys/class/dmi/id/";
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(20);

    private static readonly string[] Placeholders = ["", "Not Specified", "None", "To Be Filled By O.E.M.", "Default string", "System Serial Number", "0"];

    private static readonly (string Name, string File, string? Section, string? Field)[] Facts =
    [
        ("vendor", "sys_vendor", "System Information", "Manufacturer"),
        ("product", "product_name", "System Information", "Product Name"),
        ("serial", "product_serial", "System Information", "Serial Number"),
        ("systemUuid", "product_uuid", "System Information", "UUID"),
        ("board", "board_name", "Base Board Information", "Product Name"),
        ("boardSerial", "board_serial", "Base Board Information", "Serial Number"),
        ("chassisSerial", "chassis_serial", "Chassis Information", "Serial Number"),
        ("bios", "bios_version", "BIOS Information", "Version"),
    ];

    public static async Task ReadAsync(Machine machine, ClaimLedger ledger, CancellationToken cancellation)
    {
        foreach (var fact in Facts)
        {
            ledger.Add("node", fact.Name, Folder + fact.File, Known(machine.ReadLine(Folder + fact.File)));
        }

        if (machine.Find("dmidecode") is not { } dmidecode)
        {
            ledger.Miss("dmidecode", "install the package dmidecode; it needs root");
            return;
        }

        var run = await machine.RunAsync(dmidecode, ["--quiet"], Quick, cancellation: cancellation).ConfigureAwait(false);
        if (!run.Succeeded)
        {
            ledger.Miss("dmidecode", $"it did not answer: {run.Complaint}");
            return;
        }

        var sections = run.Output.ReplaceLineEndings("\n").Split("\n\n");
        foreach (var fact in Facts)
        {
            var section = sections.FirstOrDefault(text => text.TrimStart('\n').StartsWith(fact.Section!, StringComparison.Ordinal));
            ledger.Add("node", fact.Name, "dmidecode", Known(KernelSource.Field(section, fact.Field!)));
        }
    }

    private static string? Known(string? value) => value is null || Placeholders.Contains(value) ? null : value;
}
