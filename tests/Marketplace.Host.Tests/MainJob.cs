using System.Globalization;
using System.Text.Json;

namespace Marketplace.Host.Tests;

/// <summary>The main job, from a planned site to ended leases, with several reservations at a time, by a client that knows only what it was told.</summary>
internal sealed class MainJob(PatientClient client, string administrator)
{
    private static readonly object Offer = new
    {
        prices = new { unit = "gpuHour", basePrice = new { amount = 2.20m, currency = "USD" }, preBuildDiscount = 5, maximumMonths = 36 },
        clauses = new
        {
            timing = "inArrears",
            takeOrPay = 100,
            deposit = new { rule = "monthsOfRent", amount = 1, method = "card" },
            earlyTermination = new { fee = 40, noticeDays = 30 },
            renewal = new { options = 0, months = 0, noticeDays = 0 },
            acceptance = new { deemedAfterDays = 7 },
            paymentDays = 14,
            leaseZone = "UTC",
            signatures = new { operatorApproves = false, tenantApproves = false, operatorSigns = true, tenantSigns = true },
        },
        holds = new { cardMinutes = 720, transferBankingDays = 5, paperDays = 14 },
    };

    private int year;

    public string Operator { get; private set; } = "";

    public string Tenant { get; private set; } = "";

    public string Pool { get; private set; } = "";

    public IReadOnlyList<string> Reservations { get; private set; } = [];

    public IReadOnlyList<string> Leases { get; private set; } = [];

    public async Task RunAsync(int reservations)
    {
        Operator = await OrganizationAsync("Prairie Compute", "operator");
        Tenant = await OrganizationAsync("Lantern AI", "tenant");
        year = int.Parse(Text(await client.GetAsync(Tenant, "clock"), "now")[..4], CultureInfo.InvariantCulture) + 1;
        var (site, phase) = await ListAsync(reservations);
        Reservations = await Task.WhenAll(Enumerable.Range(0, reservations).Select(_ => ReserveAsync()));
        await AdvanceAsync("02-15T12:00:00Z");
        foreach (var milestone in (string[])["energised", "readyForService"])
        {
            await client.PostAsync(Operator, $"sites/{site}/phases/{phase}/milestones", new { milestone, actual = $"{year}-02-15" });
        }

        var nodes = (await client.PostAsync(Operator, $"gpu-pools/{Pool}/nodes", new { nodes = Enumerable.Range(0, reservations).Select(i => new { serial = $"SN-{i}" }) }))
            .GetProperty("nodes").EnumerateArray().Select(node => Text(node, "id")).ToArray();
        await AdvanceAsync("03-01T00:00:00Z");
        Leases = await Task.WhenAll(Reservations.Zip(nodes, DeliverAsync));
        await AdvanceAsync("04-02T00:00:00Z");
        var paid = await Task.WhenAll(Leases.Select((lease, i) => PayFirstInvoiceAsync(lease, byBank: i > 0 && i == Leases.Count - 1)));
        await PayOutAsync(paid.Length);
        await GiveBackAsync(paid[0]);
        await AdvanceAsync("06-02T00:00:00Z");
        await Task.WhenAll(Leases.Select(lease => client.AwaitAsync(Tenant, $"leases/{lease}", found => Text(found, "status") == "ended")));
        await client.AwaitAsync(Operator, "payables", found => Items(found).All(payable =>
            Minor(payable, "amount") <= Minor(payable, "sent") || payable.GetProperty("obstacle").ValueKind != JsonValueKind.Null));
    }

    public static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private async Task<string> OrganizationAsync(string name, string kind)
    {
        var id = Text(await client.PostAsync(administrator, "organizations", new { name, kind, country = "US" }), "id");
        return Text(await client.PostAsync(administrator, $"organizations/{id}/api-keys", new { name = "job", role = "owner" }), "secret");
    }

    private async Task<(string Site, string Phase)> ListAsync(int reservations)
    {
        var site = Text(
            await client.PostAsync(Operator, "sites", new { name = "Prairie One", location = new { country = "US", region = "ND" }, zone = "UTC", grossMw = 3, criticalItMw = 2.4m }), "id");
        var phase = Text(await client.PostAsync(Operator, $"sites/{site}/phases", new { name = "Hall A", criticalItMw = 2.4m, contractRfs = $"{year}-02-15" }), "id");

        // Exactly as many nodes as will be reserved: one hold too many would be refused, one kept too long would hinder.
        Pool = Text(
            await client.PostAsync(Operator, "gpu-pools", new
            {
                siteId = site,
                name = "Prairie One H100",
                sku = "nvidia-h100-sxm5-80gb",
                gpusPerNode = 8,
                kilowattsPerNode = 10.2m,
                interconnect = "NVLink 4",
                fabric = "InfiniBand NDR 400",
                phases = new[] { new { phaseId = phase, units = reservations } },
            }),
            "id");
        await client.PutAsync(Operator, $"gpu-pools/{Pool}/offer", Offer);
        await client.PostAsync(Operator, $"gpu-pools/{Pool}/publish");
        return (site, phase);
    }

    private async Task<string> ReserveAsync()
    {
        var demand = new { quantity = 8, term = new { start = $"{year}-03-01T00:00:00Z", end = $"{year}-06-01T00:00:00Z" } };
        var quote = Text(await client.PostAsync(Tenant, "quotes", new { poolId = Pool, demand }), "id");
        var reservation = Text(await client.PostAsync(Tenant, "reservations", new { quoteId = quote }), "id");
        var digest = Text(await client.GetAsync(Tenant, $"reservations/{reservation}/order-form"), "digest");
        await client.PostAsync(Tenant, $"reservations/{reservation}/signatures", new { name = "Tess Tenant", authority = "Chief executive", digest });
        await client.PostAsync(Operator, $"reservations/{reservation}/signatures", new { name = "Otto Operator", authority = "Managing director", digest });
        var awaiting = await client.AwaitAsync(Tenant, $"reservations/{reservation}", found => Text(found.GetProperty("payment"), "status") != "preparing");
        await client.PostAsync(Tenant, $"sandbox/payments/{Text(awaiting.GetProperty("payment"), "id")}/pay");
        await client.AwaitAsync(Tenant, $"reservations/{reservation}", found => Text(found, "status") == "confirmed");
        return reservation;
    }

    private async Task<string> DeliverAsync(string reservation, string node)
    {
        var lease = Text(await client.PostAsync(Operator, $"reservations/{reservation}/deliveries", new { nodes = new[] { node } }), "leaseId");
        await client.AwaitAsync(Tenant, $"leases/{lease}", found => found.GetProperty("units").GetProperty("awaitingAcceptance").GetInt32() == 1);
        await client.PostAsync(Tenant, $"leases/{lease}/acceptances", new { nodes = new[] { node } });
        return lease;
    }

    private async Task<string> PayFirstInvoiceAsync(string lease, bool byBank)
    {
        var invoices = await client.AwaitAsync(Tenant, $"invoices?leaseId={lease}", found => found.GetProperty("data").GetArrayLength() == 1);
        var issued = invoices.GetProperty("data")[0];
        var invoice = Text(issued, "id");
        if (byBank)
        {
            var entry = FormattableString.Invariant($"{year}-04-01,{Minor(issued, "total") / 100m:F2},USD,e1,Lantern AI,NO83,{Text(issued, "paymentReference")}");
            await client.PostAsync(administrator, "admin/bank-statements", new
            {
                format = "csv",
                content = $"date,amount,currency,reference,payer,payerAccount,text\n{entry}\n",
                account = "NO9386011117947",
                statement = "april",
            });
        }
        else
        {
            var payment = Text((await client.PostAsync(Tenant, $"invoices/{invoice}/payments", new { method = "transfer" })).GetProperty("payment"), "id");
            await client.AwaitAsync(Tenant, $"payments/{payment}", found => Text(found, "status") != "preparing");
            await client.PostAsync(Tenant, $"sandbox/payments/{payment}/pay");
        }

        await client.AwaitAsync(Tenant, $"invoices/{invoice}", found => Text(found, "status") == "paid");
        return invoice;
    }

    /// <summary>The operator signs up, and what was collected for it is transferred.</summary>
    private async Task PayOutAsync(int payouts)
    {
        await client.PostAsync(Operator, "payout-account/onboarding-links", new { });
        await client.PostAsync(Operator, "sandbox/payout-account/complete");
        await client.AwaitAsync(Operator, "payouts", found => Items(found).Count(payout => Text(payout, "status") == "sent") == payouts);
    }

    /// <summary>Part of a paid invoice is credited, and the credit given back as money: so much of a payout comes back.</summary>
    private async Task GiveBackAsync(string invoice)
    {
        var amount = new { amountMinor = 10_000, currency = "USD" };
        await client.PostAsync(Operator, $"invoices/{invoice}/credit-notes", new { net = amount, reason = "Goodwill" });
        await client.AwaitAsync(Operator, "payouts", found => Items(found).Sum(payout => Minor(payout, "reversed")) > 0);
        var refund = Text(await client.PostAsync(Operator, $"invoices/{invoice}/refunds", new { amount, reason = "Paid back" }), "id");
        await client.AwaitAsync(Tenant, $"refunds/{refund}", found => Text(found, "status") == "paid");
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement list) => list.GetProperty("data").EnumerateArray();

    private static long Minor(JsonElement element, string name) => element.GetProperty(name).GetProperty("amountMinor").GetInt64();

    private Task<JsonElement> AdvanceAsync(string to) => client.PostAsync(administrator, "clock/advance", new { to = $"{year}-{to}" });
}
