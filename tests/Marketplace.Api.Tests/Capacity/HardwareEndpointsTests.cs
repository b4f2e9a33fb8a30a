namespace Marketplace.Api.Tests.Capacity;

[Trait("Store", "any")]
public sealed class HardwareEndpointsTests : IAsyncLifetime
{
    private ApiMarket _api = null!;

    public async ValueTask InitializeAsync() => _api = await ApiMarket.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Anyone_finds_hardware_by_what_it_is()
    {
        var found = (await _api.Nobody.GetAsync("/v1/hardware?kind=gpu&vendor=amd&leastMemoryGb=256")).With(200);
        Assert.Equal(["amd-mi325x-256gb", "amd-mi355x-288gb"], found.Json.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("sku").GetString()));

        var one = (await _api.Nobody.GetAsync("/v1/hardware/nvidia-h100-sxm5-80gb")).With(200);
        Assert.Equal("989", one.Text("gpu.bf16Tflops"));
        Assert.Equal("medium", one.Text("source.confidence"));
        Assert.Equal("", one.Text("miner"));
    }

    [Theory]
    [InlineData("/v1/hardware/nvidia-h100", 404, "not_found")]
    [InlineData("/v1/hardware/NVIDIA", 404, "not_found")]
    [InlineData("/v1/hardware?kind=toaster", 400, "invalid_request")]
    [InlineData("/v1/hardware?color=green", 400, "invalid_request")]
    public async Task What_is_not_there_is_said(string path, int status, string code)
    {
        var reply = await _api.Nobody.GetAsync(path);
        Assert.Equal((status, code), (reply.Status, reply.Code));
    }
}
