using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Domain.Tests.Leases;
using NodaTime;
using static Marketplace.Domain.Tests.Billing.Statements;

namespace Marketplace.Domain.Tests.Billing;

/// <summary>Every worked example of the billing rules, by its id: what the code makes of the given figures, as the rule book writes it.</summary>
public sealed partial class BillingCasesTests
{
    private static readonly ImmutableArray<SlaTier> Tiers =
    [
        new(Percentage.From(99.9m), Percentage.Zero),
        new(Percentage.From(99.5m), Percentage.From(10)),
        new(Percentage.From(99), Percentage.From(25)),
        new(Percentage.From(95), Percentage.From(50)),
    ];

    private static readonly Dictionary<string, (string Expected, Func<string> Actual)> Cases = new()
    {
        ["BC-01"] = ("[2027-01-31, 2027-02-28), [2027-02-28, 2027-03-31), [2027-03-31, 2027-04-30), [2027-04-30, 2027-05-31), [2027-05-31, 2027-06-30)", () => Periods("2027-01-31", 5)),
        ["BC-03"] = ("[2027-01-30, 2027-02-28), [2027-02-28, 2027-03-30), [2027-03-30, 2027-04-30), [2027-04-30, 2027-05-30)", () => Periods("2027-01-30", 4)),
        ["BC-05"] = ("[2026-11-30, 2027-02-28), [2027-02-28, 2027-05-30), [2027-05-30, 2027-08-30), [2027-08-30, 2027-11-30)", () => Periods("2026-11-30", 4, 3)),
        ["BC-07"] = ("2028-02-29", () => Text(BillingPeriods.PlusMonths(LeaseScript.Day("2026-08-31"), 18))),
        ["BC-09"] = ("$40,000.00", () => Prorated("2027-01-01", "2027-01-12", "2027-02-01", 62_000, 1)),
        ["BC-11"] = ("$32,068.97", () => Prorated("2028-02-01", "2028-02-15", "2028-03-01", 62_000, 1)),
        ["BC-13"] = ("$48,774.19", () => Prorated("2027-03-01", "2027-03-11", "2027-04-01", 9_000, 8)),
        ["BC-15"] = ("net $154.67, tax $38.67, credit $193.34", () =>
        {
            var net = Proration.Part(Usd(16_000), new Fraction(29, 30));
            var tax = TaxOf(25, TaxTreatment.Exclusive, -net);
            return $"net {Dollars(net)}, tax {Dollars(-tax.Amount)}, credit {Dollars(-(tax.Net + tax.Amount))}";
        }
        ),
        ["BC-17"] = ("$320,000.00 for September, $1,280,000.00 for October", () =>
            $"{Prorated("2026-09-01", "2026-09-16", "2026-10-01", 20_000, 32)} for September, {Prorated("2026-10-01", "2026-10-01", "2026-11-01", 20_000, 64)} for October"),
        ["BC-19"] = ("5925.3333 GPU-hours, $14,754.08", () => Hours(
            "2026-10-01",
            "2026-11-01",
            2.49m,
            Service("2026-10-01T00:00:00Z", "2026-10-10T10:00:00Z", 8),
            Service("2026-10-10T13:20:00Z", "2026-11-01T00:00:00Z", 8, node: 2))),
        ["BC-21"] = ("100 nodes billed", () =>
        {
            var lease = new LeaseScript(LeaseScript.Opening(units: 100));
            lease.Deliver("2027-01-01T00:00:00Z", [.. Enumerable.Range(1, 102)]).Accept("2027-01-01T00:00:00Z", [.. Enumerable.Range(1, 102)]);
            var month = BillingPeriods.ToInterval(DateTimeZone.Utc, LeaseScript.Days("2027-01-01", "2027-02-01"));
            return $"{LeaseRent.Services(lease.Now, month).Sum(service => service.Quantity) / 8:0} nodes billed";
        }
        ),
        ["BC-23"] = ("$749.25", () => Dollars(Proration.Price(
            UnitPrice.Of(Currency.Usd, 2.25m), Enumerable.Repeat(Fraction.From(0.333m), 1_000).Aggregate(Fraction.Zero, (sum, next) => sum + next)))),
        ["BC-25"] = ("$0.13 and -$0.13", () => $"{Dollars(Money.Round(Currency.Usd, 0.125m))} and {Dollars(Money.Round(Currency.Usd, -0.125m))}"),
        ["BC-27"] = ("$300,000.00, $300,000.00, $400,000.01", () => string.Join(", ", Usd(100_000_001).Split(30, 30, 40).Select(Dollars))),
        ["BC-29"] = (
            "$20,833.33, $20,833.34, $20,833.33, $20,833.33, $20,833.34, $20,833.33, $20,833.33, $20,833.34, $20,833.33, $20,833.33, $20,833.34, $20,833.33 = $250,000.00",
            () =>
            {
                var draws = Enumerable.Range(1, 12).Select(month => Proration.Draw(Usd(25_000_000), month, 12)).ToList();
                return $"{string.Join(", ", draws.Select(Dollars))} = {Dollars(Money.Sum(Currency.Usd, draws))}";
            }
        ),
        ["BC-31"] = ("743 h, $11,888.00; period 2027-03-01T05:00Z to 2027-04-01T04:00Z", () => $"{Month("America/New_York", "2027-03-01", "2027-04-01")}; {Instants("America/New_York", "2027-03-01", "2027-04-01")}"),
        ["BC-33"] = ("745 h, $11,920.00; period 2026-09-30T22:00Z to 2026-10-31T23:00Z", () => $"{Month("Europe/Oslo", "2026-10-01", "2026-11-01")}; {Instants("Europe/Oslo", "2026-10-01", "2026-11-01")}"),
        ["BC-35"] = ("744 h, $11,904.00", () => Month("UTC", "2026-10-01", "2026-11-01")),
        ["BC-37"] = ("belongs to October", () =>
            BillingPeriods.ToInterval(DateTimeZone.Utc, LeaseScript.Days("2026-09-01", "2026-10-01")).Contains(LeaseScript.At("2026-10-01T00:00:00Z")) ? "belongs to September"
            : BillingPeriods.ToInterval(DateTimeZone.Utc, LeaseScript.Days("2026-10-01", "2026-11-01")).Contains(LeaseScript.At("2026-10-01T00:00:00Z")) ? "belongs to October" : "belongs to neither"),
        ["BC-39"] = ("2029-02-28: $2.06; 2030-02-28: $2.1218; 2031-02-28: $2.185454; 2032-02-29: $2.25101762", () => string.Join("; ", Enumerable.Range(1, 4).Select(year =>
        {
            var price = Escalation.PriceIn(UnitPrice.Of(Currency.Usd, 2), Percentage.From(3), year).Amount;
            return $"{Text(Escalation.YearStart(LeaseScript.Day("2028-02-29"), year))}: ${price.ToString("0.00######", CultureInfo.InvariantCulture)}";
        }))),
        ["BC-41"] = ("$2.08, then $2.08", () =>
        {
            var link = new IndexLink("index", 0, Percentage.From(4), Percentage.Zero);
            ImmutableArray<IndexValue> values = [new(LeaseScript.Day("2027-01-01"), 100), new(LeaseScript.Day("2028-01-01"), 104.7m), new(LeaseScript.Day("2029-01-01"), 104.7m * 0.988m)];
            var prices = Enumerable.Range(1, 2).Select(year => Indexation.PriceIn(link, UnitPrice.Of(Currency.Usd, 2), LeaseScript.Day("2027-01-01"), year, values).Price.Amount).ToList();
            return $"${prices[0]:0.00######}, then ${prices[1]:0.00######}";
        }
        ),
        ["BC-43"] = ("50% of $20,000.00 = $10,000.00", () =>
        {
            var month = new Interval(LeaseScript.At("2026-09-01T00:00:00Z"), LeaseScript.At("2026-10-01T00:00:00Z"));
            var credit = SlaCredits.CreditFor(Tiers, SlaCredits.Availability(month, [new Interval(month.Start, month.Start + Duration.FromHours(8))], []));
            return $"{credit.Value:0}% of $20,000.00 = {Dollars(Usd(2_000_000).Share(credit))}";
        }
        ),
        ["BC-45"] = ("3 h", () =>
        {
            var day = new Interval(LeaseScript.At("2026-09-01T00:00:00Z"), LeaseScript.At("2026-09-02T00:00:00Z"));
            var lost = SlaCredits.Downtime(day, [new(LeaseScript.At("2026-09-01T10:00:00Z"), LeaseScript.At("2026-09-01T12:00:00Z")), new(LeaseScript.At("2026-09-01T11:30:00Z"), LeaseScript.At("2026-09-01T13:00:00Z"))]);
            return $"{lost.TotalHours:0.##} h";
        }
        ),
        ["BC-47"] = ("100%", () =>
        {
            var credits = SlaCredits.Capped(Usd(2_000_000), [Percentage.From(50), Percentage.From(70)], Percentage.From(100));
            return $"{Money.Sum(Currency.Usd, credits).Major / 20_000m * 100:0}%";
        }
        ),
        ["BC-49"] = (
            "credit note $10,000.00 to the customer balance; next amount due $90,000.00; operator reversal $9,200.00, platform fee back $800.00",
            CreditAfterPayment),
        ["BC-51"] = ("0 days, then 1 day", () =>
        {
            var zone = BillingPeriods.Zone("Asia/Singapore");
            var next = BillingPeriods.Midnight(zone, LeaseScript.Day("2026-09-02"));
            return $"{DelayDays.Late(zone, LeaseScript.Day("2026-09-01"), next - Duration.FromSeconds(1))} days, then {DelayDays.Late(zone, LeaseScript.Day("2026-09-01"), next)} day";
        }
        ),
        ["BC-53"] = ("refund $566,666.65", () =>
        {
            var account = new AccountScript();
            account.Do(new OpenDeposit(Reservation, Operator, Usd(66_666_666), PaymentMethod.Transfer, account.Now));
            account.Do(new TakePayment(account.State.OrderOf(account.State.Deposits[Reservation])));
            account.Do(new BillRent(Worth(10_000_001)));
            var returning = account.Do(new SettleLease(Statements.Lease, Reservation)).OfType<DepositReturning>().Single();
            return $"refund {Dollars(returning.Amount)}";
        }
        ),
        ["BC-55"] = ("left $835,483.87, fee $334,193.55", () =>
        {
            var months = Proration.Months(LeaseScript.Day("2027-01-01"), LeaseScript.Day("2027-05-20"), LeaseScript.Day("2028-01-31"));
            var left = months * 100_000;
            return $"left {Dollars(left.ToMoney(Currency.Usd))}, fee {Dollars((left * Fraction.From(0.4m)).ToMoney(Currency.Usd))}";
        }
        ),
        ["BC-57"] = ("invoice -$2,000.00: nothing due, $2,000.00 of customer credit", () =>
        {
            var account = new AccountScript();
            account.Do(new BillRent(Worth(-200_000)));
            var invoice = account.State.Invoices.Values.Single();
            return $"invoice {Dollars(invoice.Total)}: {(invoice.Outstanding.IsZero ? "nothing" : "something")} due, {Dollars(account.Credits)} of customer credit";
        }
        ),
        ["BC-59"] = ("VAT $200.00, net $799.99", () =>
        {
            var tax = TaxOf(25, TaxTreatment.Inclusive, Usd(99_999));
            return $"VAT {Dollars(tax.Amount)}, net {Dollars(tax.Net)}";
        }
        ),
        ["BC-61"] = ("fee $858.67, operator $10,590.22", () =>
        {
            var split = PlatformFee.Of(Usd(1_144_889), Percentage.From(7.5m));
            return $"fee {Dollars(split.Fee)}, operator {Dollars(split.Operator)}";
        }
        ),
        ["BC-63"] = ("3 payments: $999,999.99, $999,999.99, $345,678.92", () =>
        {
            var payments = PaymentSplit.Of(Usd(234_567_890));
            return $"{payments.Length} payments: {string.Join(", ", payments.Select(Dollars))}";
        }
        ),
        ["BC-65"] = ("one invoice", () =>
        {
            var account = new AccountScript();
            account.Do(new BillRent(Worth(100)));
            account.Do(new BillRent(Worth(100)));
            return account.State.Invoices.Count == 1 ? "one invoice" : $"{account.State.Invoices.Count} invoices";
        }
        ),
        ["BC-67"] = ("paid", () =>
        {
            var payment = Payment.Evolve(null, new PaymentAsked(LeaseScript.At("2027-01-01T00:00:00Z"), Order));
            foreach (var outcome in new[] { GatewayOutcome.Succeeded, GatewayOutcome.Created })
            {
                var report = new GatewayReport("evt_" + outcome, new GatewayAnswer(outcome, "pi_1", null), Refund: false);
                payment = Payment.Decide(payment, new TakeReport(report), LeaseScript.At("2027-01-01T00:00:00Z")).Facts.Aggregate(payment, Payment.Evolve);
            }

            return payment.Status == PaymentStatus.Succeeded ? "paid" : payment.Status.ToString();
        }
        ),
        ["BC-69"] = ("credit note $215.00", () =>
        {
            var account = new AccountScript();
            account.Do(new BillRent(Worth(100_000)));
            var invoice = account.PayAll();
            var amount = Proration.Price(UnitPrice.Of(Currency.Usd, 2.15m), 100);
            var note = account.Do(new IssueCreditNote(CreditNoteId.From("cn_1"), Operator, invoice, amount, "100 GPU-hours too many")).OfType<CreditNoteIssued>().Single().Note;
            return $"credit note {Dollars(note.Total)}";
        }
        ),
        ["BC-71"] = ("sum of debits = sum of credits per currency after every posting; Stripe balance = clearing account", () =>
        {
            var account = new AccountScript();
            account.Do(new BillRent(Worth(100_000)));
            account.PayAll();
            account.Do(new BillRent(Worth(-20_000, revision: 2)));
            account.Do(new BillRent(Worth(50_000, revision: 3)));
            account.PayAll();
            return account.AlwaysBalanced && account.Gateway == account.SentToOperator
                ? "sum of debits = sum of credits per currency after every posting; Stripe balance = clearing account"
                : "out of balance";
        }
        ),
    };

    public static TheoryData<string> Ids => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_case_comes_out_as_the_rule_book_has_it(string id) => Assert.Equal(Cases[id].Expected, Cases[id].Actual());

    [Fact]
    public void Every_case_of_the_rule_book_is_here_with_its_own_figures()
    {
        var rows = Row().Matches(File.ReadAllText(SharedData.Require("../cases/billing.md"))).ToDictionary(row => row.Groups["id"].Value, row => row.Groups["expected"].Value);

        Assert.NotEmpty(rows);
        Assert.Equal(rows.OrderBy(row => row.Key), Cases.Select(row => KeyValuePair.Create(row.Key, row.Value.Expected)).OrderBy(row => row.Key));
    }

    [GeneratedRegex(@"^\| (?<id>BC-\d+) \|.*\| \*\*(?<expected>.*?)\*\* \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();

    private static PaymentOrder Order => new(PaymentId.From("pay_1"), Tenant, Operator, PaymentPurpose.Invoice, "inv_1", Usd(100), PaymentMethod.Card);

    private static string CreditAfterPayment()
    {
        var account = new AccountScript();
        account.Do(new BillRent(Worth(10_000_000) with { Terms = WithFee(8) }));
        var invoice = account.PayAll();
        var note = account.Do(new IssueCreditNote(CreditNoteId.From("cn_1"), Operator, invoice, Usd(1_000_000), "10 % SLA credit")).OfType<CreditNoteIssued>().Single().Note;
        account.Do(new BillRent(Worth(10_000_000, revision: 2)));
        var next = account.State.Invoices.Values.Single(other => other.Revision == 2);
        return $"credit note {Dollars(note.Total)} to the customer balance; next amount due {Dollars(next.Outstanding)}; operator reversal {Dollars(note.OperatorShare)}, platform fee back {Dollars(note.FeeShare)}";
    }

    private static ContractTerms WithFee(decimal fee)
    {
        var terms = Worth(1).Terms;
        return terms with { Clauses = terms.Clauses with { PlatformFee = Percentage.From(fee) } };
    }

    private static InvoiceTax TaxOf(decimal percent, TaxTreatment treatment, Money amount)
    {
        var line = new InvoiceLine { Kind = InvoiceLineKind.Rent, Text = "Rent", Period = LeaseScript.Days("2027-01-01", "2027-02-01"), Amount = amount };
        var rate = new TaxRate("vat", "VAT", "NO", null, Percentage.From(percent), LeaseScript.Day("2020-01-01"), null, null, []);
        var profile = new TaxProfile("NO", null, null, null);
        return TaxEngine.For([line], treatment == TaxTreatment.Inclusive, profile, profile, [rate], LeaseScript.Day("2027-01-01"));
    }

    private static string Periods(string anchor, int count, int months = 1) => string.Join(
        ", ", Enumerable.Range(0, count).Select(index => BillingPeriods.At(LeaseScript.Day(anchor), index, months)).Select(period => $"[{Text(period.Start)}, {Text(period.End)})"));

    private static string Prorated(string anchor, string from, string until, decimal price, int nodes) =>
        Dollars(Proration.Price(UnitPrice.Of(Currency.Usd, price), nodes * Proration.Months(LeaseScript.Day(anchor), LeaseScript.Day(from), LeaseScript.Day(until))));

    private static string Hours(string from, string until, decimal price, params ImmutableArray<NodeService> charges)
    {
        var line = Assert.Single(RentEngine.Lines(Of(from, until, price: price, charges: charges)));
        return $"{line.Quantity!.Value.ToString("0.####", CultureInfo.InvariantCulture)} GPU-hours, {Dollars(line.Amount)}";
    }

    private static string Month(string zone, string from, string until)
    {
        var line = Assert.Single(RentEngine.Lines(Of(from, until, zone: zone, charges: [Between(from, until, 8, zone)])));
        return $"{line.Quantity / 8:0} h, {Dollars(line.Amount)}";
    }

    private static string Instants(string zone, string from, string until)
    {
        var interval = BillingPeriods.ToInterval(BillingPeriods.Zone(zone), LeaseScript.Days(from, until));
        return string.Create(CultureInfo.InvariantCulture, $"period {interval.Start:uuuu-MM-dd'T'HH:mm'Z'} to {interval.End:uuuu-MM-dd'T'HH:mm'Z'}");
    }

    private static string Text(LocalDate date) => date.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture);

    private static string Dollars(Money money) => (money.Minor < 0 ? "-$" : "$") + Math.Abs(money.Major).ToString("#,0.00", CultureInfo.InvariantCulture);
}
