namespace Marketplace.Host;

/// <summary>What can be set from outside, under <c>Marketplace</c>: <c>--Marketplace:Demo false</c>, or <c>Marketplace__Demo=false</c> in the environment.</summary>
internal sealed class HostOptions
{
    public const string Section = "Marketplace";

    /// <summary>Where everything durable lives. Relative to the working directory.</summary>
    public string DataFolder { get; set; } = "data";

    /// <summary>Whether payments are played by a sandbox and the market clock can be advanced.</summary>
    public bool Sandbox { get; set; } = true;

    /// <summary>Whether an empty store is filled with the demo market. Needs <see cref="Sandbox"/>.</summary>
    public bool Demo { get; set; } = true;

    /// <summary>The file that holds the demo's keys beside the data, as shell assignments.</summary>
    public string KeysFile => Path.Combine(DataFolder, "keys.env");

    public string DatabaseFile => Path.Combine(DataFolder, "marketplace.db");
}
