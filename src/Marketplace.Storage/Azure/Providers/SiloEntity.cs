using System.Globalization;
using System.Net;
using Azure.Data.Tables;

namespace Orleans.Runtime.MembershipService;

/// <summary>A silo as an entity of the membership table: every value a string, times as "yyyy-MM-dd HH:mm:ss.fff GMT".</summary>
internal static class SiloEntity
{
    public const string VersionRow = "VersionRow";

    /// <summary>Stand before and after every silo's row and carry the version too, so that a read in several pages shows whether the table changed between them.</summary>
    public const string StartFence = "!Start";
    public const string EndFence = "~End";

    public static string RowKey(SiloAddress silo) => string.Create(CultureInfo.InvariantCulture, $"{silo.Endpoint.Address}-{silo.Endpoint.Port}-{silo.Generation}");

    public static bool IsSilo(string rowKey) => rowKey is not (VersionRow or StartFence or EndFence);

    public static TableEntity OfVersion(string clusterId, int version) => new(clusterId, VersionRow)
    {
        ["DeploymentId"] = clusterId,
        ["MembershipVersion"] = Text(version),
    };

    /// <summary>A fence counts as active, so that no clean-up takes it.</summary>
    public static TableEntity OfFence(string clusterId, string fence, int version) => new(clusterId, fence)
    {
        ["DeploymentId"] = clusterId,
        ["MembershipVersion"] = Text(version),
        ["Status"] = nameof(SiloStatus.Active),
    };

    public static int VersionOf(TableEntity entity) => int.Parse(entity.GetString("MembershipVersion"), CultureInfo.InvariantCulture);

    public static TableEntity OfSilo(string clusterId, MembershipEntry silo) => new(clusterId, RowKey(silo.SiloAddress))
    {
        ["DeploymentId"] = clusterId,
        ["Address"] = silo.SiloAddress.Endpoint.Address.ToString(),
        ["Port"] = Text(silo.SiloAddress.Endpoint.Port),
        ["Generation"] = Text(silo.SiloAddress.Generation),
        ["HostName"] = silo.HostName,
        ["Status"] = silo.Status.ToString(),
        ["ProxyPort"] = Text(silo.ProxyPort),
        ["RoleName"] = silo.RoleName,
        ["SiloName"] = silo.SiloName,
        ["InstanceName"] = silo.SiloName,
        ["UpdateZone"] = Text(silo.UpdateZone),
        ["FaultZone"] = Text(silo.FaultZone),
        ["StartTime"] = LogFormatter.PrintDate(silo.StartTime),
        ["IAmAliveTime"] = LogFormatter.PrintDate(silo.IAmAliveTime),
        ["SuspectingSilos"] = string.Join('|', (silo.SuspectTimes ?? []).Select(vote => vote.Item1.ToParsableString())),
        ["SuspectingTimes"] = string.Join('|', (silo.SuspectTimes ?? []).Select(vote => LogFormatter.PrintDate(vote.Item2))),
    };

    public static TableEntity OfHeartbeat(string clusterId, MembershipEntry silo) => new(clusterId, RowKey(silo.SiloAddress))
    {
        ["DeploymentId"] = clusterId,
        ["IAmAliveTime"] = LogFormatter.PrintDate(silo.IAmAliveTime),
    };

    public static MembershipEntry ToSilo(TableEntity entity)
    {
        var silo = new MembershipEntry
        {
            SiloAddress = SiloAddress.New(new IPEndPoint(IPAddress.Parse(entity.GetString("Address")), Number(entity, "Port")), Number(entity, "Generation")),
            HostName = entity.GetString("HostName"),
            Status = Enum.Parse<SiloStatus>(entity.GetString("Status")),
            ProxyPort = Number(entity, "ProxyPort"),
            RoleName = entity.GetString("RoleName"),
            SiloName = entity.GetString("SiloName") is { Length: > 0 } name ? name : entity.GetString("InstanceName"),
            UpdateZone = Number(entity, "UpdateZone"),
            FaultZone = Number(entity, "FaultZone"),
            StartTime = Time(entity, "StartTime"),
            IAmAliveTime = Time(entity, "IAmAliveTime"),
        };
        foreach (var (voter, at) in Parts(entity, "SuspectingSilos").Zip(Parts(entity, "SuspectingTimes")))
        {
            silo.AddSuspector(SiloAddress.FromParsableString(voter), LogFormatter.ParseDate(at));
        }

        return silo;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int Number(TableEntity entity, string column) =>
        int.TryParse(entity.GetString(column), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static DateTime Time(TableEntity entity, string column) => entity.GetString(column) is { Length: > 0 } text ? LogFormatter.ParseDate(text) : default;

    private static string[] Parts(TableEntity entity, string column) => entity.GetString(column) is { Length: > 0 } text ? text.Split('|') : [];
}
