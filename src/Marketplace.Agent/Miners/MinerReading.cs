namespace Marketplace.Agent.Miners;

/// <summary>What an ASIC miner says of itself through its cgminer-style API. What its firmware leaves out is null.</summary>
internal sealed record MinerReading
{
    /// <summary>Where it was asked.</summary>
    public required string Address { get; init; }

    /// <summary>Why nothing could be read; null when it answered.</summary>
    public string? Fault { get; init; }

    /// <summary>Model, as its firmware names it.</summary>
    public string? Model { get; init; }

    /// <summary>Mining software and its version.</summary>
    public string? Firmware { get; init; }

    /// <summary>Hashrate of the last seconds, TH/s.</summary>
    public decimal? TerahashesPerSecond { get; init; }

    /// <summary>Hashrate since it was started, TH/s.</summary>
    public decimal? AverageTerahashesPerSecond { get; init; }

    /// <summary>Power drawn, W; most firmwares do not measure it.</summary>
    public decimal? PowerWatts { get; init; }

    /// <summary>Hottest reading of its boards, °C.</summary>
    public decimal? TemperatureCelsius { get; init; }

    /// <summary>Hash results that the hardware got wrong.</summary>
    public long? HardwareErrors { get; init; }

    /// <summary>Since it was started, s.</summary>
    public long? UptimeSeconds { get; init; }

    /// <summary>Shares the mining pool took.</summary>
    public long? AcceptedShares { get; init; }

    /// <summary>Shares the mining pool refused.</summary>
    public long? RejectedShares { get; init; }
}
