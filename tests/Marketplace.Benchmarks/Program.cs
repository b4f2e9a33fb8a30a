using Marketplace.Benchmarks.Billing;
using Marketplace.Benchmarks.Capacity;
using Marketplace.Benchmarks.Market;
using Marketplace.Benchmarks.Reservations;
using Marketplace.Benchmarks.Reservations.Peer;
using Marketplace.Benchmarks.Verification;
using Marketplace.Benchmarks.Webhooks;

// dotnet run -c Release --project tests/Marketplace.Benchmarks -- <name>
return args switch
{
    ["calendar"] => CalendarBenchmark.Run(),
    ["heartbeats", .. var sizes] => await HeartbeatBenchmark.RunAsync(sizes),
    ["holds", .. var sizes] => await HoldBenchmark.RunAsync(sizes),
    ["invoices", .. var sizes] => await InvoiceBenchmark.RunAsync(sizes),
    ["reservations", .. var options] => await ReservationBenchmark.RunAsync(options),
    ["search", .. var sizes] => await SearchBenchmark.RunAsync(sizes),
    ["webhooks", .. var rounds] => await WebhookBenchmark.RunAsync(rounds),
    [PeerServer.Argument, var address, var connection] => await PeerServer.RunAsync(address, connection),
    _ => Usage(),
};

static int Usage()
{
    Console.WriteLine("""
        Measurements, printed as tables; what they mean is in docs/performance.md.

          calendar        operations on a calendar with 100, 10,000 and 100,000 holds
          heartbeats      signed heartbeats of 10,000 nodes through HTTP; other numbers of nodes may follow
          holds           durable holds a second on one hot pool, 256 callers in process; numbers of open holds to start with may follow
          invoices        the invoice run at a month's end on 1,000 and 10,000 leases; other numbers of leases may follow
          reservations    whole reservations through HTTP, 64 clients, beside the same on PostgreSQL; restart; the number of
                          requests a run may follow (4,000), then one side alone (product, peer or both), one shape alone
                          (hot or spread), and one number of overlapping holds
          search          search as one types over 100,000 listings beside PostgreSQL, and the market's page over them in a browser
                          started anew; another number of listings may follow
          webhooks        events to 90 webhook endpoints, alone and beside 10 that never answer; the number of rounds may follow (3)
        """);
    return 2;
}
