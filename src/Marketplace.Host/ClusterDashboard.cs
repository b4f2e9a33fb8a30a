using Marketplace.Api.Operations;
using Orleans.Dashboard;

namespace Marketplace.Host;

/// <summary>Orleans' own page about silos and grains, for administrators alone.</summary>
internal static class ClusterDashboard
{
    public const string Path = "/orleans";

    /// <summary>Lets this silo collect what the page shows.</summary>
    public static void AddClusterDashboard(this ISiloBuilder silo) => silo.AddDashboard(Configure);

    /// <summary>Lets a process without a silo show the page.</summary>
    public static void AddClusterDashboard(this IClientBuilder client) => client.AddDashboard(Configure);

    public static void MapClusterDashboard(this WebApplication app)
    {
        if (app.Services.GetRequiredService<HostOptions>().Dashboard)
        {
            app.MapOrleansDashboard(Path).RequireAdministrator().ExcludeFromDescription();
        }
    }

    // Its stream of log lines knows no filter.
    private static void Configure(DashboardOptions dashboard) => dashboard.HideTrace = true;
}
