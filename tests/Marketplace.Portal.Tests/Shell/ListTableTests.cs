using Bunit;
using Marketplace.Portal.Shell;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Portal.Tests.Shell;

public sealed class ListTableTests : IAsyncLifetime
{
    private readonly BunitContext page = new();

    public ValueTask InitializeAsync()
    {
        page.JSInterop.Mode = JSRuntimeMode.Loose;
        page.Services.AddSingleton(TimeProvider.System);
        page.Services.AddHttpClient();
        page.Services.AddParts();
        page.Services.AddSingleton<AuthenticationStateProvider>(new Nobody());
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync() => await page.DisposeAsync();

    [Fact]
    public void ItFiltersSortsAndPages()
    {
        var list = Show(Enumerable.Range(1, 30));

        Assert.Equal(25, list.FindAll("tbody tr").Count);
        list.Find("thead th.number button").Click();
        list.Find("thead th.number button").Click();
        Assert.Contains("30", list.Find("tbody tr").TextContent, StringComparison.Ordinal);
        Assert.Equal("descending", list.Find("thead th.number").GetAttribute("aria-sort"));
        list.Find("input").Input("Pool 7");
        Assert.Single(list.FindAll("tbody tr"));
        Assert.Equal("1 of 30", list.Find(".list-count").TextContent);
    }

    [Fact]
    public void ItExportsWhatItShows()
    {
        var list = Show(Enumerable.Range(1, 30));
        list.Find("input").Input("Pool 7");
        list.Find(".list-tools .quiet").Click();

        var call = page.JSInterop.Invocations["marketplace.download"].Single();
        Assert.Equal("\uFEFFName,Size\r\nPool 7,7\r\n", call.Arguments[2]);
    }

    [Fact]
    public void AnEmptyListTeaches()
    {
        var list = page.Render<ListTable<int>>(parameters => parameters.Add(table => table.Caption, "Pools").Add(table => table.Items, []).Add(table => table.Columns, [])
            .Add(table => table.Empty, "<p>Add one.</p>"));

        Assert.Equal("Add one.", list.Find("p").TextContent);
    }

    private IRenderedComponent<ListTable<int>> Show(IEnumerable<int> items) => page.Render<ListTable<int>>(parameters => parameters
        .Add(table => table.Caption, "Pools").Add(table => table.Items, [.. items])
        .Add(table => table.Columns, [new("Name", item => $"Pool {item}"), new("Size", item => $"{item}", item => item, null, true)]));

    private sealed class Nobody : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(new()));
    }
}
