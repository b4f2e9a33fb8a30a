using System.Globalization;

namespace Marketplace.Agent.Miners;

/// <summary>Where an ASIC miner listens.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">TCP port.</param>
internal sealed record MinerAddress(string Host, int Port)
{
    /// <summary>The port of cgminer's API, which others took over.</summary>
    public const int UsualPort = 4028;

    /// <summary>Reads <c>host</c>, <c>host:port</c> or <c>[address]:port</c>; null where it is none.</summary>
    public static MinerAddress? Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        var hasPort = colon > 0 && (text.IndexOf(':') == colon || text[colon - 1] == ']');
        var host = (hasPort ? text[..colon] : text).Trim('[', ']');
        return Uri.CheckHostName(host) == UriHostNameType.Unknown ? null
            : !hasPort ? new MinerAddress(host, UsualPort)
            : int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65_535 ? new MinerAddress(host, port)
            : null;
    }

    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
