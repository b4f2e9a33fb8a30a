using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Scheduling;
using NodaTime;

namespace Marketplace.Host.Demo;

/// <summary>
/// A market to look at and to try things in. Its two years of history are made by the product itself: the market clock starts
/// two years back, organizations act through grains as the API does, and time is advanced between their steps. An
/// interrupted seeding is taken up again at the next start: every step repeats under the same operation.
/// </summary>
internal sealed class DemoMarket(IGrainFactory grains, MarketTime time, IRowStore rows, Func<PaymentId, Task> payInSandbox, Func<OrganizationId, string, string, Task<string>> letIn)
{
    private const string Table = "market";
    private const string Partition = "demo";
    private const string BegunKey = "begun";
    private const string SeededKey = "seeded";

    /// <summary>Where market time starts in an empty store that gets the demo.</summary>
    public static Instant BeginAt(Instant today) => DemoTimeline.BeginOf(today).AtMidnight().InUtc().ToInstant();

    /// <summary>Notes that this store is to be seeded, and the day that its history leads up to. Repeating it changes nothing.</summary>
    public async Task BeginAsync(Instant today) => await rows.TryInsertAsync(
        Table, Partition, [new Row(BegunKey, 1, Encoding.UTF8.GetBytes(today.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)))]);

    /// <summary>Whether seeding was begun and not finished.</summary>
    public async Task<bool> IsUnfinishedAsync() =>
        await rows.GetAsync(Table, Partition, BegunKey) is not null && await rows.GetAsync(Table, Partition, SeededKey) is null;

    /// <summary>Seeds, and answers the keys to sign in with: who, and the key.</summary>
    /// <param name="clock">Real time, at which market time arrives in the end.</param>
    /// <param name="report">Told how much of it is done, 0 to 1.</param>
    /// <param name="keep">Keeps the keys before the market counts as seeded: until then the next start issues others.</param>
    /// <param name="cancellation">Stops between steps.</param>
    public async Task<IReadOnlyList<DemoKey>> SeedAsync(TimeProvider clock, Action<double> report, Func<IReadOnlyList<DemoKey>, Task> keep, CancellationToken cancellation)
    {
        var repeating = await grains.GetGrain<IOrganizationGrain>("org_" + DemoSites.All[0].Key).GetAsync() is not null;
        var timeline = new DemoTimeline(time, await TodayAsync(cancellation));
        foreach (var site in DemoSites.All)
        {
            await RegisterAsync(site.Key, site.Operator, OrganizationKind.Operator, site.Location.Country);
        }

        foreach (var (key, name, country, _) in DemoBookings.Tenants)
        {
            await RegisterAsync(key, name, OrganizationKind.Tenant, country);
        }

        new DemoBuild(grains, timeline).Plan();
        var finance = new DemoFinance(grains, rows, timeline);
        finance.Plan();
        var payments = new DemoPayments(grains, rows, finance, payInSandbox, repeating);
        payments.Plan(timeline);
        new DemoTrade(grains, timeline, payments).Plan();
        await timeline.RunAsync(report, cancellation);
        await time.AdvanceAsync(Instant.FromDateTimeOffset(clock.GetUtcNow()), cancellation: cancellation);
        DemoKey[] keys =
        [
            await IssueAsync("OPERATOR_KEY", "caprock"),
            await IssueAsync("TENANT_KEY", "lumen"),
            await IssueAsync("OTHER_TENANT_KEY", "parallax"),
            .. await LetInAsync("OPERATOR", OrganizationId.From("org_caprock"), "operator@caprock.example", "Olivia Marsh"),
            .. await LetInAsync("TENANT", OrganizationId.From("org_lumen"), "tenant@lumen.example", "Tomas Berg"),
            .. await LetInAsync("OTHER_TENANT", OrganizationId.From("org_parallax"), "tenant@parallax.example", "Petra Lind"),
            .. await LetInAsync("ADMIN", Organization.Platform, "admin@marketplace.example", "Ada Keller"),
        ];
        await keep(keys);
        await rows.TryInsertAsync(Table, Partition, [new Row(SeededKey, 1, default)], cancellation);
        return keys;
    }

    /// <summary>The value of a granted answer. The demo is written so that nothing is refused; a refusal is a defect of one of both.</summary>
    public static T Granted<T>(Answer<T> answer) => answer.IsGranted
        ? answer.Value
        : throw new InvalidOperationException($"The demo market was refused: {answer.Refusal.Code}: {answer.Refusal.Detail}");

    /// <summary>The operation of one step, the same whenever it is repeated.</summary>
    public static Operation Operation(params string[] parts)
    {
        var id = "demo-" + PublicId.Digest(parts);
        return new Operation(id, id);
    }

    /// <summary>The day noted at the beginning: going on with an interrupted seeding another day takes the same steps.</summary>
    private async Task<Instant> TodayAsync(CancellationToken cancellation)
    {
        var row = await rows.GetAsync(Table, Partition, BegunKey, cancellation) ?? throw new InvalidOperationException("Seeding was not begun.");
        return Instant.FromUnixTimeMilliseconds(long.Parse(row.Data.Span, CultureInfo.InvariantCulture));
    }

    private async Task RegisterAsync(string key, string name, OrganizationKind kind, string country)
    {
        var id = OrganizationId.From("org_" + key);
        var organization = grains.GetGrain<IOrganizationGrain>(id.Value);
        Granted(await organization.RegisterAsync(Operation(key, "register"), new RegisterOrganization(id, name, kind, country, Currency.Usd)));
        Granted(await organization.AddMemberAsync(Operation(key, "member"), new AddMember(
            MemberId.From("mbr_" + key), "First member of " + name, $"first@{key}.example", OrganizationRole.Owner)));
    }

    /// <summary>Lets a person in as an owner: address and password to sign in with.</summary>
    private async Task<DemoKey[]> LetInAsync(string who, OrganizationId organization, string email, string name)
    {
        var holder = (await grains.GetGrain<IOrganizationGrain>(organization.Value).GetAsync())!.State.Name;
        return [new DemoKey(who + DemoKeys.Email, holder, email), new DemoKey(who + DemoKeys.Password, holder, await letIn(organization, email, name))];
    }

    private async Task<DemoKey> IssueAsync(string variable, string organization)
    {
        var id = OrganizationId.From("org_" + organization);
        var grain = grains.GetGrain<IOrganizationGrain>(id.Value);
        var text = ApiKeyText.Of(id, PublicId.Derive<ApiKeyId>(RandomNumberGenerator.GetHexString(32)), RandomNumberGenerator.GetBytes(32));
        var issued = Granted(await grain.IssueKeyAsync(Operation(text.Key.Value), new IssueApiKey(
            text.Key, "demo", text.Prefix, ApiKey.Hash(text.Secret), OrganizationRole.Owner, [], null)));
        return new DemoKey(variable, issued.State.Name, text.Reveal());
    }
}

/// <summary>A key, or an address or password to sign in with, that the demo hands out.</summary>
/// <param name="Variable">Its name in the keys file.</param>
/// <param name="Holder">Whom it acts for.</param>
/// <param name="Key">The key.</param>
internal sealed record DemoKey(string Variable, string Holder, string Key);

/// <summary>How the variables of people end.</summary>
internal static class DemoKeys
{
    /// <summary>An address to sign in with.</summary>
    public const string Email = "_EMAIL";

    /// <summary>Its password.</summary>
    public const string Password = "_PASSWORD";
}
