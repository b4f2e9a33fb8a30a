using System.Collections.Concurrent;
using System.Diagnostics;
using Marketplace.Testing;
using Marketplace.Testing.Faults;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Marketplace.Host.Tests;

/// <summary>
/// The real composition of the host in this process, told to send what it measures to a collector that stands here, and with all
/// of it kept for reading.
/// </summary>
internal sealed class MeasuredHost : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<Activity> spans = [];
    private readonly List<Metric> figures = [];
    private readonly List<LogRecord> logs = [];
    private readonly Lines lines = new();
    private Collector? collector;
    private WebApplication? app;

    private MeasuredHost()
    {
    }

    /// <summary>Faults of its store.</summary>
    public FaultPlan Faults { get; } = new();

    public Uri Address { get; private set; } = null!;

    public string AdministratorKey { get; private set; } = "";

    /// <summary>Every span, once it has stopped.</summary>
    public IReadOnlyList<Activity> Spans => spans;

    /// <summary>Every figure, once it has stopped.</summary>
    public IReadOnlyList<Metric> Figures => figures;

    /// <summary>Everything logged, as a console would show it and as it is exported, once it has stopped. Its own categories at every level.</summary>
    public IReadOnlyList<string> Logged =>
        [.. lines.Said, .. logs.Select(line => $"{line.FormattedMessage} {string.Join(' ', line.Attributes ?? [])} {line.Exception}")];

    /// <summary>Requests the collector got, by path.</summary>
    public IReadOnlyDictionary<string, int> Collected => collector!.Requests;

    /// <summary>What Azure Monitor was told, once it has stopped.</summary>
    public IReadOnlyList<Collector.Told> Tracked => collector!.Tracked;

    public static Task<MeasuredHost> StartAsync(params string[] arguments) =>
        StartAsync(collector => ["--OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address, "--OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", .. arguments]);

    /// <summary>Starts it with the collector taken for Azure Monitor.</summary>
    public static Task<MeasuredHost> StartForAzureMonitorAsync(params string[] arguments) =>
        StartAsync(collector => ["--APPLICATIONINSIGHTS_CONNECTION_STRING", collector.ConnectionString, .. arguments]);

    private static async Task<MeasuredHost> StartAsync(Func<Collector, string[]> arguments)
    {
        var host = new MeasuredHost();
        try
        {
            await host.OpenAsync(arguments);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops it in good order, so that all it measured is there to read.</summary>
    public async Task StopAsync()
    {
        app!.Services.GetRequiredService<MeterProvider>().ForceFlush();
        app.Services.GetRequiredService<TracerProvider>().ForceFlush();
        app.Services.GetRequiredService<LoggerProvider>().ForceFlush();
        await app.DisposeAsync();
        app = null;
    }

    public async ValueTask DisposeAsync()
    {
        Faults.Reset();
        if (app is not null)
        {
            await app.DisposeAsync();
        }

        if (collector is not null)
        {
            await collector.DisposeAsync();
        }

        folder.Dispose();
    }

    private async Task OpenAsync(Func<Collector, string[]> arguments)
    {
        collector = await Collector.StartAsync();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            // The pages' files are listed under the host's name.
            ApplicationName = typeof(MarketplaceHost).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            Args =
            [
                "--urls", "http://127.0.0.1:0",
                "--Marketplace:DataFolder", folder.Path,
                "--Marketplace:Demo", "false",
                .. arguments(collector),
            ],
        });
        builder.AddMarketplace();
        builder.UseOrleans(silo => silo.AddFaults(Faults));
        builder.Logging.AddProvider(lines);
        builder.Logging.AddFilter<Lines>("Marketplace", LogLevel.Trace);
        builder.Services.AddOpenTelemetry()
            .WithTracing(traces => traces.AddInMemoryExporter(spans))
            .WithMetrics(metrics => metrics.AddInMemoryExporter(figures))
            .WithLogging(records => records.AddInMemoryExporter(logs));
        app = builder.Build();
        app.UseMarketplace();
        await app.StartAsync();
        Address = new Uri(app.Urls.First());
        while (app.Services.GetRequiredService<Readiness>().Pending is not null)
        {
            await Task.Yield();
        }

        AdministratorKey = HostKeys.Read(folder.Path)["ADMIN_KEY"];
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> said = new();

        public IEnumerable<string> Said => said;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            said.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
