using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Marketplace.Testing;

namespace Marketplace.Host.Tests;

/// <summary>
/// The image that the SDK's publish makes, run by a Docker engine. Its base image is made from this machine's runtime, so that no
/// registry is asked; what differs in the official one is not tried here.
/// </summary>
public sealed partial class ContainerImageTests : IDisposable
{
    private const string Unprivileged = "1654:1654";
    private const string HealthCheck = "dotnet Marketplace.Host.dll health";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task TheImageServesSaysItsHealthStopsInGoodOrderAndKeepsItsData()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64, "The base image is made from a runtime for Linux on x64.");
        Assert.SkipUnless(await AnswersAsync(), "No Docker engine answers; 'bash tests/azurite/setup' starts one where that is allowed.");
        var image = await LoadAsync(await PublishAsync());
        var container = (await DockerAsync(
            "run", "--detach", "--publish", "127.0.0.1::8080", "--volume", "/home/app", "--env", "Marketplace__Demo=false",
            "--health-cmd", HealthCheck, "--health-interval", "1s", "--health-timeout", "10s", "--health-retries", "1", "--health-start-period", "2m", image)).Trim();
        try
        {
            var address = await HealthyAsync(container);
            Assert.Equal(Unprivileged, await InspectAsync(container, "{{.Config.User}}"));
            Assert.Contains("ready", await DockerAsync(["exec", container, .. HealthCheck.Split(' ')]), StringComparison.Ordinal);
            await DockerAsync("cp", $"{container}:/home/app/data/keys.env", folder.File("keys.env"));
            var key = HostKeys.Read(Path.GetDirectoryName(folder.File("keys.env"))!)["ADMIN_KEY"];
            var id = await RegisterAsync(address, key);
            await PageAsync(address);

            await DockerAsync("stop", "--time", "60", container);
            Assert.Equal("0", await InspectAsync(container, "{{.State.ExitCode}}"));

            await DockerAsync("start", container);
            using var client = Client(await HealthyAsync(container), key);
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri($"/v1/organizations/{id}", UriKind.Relative))).StatusCode);
        }
        finally
        {
            await DockerAsync("rm", "--force", "--volumes", container);
            await DockerAsync("image", "rm", "--force", image);
        }
    }

    /// <summary>Publishes as docs/deploy.md says, but for the base image and where to; answers the archive.</summary>
    private async Task<string> PublishAsync()
    {
        var archive = folder.File("host.tar.gz");
        await RunAsync("bash", [Path.Combine(Repository.Root, "tests/container/base"), folder.File("base")]);
        await using var registry = await LocalRegistry.StartAsync(folder.File("base"));
        var configuration = Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)))!;
        await RunAsync("dotnet",
        [
            "publish", Path.Combine(Repository.Root, "src/Marketplace.Host"), "--configuration", configuration, "--no-build", "-t:PublishContainer",
            $"-p:ContainerBaseImage={registry.Image}", $"-p:ContainerArchiveOutputPath={archive}",
            $"-p:ContainerImageTag=test-{Guid.NewGuid():N}", $"-p:PublishDir={folder.File("publish")}/",
        ], ("DOTNET_CONTAINER_INSECURE_REGISTRIES", registry.Image.Split('/')[0]));
        return archive;
    }

    private static async Task<string> LoadAsync(string archive)
    {
        var said = await DockerAsync("load", "--input", archive);
        return said.Trim().Split(": ", 2)[1];
    }

    /// <summary>Waits until the engine's health check says that it takes work, and answers where.</summary>
    private static async Task<Uri> HealthyAsync(string container)
    {
        var begun = TimeProvider.System.GetTimestamp();
        for (string? health; (health = await InspectAsync(container, "{{.State.Health.Status}}")) != "healthy";)
        {
            Assert.True(
                await InspectAsync(container, "{{.State.Running}}") == "true" && TimeProvider.System.GetElapsedTime(begun) < Patience,
                $"It is {health}: {await DockerAsync("logs", container)}");
            await Task.Delay(BetweenLooks);
        }

        return new Uri("http://" + (await DockerAsync("port", container, "8080/tcp")).Split('\n')[0].Trim());
    }

    private static async Task<string> RegisterAsync(Uri address, string key)
    {
        using var client = Client(address, key);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/organizations") { Content = JsonContent.Create(new { name = "Acme", kind = "tenant", country = "NO" }) };
        request.Headers.Add("Idempotency-Key", "acme");
        using var answer = await client.SendAsync(request);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    /// <summary>The portal's first page comes with its styles and scripts, which a publish lays beside the program.</summary>
    private static async Task PageAsync(Uri address)
    {
        using var client = new HttpClient { BaseAddress = address };
        var page = await client.GetStringAsync(new Uri("/", UriKind.Relative));
        var parts = Part().Matches(page).Select(part => part.Groups[1].Value).ToList();
        Assert.NotEmpty(parts);
        foreach (var part in parts)
        {
            Assert.Equal((part, HttpStatusCode.OK), (part, (await client.GetAsync(new Uri(new Uri(address, "/"), part))).StatusCode));
        }
    }

    [GeneratedRegex(@"(?:href|src)=""(_(?:content|framework)/[^""]+)""")]
    private static partial Regex Part();

    private static HttpClient Client(Uri address, string key) => new() { BaseAddress = address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };

    private static async Task<bool> AnswersAsync()
    {
        try
        {
            await DockerAsync("version");
            return true;
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task<string> InspectAsync(string container, string what) => (await DockerAsync("inspect", "--format", what, container)).Trim();

    private static Task<string> DockerAsync(params string[] arguments) => RunAsync("docker", arguments);

    private static async Task<string> RunAsync(string program, string[] arguments, (string Name, string Value)? with = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (with is { } setting)
        {
            start.Environment[setting.Name] = setting.Value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {process.ExitCode}\n{output}\n{await errors}");
    }
}
