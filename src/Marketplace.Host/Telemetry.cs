using System.Reflection;
using Azure.Monitor.OpenTelemetry.Exporter;
using Marketplace.Grains.Telemetry;
using Marketplace.Storage;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Marketplace.Host;

/// <summary>What is told about this process.</summary>
internal sealed class TelemetryOptions
{
    /// <summary>The service's name in traces, figures and logs; tells a staging slot's from the market's.</summary>
    public string Service { get; set; } = "marketplace";

    /// <summary>Share of requests whose trace is kept, 0 to 1.</summary>
    public double TraceRatio { get; set; } = 1;

    /// <summary>Whether lines on the console are JSON, one object a line, rather than text for people.</summary>
    public bool JsonConsole { get; set; }
}

/// <summary>
/// Logs, and, where somebody takes them, traces and figures: to an OpenTelemetry collector at
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, to Azure Monitor at <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c>, or to both. Without
/// either nothing is measured or traced.
/// </summary>
internal static class Telemetry
{
    /// <summary>Names the collector.</summary>
    public const string Otlp = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Names the resource of Azure Monitor.</summary>
    public const string AzureMonitor = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    private static readonly string[] Orleans = ["Microsoft.Orleans.Application", "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Lifecycle"];

    /// <summary>Whether anybody takes traces and figures.</summary>
    public static bool HasTelemetry(this IConfiguration configuration) => configuration[Otlp] is { Length: > 0 } || configuration[AzureMonitor] is { Length: > 0 };

    public static void AddTelemetry(this WebApplicationBuilder builder, TelemetryOptions options)
    {
        AddConsole(builder.Logging, options);
        if (!builder.Configuration.HasTelemetry())
        {
            return;
        }

        builder.Logging.AddOpenTelemetry(logs => logs.IncludeFormattedMessage = true);
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                options.Service,
                serviceVersion: typeof(Telemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
                serviceInstanceId: $"{Environment.MachineName}-{Environment.ProcessId}"))
            .WithTracing(traces => traces
                .AddAspNetCoreInstrumentation(requests => requests.Filter = http => IsTraced(http.Request.Path))
                .AddSource([StoreTracing.SourceName, .. Orleans]))
            .WithMetrics(figures => figures.AddMeter(
                MarketMeters.Name,
                "Microsoft.Orleans",
                "Microsoft.AspNetCore.Hosting",
                "Microsoft.AspNetCore.Server.Kestrel",
                "System.Runtime"))
            .WithLogging();
        if (builder.Configuration[Otlp] is { Length: > 0 })
        {
            telemetry.UseOtlpExporter();
        }

        if (builder.Configuration[AzureMonitor] is { Length: > 0 } connection)
        {
            telemetry
                .WithTracing(traces => traces.AddAzureMonitorTraceExporter(azure => azure.ConnectionString = connection))
                .WithMetrics(figures => figures.AddAzureMonitorMetricExporter(azure => azure.ConnectionString = connection))
                .WithLogging(logs => logs.AddAzureMonitorLogExporter(azure =>
                {
                    // What failed is told even where its trace is not kept, as that of whatever runs by itself never is.
                    (azure.ConnectionString, azure.EnableTraceBasedLogsSampler) = (connection, false);
                }));
        }

        // Last, because Azure Monitor's exporter brings a sampler of its own, which keeps five traces a second of whatever there is.
        telemetry.WithTracing(traces => traces.SetSampler(new ParentBasedSampler(new RequestSampler(options.TraceRatio))));
    }

    private static void AddConsole(ILoggingBuilder logging, TelemetryOptions options)
    {
        logging.AddFilter("Orleans", LogLevel.Error);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement", LogLevel.Error); // Its keys are in the store, which docs/operate.md says how to guard.
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // Program says why a start failed.
        logging.AddFilter("Polly", LogLevel.Warning);
        if (options.JsonConsole)
        {
            logging.AddJsonConsole(console =>
            {
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            });
            return;
        }

        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ssZ ";
        });
    }

    /// <summary>Not the looks of balancers; and no calendar, whose address is its only credential and would stand in the trace.</summary>
    private static bool IsTraced(PathString path) => !path.StartsWithSegments("/health") && !path.StartsWithSegments("/v1/calendar");

    /// <summary>Keeps a share of the requests; what begins by itself, such as the look at the due index every ten seconds, is no trace.</summary>
    private sealed class RequestSampler(double ratio) : Sampler
    {
        private const string Request = "Microsoft.AspNetCore.Hosting.HttpRequestIn";
        private readonly TraceIdRatioBasedSampler share = new(ratio);

        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            samplingParameters.Name == Request ? share.ShouldSample(samplingParameters) : new SamplingResult(SamplingDecision.Drop);
    }
}
