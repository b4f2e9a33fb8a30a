namespace Marketplace.Host;

/// <summary><c>--help</c>: what can be asked of the host on its command line.</summary>
internal static class HelpCommand
{
    /// <summary>Whether the command line asks for it.</summary>
    public static bool IsAsked(string[] arguments) => arguments.Any(argument => argument is "--help" or "-h" or "-?" or "help");

    public static async Task RunAsync() => await Console.Out.WriteLineAsync($"""
        Marketplace: reserves and leases AI compute capacity that is not built yet.

          Marketplace.Host [settings]                  serves
          Marketplace.Host backup  --to <folder>       writes the whole market into a folder; it may be running
          Marketplace.Host restore --from <folder>     fills an empty store from a folder
          Marketplace.Host health                      asks the host that runs here whether it takes work

        Settings, here as --Name value or in the environment as Name=value with __ for every colon:

          --urls <addresses>                        where it listens; {MarketplaceHost.DefaultAddress} unless set
          --role all|api|portal                     what the process does; all unless set
          --Marketplace:Store embedded|azure        where records are kept; embedded unless set
          --Marketplace:DataFolder <folder>         where the embedded store and the first keys lie; ./data unless set
          --Marketplace:Demo true|false             whether an empty store is filled with the demo market
          --Marketplace:Sandbox true|false          whether payments are played and the clock may be advanced
          --Api:RequestsPerMinutePerKey <number>    rate limit of one API key

        README.md and docs/operate.md describe these and all others.
        """);
}
