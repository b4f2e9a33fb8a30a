using System.Net.Sockets;
using System.Text;

namespace Marketplace.Agent.Miners;

/// <summary>Asks a miner through cgminer's TCP API: a command in JSON, an answer in JSON that ends with a zero byte or with the connection.</summary>
internal static class MinerClient
{
    private const int LongestAnswer = 1 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Asks for <c>version</c>, <c>summary</c> and <c>stats</c>, each in a connection of its own, as miners close after one.</summary>
    public static async Task<MinerReading> ReadAsync(MinerAddress address, CancellationToken cancellation = default)
    {
        try
        {
            var version = await AskAsync(address, "version", cancellation).ConfigureAwait(false);
            var summary = await AskAsync(address, "summary", cancellation).ConfigureAwait(false);
            var stats = await AskAsync(address, "stats", cancellation).ConfigureAwait(false);
            return MinerAnswers.Read(address, version, summary, stats);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new MinerReading { Address = address.ToString(), Fault = $"It did not answer within {Patience.TotalSeconds:0} s." };
        }
        catch (Exception wrong) when (wrong is SocketException or IOException)
        {
            return new MinerReading { Address = address.ToString(), Fault = wrong.Message };
        }
    }

    private static async Task<string> AskAsync(MinerAddress address, string command, CancellationToken cancellation)
    {
        using var patient = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patient.CancelAfter(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, patient.Token).ConfigureAwait(false);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($$"""{"command":"{{command}}"}"""), patient.Token).ConfigureAwait(false);
        var answer = new MemoryStream();
        var buffer = new byte[8192];
        for (int read; (read = await stream.ReadAsync(buffer, patient.Token).ConfigureAwait(false)) > 0;)
        {
            var end = Array.IndexOf(buffer, (byte)0, 0, read);
            answer.Write(buffer, 0, end < 0 ? read : end);
            if (end >= 0)
            {
                break;
            }

            if (answer.Length > LongestAnswer)
            {
                throw new IOException($"The answer to {command} is longer than {LongestAnswer} bytes.");
            }
        }

        return Encoding.UTF8.GetString(answer.GetBuffer(), 0, (int)answer.Length);
    }
}
