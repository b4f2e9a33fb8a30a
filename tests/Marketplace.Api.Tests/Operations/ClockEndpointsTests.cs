using Marketplace.Domain.Organizations;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Api.Tests.Operations;

public sealed class ClockEndpointsTests : IAsyncLifetime
{
    private ApiMarket _api = null!;

    public async ValueTask InitializeAsync() => _api = await ApiMarket.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task An_administrator_moves_a_sandbox_and_repeating_moves_nothing()
    {
        var to = TestMarket.Begin + Duration.FromDays(30);

        Assert.Equal(TestMarket.Begin.ToString(), (await _api.Nobody.GetAsync("/v1/clock")).With(200).Text("now"));
        var moved = (await _api.Platform.PostAsync("/v1/clock/advance", new { to = to.ToString() }, "k")).With(200);
        Assert.Equal(to.ToString(), moved.Text("now"));
        var again = (await _api.Platform.PostAsync("/v1/clock/advance", new { to = to.ToString() }, "k")).With(200);
        Assert.Equal(to.ToString(), again.Text("now"));

        await _api.Market.Time.AdvanceAsync(to + Duration.FromDays(1));
        (await _api.Platform.PostAsync("/v1/clock/advance", new { to = to.ToString() }, "k")).With(200);
        var past = (await _api.Platform.PostAsync("/v1/clock/advance", new { to = to.ToString() }, "another")).With(400);
        Assert.Equal(("clock_in_past", $"Market time is {to + Duration.FromDays(1)}."), (past.Code, past.Text("detail")));
    }

    [Fact]
    public async Task Nobody_else_moves_it_and_nobody_moves_it_too_far()
    {
        var owner = await _api.OrganizationAsync(OrganizationKind.Tenant);

        Assert.Equal("forbidden", (await owner.PostAsync("/v1/clock/advance", new { to = "2027-01-01T00:00:00Z" })).Code);
        Assert.Equal("clock_step_too_long", (await _api.Platform.PostAsync("/v1/clock/advance", new { to = "2099-01-01T00:00:00Z" })).Code);
        Assert.Equal(["to out_of_range"], (await _api.Platform.PostAsync("/v1/clock/advance", new { to = "9999-01-01T00:00:00Z" })).With(400).Faults);
    }
}
