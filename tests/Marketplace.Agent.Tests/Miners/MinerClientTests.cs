using System.Net;
using System.Net.Sockets;
using System.Text;
using Marketplace.Agent.Miners;

namespace Marketplace.Agent.Tests.Miners;

/// <summary>Miners are read as their firmwares speak, and none can hang or flood the agent.</summary>
public sealed class MinerClientTests
{
    [Fact]
    public async Task An_antminer_is_read_although_its_json_lacks_a_comma()
    {
        using var miner = new FakeMiner(new()
        {
            ["version"] = """{"STATUS":[{"STATUS":"S"}],"VERSION":[{"BMMiner":"2.0.0","API":"3.1","Miner":"49.0.1.3","Type":"Antminer S19 Pro"}],"id":1}""",
            ["summary"] = """{"STATUS":[{"STATUS":"S"}],"SUMMARY":[{"Elapsed":86400,"GHS 5s":"109876.54","GHS av":110012.31,"Accepted":1204,"Rejected":3,"Hardware Errors":17}],"id":1}""",
            ["stats"] = """{"STATUS":[{"STATUS":"S"}],"STATS":[{"BMMiner":"2.0.0","Type":"Antminer S19 Pro"}{"STATS":0,"temp1":58,"temp2":61,"temp2_1":71,"temp3":0,"fan1":5880}],"id":1}""",
        });

        var read = await MinerClient.ReadAsync(miner.Address, TestContext.Current.CancellationToken);

        Assert.Equal(
            new MinerReading
            {
                Address = miner.Address.ToString(),
                Model = "Antminer S19 Pro",
                Firmware = "BMMiner 2.0.0",
                TerahashesPerSecond = 109.87654m,
                AverageTerahashesPerSecond = 110.01231m,
                TemperatureCelsius = 71,
                HardwareErrors = 17,
                UptimeSeconds = 86_400,
                AcceptedShares = 1204,
                RejectedShares = 3,
            },
            read);
        Assert.Equal(["version", "summary", "stats"], miner.Asked);
    }

    [Fact]
    public async Task A_whatsminer_counts_in_megahashes_and_measures_its_power()
    {
        using var miner = new FakeMiner(new()
        {
            ["version"] = """{"STATUS":[{}],"VERSION":[{"CGMiner":"4.9.2","API":"3.7"}]}""",
            ["summary"] = """{"STATUS":[{}],"SUMMARY":[{"Elapsed":600,"MHS av":99871234.5,"MHS 5s":100012345.25,"Power":3344,"Temperature":78.5,"Accepted":5,"Rejected":0,"Hardware Errors":0}]}""",
            ["stats"] = """{"STATUS":[{"STATUS":"E","Msg":"Invalid command"}]}""",
        });

        var read = await MinerClient.ReadAsync(miner.Address, TestContext.Current.CancellationToken);

        Assert.Equal((100.01234525m, 99.8712345m, 3344m, 78.5m), (read.TerahashesPerSecond, read.AverageTerahashesPerSecond, read.PowerWatts, read.TemperatureCelsius));
        Assert.Equal("CGMiner 4.9.2", read.Firmware);
        Assert.Null(read.Fault);
    }

    [Theory]
    [InlineData("<html>", "no JSON")]
    [InlineData("""{"STATUS":[{"STATUS":"E","Msg":"Access denied"}]}""", "has no SUMMARY")]
    [InlineData("[]", "has no SUMMARY")]
    public async Task What_is_no_answer_is_named(string answer, string fault)
    {
        using var miner = new FakeMiner(new() { ["version"] = answer, ["summary"] = answer, ["stats"] = answer });

        Assert.Contains(fault, (await MinerClient.ReadAsync(miner.Address, TestContext.Current.CancellationToken)).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_answer_is_cut()
    {
        using var miner = new FakeMiner(new() { ["version"] = new string('x', 2 << 20) });

        Assert.Contains("longer than", (await MinerClient.ReadAsync(miner.Address, TestContext.Current.CancellationToken)).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_a_fault_and_no_crash()
    {
        int port;
        using (var nobody = new FakeMiner([]))
        {
            port = nobody.Address.Port;
        }

        Assert.NotNull((await MinerClient.ReadAsync(new MinerAddress("127.0.0.1", port), TestContext.Current.CancellationToken)).Fault);
    }

    [Theory]
    [InlineData("10.0.0.5", "10.0.0.5:4028")]
    [InlineData("miner-1.local:4029", "miner-1.local:4029")]
    [InlineData("[fe80::1]:4030", "[fe80::1]:4030")]
    [InlineData("fe80::1", "[fe80::1]:4028")]
    [InlineData("a b", null)]
    [InlineData("10.0.0.5:0", null)]
    [InlineData("10.0.0.5:99999", null)]
    public void An_address_is_read_or_refused(string text, string? address) => Assert.Equal(address, MinerAddress.Parse(text)?.ToString());

    /// <summary>Speaks the protocol: one command a connection, an answer that ends with a zero byte.</summary>
    private sealed class FakeMiner : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Dictionary<string, string> _answers;

        public FakeMiner(Dictionary<string, string> answers)
        {
            _answers = answers;
            _listener.Start();
            Address = new MinerAddress("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);
            _ = ServeAsync();
        }

        public MinerAddress Address { get; }

        public List<string> Asked { get; } = [];

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    var stream = client.GetStream();
                    var buffer = new byte[256];
                    var command = Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer)).Split('"')[3];
                    Asked.Add(command);
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(_answers[command] + "\0"));
                }
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException or IOException)
            {
                // The test is over, or the agent hung up.
            }
        }
    }
}
