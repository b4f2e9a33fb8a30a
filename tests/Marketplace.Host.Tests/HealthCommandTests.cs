using System.Diagnostics;
using Marketplace.Testing;
using Microsoft.Extensions.Configuration;

namespace Marketplace.Host.Tests;

/// <summary>Whoever watches a container asks the host by the host's own program.</summary>
public sealed class HealthCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("urls", "http://0.0.0.0:5080", "http://localhost:5080/")]
    [InlineData("urls", "http://+:80;https://+:443", "http://localhost/")]
    [InlineData("urls", "http://127.0.0.1:1234", "http://127.0.0.1:1234/")]
    [InlineData("http_ports", "8080", "http://localhost:8080/")]
    [InlineData("nothing", "", "http://localhost:5080/")]
    public void ItAsksWhereTheHostListens(string setting, string value, string expected) =>
        Assert.Equal(expected, HealthCommand.AddressOf(new ConfigurationBuilder().AddInMemoryCollection([new(setting, value)]).Build()).ToString());

    [Fact]
    public async Task ItSaysWhetherTheHostTakesWork()
    {
        Uri address;
        await using (var host = await HostProcess.StartReadyAsync(folder.File("data"), "--Marketplace:Demo", "false"))
        {
            address = await host.ReadyAsync();
            Assert.Equal(0, await RunAsync(address));
        }

        Assert.Equal(1, await RunAsync(address));
    }

    private static async Task<int> RunAsync(Uri address)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Marketplace.Host.dll"), "health", "--urls", address.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
