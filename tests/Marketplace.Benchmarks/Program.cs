using Marketplace.Benchmarks.Reservations;
using Marketplace.Benchmarks.Reservations.Peer;

// dotnet run -c Release --project tests/Marketplace.Benchmarks -- <name>
return args switch
{
    ["reservations", .. var options] => await ReservationBenchmark.RunAsync(options),
    [PeerServer.Argument, var address, var connection] => await PeerServer.RunAsync(address, connection),
    _ => Usage(),
};

static int Usage()
{
    Console.WriteLine("""
        Measurements, printed as tables; what they mean is in docs/performance.md.

          reservations    whole reservations through HTTP, 64 clients, beside the same on PostgreSQL; restart
        """);
    return 2;
}
