using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Marketplace.Host.Tests;

/// <summary>A registry on loopback that holds one image, for a publish that must find its base image somewhere.</summary>
internal sealed class LocalRegistry : IAsyncDisposable
{
    private const string Manifest = "application/vnd.docker.distribution.manifest.v2+json";
    private readonly WebApplication app;

    private LocalRegistry(WebApplication app) => this.app = app;

    /// <summary>What the image is called here.</summary>
    public string Image => $"{new Uri(app.Urls.First()).Authority}/runtime:10.0";

    /// <param name="folder">Where <c>tests/container/base</c> laid the image.</param>
    public static async Task<LocalRegistry> StartAsync(string folder)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        string[] methods = ["GET", "HEAD"];
        app.MapMethods("/v2/", methods, () => Results.Ok());
        app.MapMethods("/v2/runtime/manifests/{reference}", methods, () => Results.File(Path.Combine(folder, "manifest.json"), Manifest));
        app.MapMethods("/v2/runtime/blobs/{digest}", methods, (string digest) =>
            File.Exists(Path.Combine(folder, Path.GetFileName(digest))) ? Results.File(Path.Combine(folder, Path.GetFileName(digest)), "application/octet-stream") : Results.NotFound());
        await app.StartAsync();
        return new LocalRegistry(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
