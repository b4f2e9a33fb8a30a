using System.Text.Json;

namespace Marketplace.Host.Tests;

/// <summary>First start, later starts, and starts that cannot be.</summary>
public sealed class OpeningTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("marketplace-host-").FullName;

    private string Data => Path.Combine(folder, "data");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task AnEmptyStoreGetsOneAdministratorKeyThatWorks()
    {
        await using var host = await HostProcess.StartReadyAsync(Data, "--Marketplace:Demo", "false");

        var key = Keys()["ADMIN_KEY"];
        await host.PrintedAsync(key);
        var me = await ReadAsync(await host.ReadyAsync(), key, "/v1/me");
        Assert.Equal("org_platform", me.GetProperty("organizationId").GetString());
    }

    [Fact]
    public async Task OutsideASandboxTheKeyIsInItsFileAndNotInTheLog()
    {
        await using var host = await HostProcess.StartReadyAsync(Data, "--Marketplace:Demo", "false", "--Marketplace:Sandbox", "false");

        Assert.Equal("org_platform", (await ReadAsync(await host.ReadyAsync(), Keys()["ADMIN_KEY"], "/v1/me")).GetProperty("organizationId").GetString());
        Assert.DoesNotContain("mk_", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALaterStartKeepsTheKeyAndPrintsNone()
    {
        await using (var first = await HostProcess.StartReadyAsync(Data, "--Marketplace:Demo", "false"))
        {
            Assert.Equal(0, await first.StopAsync());
        }

        var key = Keys()["ADMIN_KEY"];
        await using var second = await HostProcess.StartReadyAsync(Data, "--Marketplace:Demo", "false");

        Assert.DoesNotContain("mk_", second.Output, StringComparison.Ordinal);
        Assert.Equal("org_platform", (await ReadAsync(await second.ReadyAsync(), key, "/v1/me")).GetProperty("organizationId").GetString());
    }

    [Fact]
    public async Task OnlyItsOwnerReadsTheKeys()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "File modes are a Unix matter.");
        await using var host = await HostProcess.StartReadyAsync(Data, "--Marketplace:Demo", "false");

#pragma warning disable CA1416 // Skipped above where there are no file modes.
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Data, "keys.env")));
#pragma warning restore CA1416
    }

    [Fact]
    public async Task ASecondProcessIsKeptFromTheSameData()
    {
        await using var first = await HostProcess.StartReadyAsync(Data, "--Marketplace:Demo", "false");
        await using var second = HostProcess.Start(Data, "--Marketplace:Demo", "false");

        Assert.Equal(1, await second.ExitAsync());
        Assert.Contains("is in use by another process", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAddressInUseIsSaidPlainly()
    {
        await using var first = await HostProcess.StartReadyAsync(Data, "--Marketplace:Demo", "false");
        var address = (await first.ReadyAsync()).GetLeftPart(UriPartial.Authority);
        await using var second = HostProcess.Start(Path.Combine(folder, "other"), "--Marketplace:Demo", "false", "--urls", address);

        Assert.Equal(1, await second.ExitAsync());
        Assert.Contains("Marketplace cannot start", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStoreWithoutTheDemoNeverGetsIt()
    {
        await using (var first = await HostProcess.StartReadyAsync(Data, "--Marketplace:Demo", "false"))
        {
            await first.StopAsync();
        }

        await using var second = await HostProcess.StartReadyAsync(Data);

        Assert.DoesNotContain("Seeding", second.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/v1/clock/advance", 405, "POST")]
    [InlineData("HEAD", "/v1/clock", 200, "")]
    [InlineData("PUT", "/v1/clock", 405, "GET")]
    [InlineData("PUT", "/v1/nowhere", 404, "")]
    public async Task AddressesOfTheApiAnswerAsTheyAreBesideThePages(string method, string path, int status, string allow)
    {
        await using var host = await HostProcess.StartReadyAsync(Data, "--Marketplace:Demo", "false");
        using var http = new HttpClient { BaseAddress = await host.ReadyAsync() };
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((status, allow), ((int)answer.StatusCode, string.Join(", ", answer.Content.Headers.Allow)));
    }

    private Dictionary<string, string> Keys() => HostKeys.Read(Data);

    private static async Task<JsonElement> ReadAsync(Uri address, string key, string path)
    {
        using var api = new ApiClient(address, key);
        return await api.GetAsync(path);
    }
}
