using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using DotNet.Testcontainers.Images;
using Marketplace.Testing.Azurite;

[assembly: AssemblyFixture(typeof(AzuriteProcess))]
[assembly: AssemblyFixture(typeof(Marketplace.Storage.Tests.Azure.AzuriteContainer))]

namespace Marketplace.Storage.Tests.Azure;

/// <summary>Azurite in a container, where a Docker engine answers and tests/azurite/setup has made the image.</summary>
public sealed class AzuriteContainer : AzuriteServer
{
    private IContainer? _container;

    protected override string Name => "container";

    private static string? Image => Environment.GetEnvironmentVariable("MARKETPLACE_AZURITE_IMAGE");

    protected override string? Lack => Image is { Length: > 0 }
        ? null
        : "MARKETPLACE_AZURITE_IMAGE names no image; 'eval \"$(bash tests/azurite/setup)\"' makes one where Docker runs, or can be installed.";

    protected override async Task<string> StartAsync()
    {
        _container = new ContainerBuilder(Image!)
            .WithImagePullPolicy(PullPolicy.Never)
            .WithAutoRemove(true)
            .WithCommand(["azurite", .. Arguments, "--blobHost", "0.0.0.0", "--queueHost", "0.0.0.0", "--tableHost", "0.0.0.0"])
            .WithPortBinding(10000, assignRandomHostPort: true)
            .WithPortBinding(10002, assignRandomHostPort: true)
            .WithCreateParameterModifier(parameters =>
            {
                foreach (var binding in parameters.HostConfig!.PortBindings!.Values.SelectMany(bindings => bindings))
                {
                    binding.HostIP = "127.0.0.1";
                }
            })
            .WithWaitStrategy(Wait.ForUnixContainer().UntilMessageIsLogged("Table service is successfully listening", wait => wait.WithInterval(TimeSpan.FromMilliseconds(100))))
            .Build();
        await _container.StartAsync();
        return Connection(_container.GetMappedPublicPort(10000), _container.GetMappedPublicPort(10002));
    }

    protected override async Task StopAsync() => await (_container?.DisposeAsync() ?? ValueTask.CompletedTask);
}
