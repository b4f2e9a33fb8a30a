using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Marketplace.Portal.Tests;

/// <summary>How an operator comes from a node without an agent to one whose health is seen, with the real agent.</summary>
[Collection(JourneyTests.MarketTime)]
public sealed partial class NodeJourneyTests(PortalMarket market) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("marketplace-agent-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task AnAgentIsSetUpFromWhatThePageSaysAndItsHealthIsSeen()
    {
        var page = await market.OpenAsync("OPERATOR");
        await page.GotoAsync("/operator/pools/pool_caprockh200");
        await page.GetByRole(AriaRole.Button, new() { Name = "Set up its agent" }).First.ClickAsync();
        var commands = await page.Locator(".hint pre").InnerTextAsync();
        var enroll = EnrollCommand().Match(commands);
        Assert.True(enroll.Success, commands);

        await AgentAsync("enroll", "--market", enroll.Groups["market"].Value, "--token", enroll.Groups["token"].Value);
        await page.ReloadAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Never heard of" }).ClickAsync();
        await Assertions.Expect(page.Locator(".head-end")).ToContainTextAsync("Never heard of");

        await AgentAsync("heartbeat");
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator(".head-end")).ToContainTextAsync("Beating");
        await page.GetByLabel("What is done").FillAsync("Firmware of the NICs.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Announce" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Announced.", new() { Exact = true })).ToBeVisibleAsync();

        var address = new Uri(page.Url).PathAndQuery;
        await PageTests.LookAsync(page, "operator-node", address, "tbody tr", isPhone: false, isDark: false);
        await page.Context.CloseAsync();
        page = await market.OpenAsync("OPERATOR", isPhone: true, isDark: true);
        await PageTests.LookAsync(page, "operator-node", address, "tbody tr", isPhone: true, isDark: true);
        await page.Context.CloseAsync();
    }

    private async Task AgentAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [PortalFiles.Agent, .. arguments, "--folder", folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        Assert.True(process.ExitCode == 0, $"{arguments[0]} ended with {process.ExitCode}: {await output}{await error}");
    }

    [GeneratedRegex(@"marketplace-agent enroll --market (?<market>\S+) --token (?<token>\S+)")]
    private static partial Regex EnrollCommand();
}
