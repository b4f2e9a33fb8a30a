using System.Text.Json;
using Marketplace.Testing;

namespace Marketplace.Host.Tests;

/// <summary>Lines for machines: each one an object, with what it names as fields of their own.</summary>
public sealed class JsonConsoleTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task ALogLineIsOneObjectWithItsValuesAsFields()
    {
        // The web host warns of a port that is overridden.
        await using var portal = HostProcess.Start(
            folder.Path, "--role", "portal", "--Portal:ApiBaseUrl", "http://127.0.0.1:9/", "--Marketplace:Telemetry:JsonConsole", "true", "--http_ports", "5999");
        await portal.PrintedAsync("Overriding HTTP_PORTS");

        var line = JsonDocument.Parse(portal.Output.Split('\n').Single(said => said.Contains("Overriding HTTP_PORTS", StringComparison.Ordinal))).RootElement;

        Assert.Equal("Warning", line.GetProperty("LogLevel").GetString());
        Assert.Contains(line.GetProperty("State").EnumerateObject(), field => field.Value.ToString() == "5999");
        Assert.True(line.GetProperty("Timestamp").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddHours(-1));
    }
}
