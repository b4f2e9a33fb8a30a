using System.Collections.Immutable;

namespace Marketplace.Agent.Inventory;

/// <summary>Gathers what the sources say. Every claim is kept, also the one that contradicts.</summary>
internal sealed class ClaimLedger
{
    private readonly SortedDictionary<(string Subject, string Name), List<Claim>> _claims = [];
    private readonly List<RawOutput> _raw = [];
    private readonly List<MissingSource> _missing = [];

    /// <summary>By subject and name.</summary>
    public ImmutableArray<Property> Properties => [.. _claims.Select(pair => new Property(pair.Key.Subject, pair.Key.Name, [.. pair.Value]))];

    /// <summary>Raw outputs that were kept.</summary>
    public ImmutableArray<RawOutput> Raw => [.. _raw];

    /// <summary>Sources that were not there.</summary>
    public ImmutableArray<MissingSource> Missing => [.. _missing];

    /// <summary>PCI addresses of GPUs in the order in which the driver counts them.</summary>
    public List<string> GpuOrder { get; } = [];

    /// <summary>The subject of a GPU. Tools write the domain of an address with 4 or 8 digits, or leave it out.</summary>
    public static string Gpu(string pciAddress) => "gpu " + Address(pciAddress);

    /// <summary>A PCI address with a domain of 4 digits, in lower case.</summary>
    public static string Address(string pciAddress)
    {
        var parts = pciAddress.Trim().ToLowerInvariant().Split(':');
        return parts.Length switch
        {
            2 => $"0000:{parts[0]}:{parts[1]}",
            3 => $"{(parts[0].Length > 4 ? parts[0].TrimStart('0').PadLeft(4, '0') : parts[0])}:{parts[1]}:{parts[2]}",
            _ => pciAddress.Trim().ToLowerInvariant(),
        };
    }

    /// <summary>Keeps what a source says; nothing where it says nothing.</summary>
    public void Add(string subject, string name, string source, string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return;
        }

        if (!_claims.TryGetValue((subject, name), out var claims))
        {
            _claims[(subject, name)] = claims = [];
        }

        claims.Add(new Claim(source, value.Trim()));
    }

    /// <summary>Keeps a raw output's digest.</summary>
    public void Keep(RawOutput raw) => _raw.Add(raw);

    /// <summary>Notes that a source is not there.</summary>
    public void Miss(string source, string howToGet) => _missing.Add(new MissingSource(source, howToGet));
}
