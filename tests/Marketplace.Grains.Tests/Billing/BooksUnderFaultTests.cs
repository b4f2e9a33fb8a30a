using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Leases;
using Marketplace.Testing;
using Marketplace.Testing.Faults;
using NodaTime;
using static Marketplace.Grains.Tests.Billing.BillingWorld;

namespace Marketplace.Grains.Tests.Billing;

/// <summary>
/// Books balance under any sequence of postings, with the store failing between any two writes (case BC-71): each fact is
/// posted once, clearing accounts agree, and the bank account holds what came less what went.
/// </summary>
public sealed class BooksUnderFaultTests
{
    private static readonly string Sender = GrainKeys.Lease(Lease.IdOf(Reservation)).ToString();

    private readonly List<InvoiceId> invoices = [];
    private readonly List<BankReceiptId> receipts = [];
    private long received;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Any_sequence_with_faults_between_its_writes_leaves_the_books_balanced(int seed)
    {
        await using var world = await BillingWorld.StartAsync();
        var random = new Random(seed);
        for (var step = 1; step <= 20; step++)
        {
            world.Market.Faults.Reset();
            world.Market.Faults.AtNumber(random.Next(2) == 0 ? FaultKind.ErrorBeforeWrite : FaultKind.ErrorAfterWrite, random.Next(1, 6));

            // Chosen once: a caller that does not know what became of a step repeats that very step.
            var (number, kind, cents) = (step, random.Next(5), random.Next(1, 1_500_000));
            var named = invoices.Count == 0 ? default : invoices[random.Next(invoices.Count)];
            await InsistAsync(() => (kind, named) switch
            {
                (0 or 1, _) or (_, { Value: null }) => BillAsync(world, number),
                (2 or 3, _) => TransferAsync(world, number, cents, named),
                _ => CreditAsync(world, number, cents / 30, named),
            });
        }

        world.Market.Faults.Reset();
        await world.EventuallyAsync(async () => await NothingMovesAsync(world));

        await world.AssertBooksAgreeAsync(atGateway: 0);
        Assert.Equal(Usd(received), await world.BalanceAsync(Organization.Platform, LedgerAccountKind.Bank));
        foreach (var id in receipts)
        {
            var receipt = (await world.AccountOf(Organization.Platform).GetReceiptAsync(id))!;
            Assert.Equal(-receipt.Left, await world.BalanceAsync(Organization.Platform, LedgerAccountKind.UnappliedReceipts, id.Value));
        }

        foreach (var id in invoices)
        {
            var invoice = (await world.Account.GetInvoiceAsync(id))!;
            Assert.True(invoice.Outstanding.Minor >= 0 && (invoice.Credited ?? Usd(0)) <= invoice.Total, $"{invoice.Number}: {invoice.Outstanding} left, {invoice.Credited} credited.");
        }
    }

    private async Task<bool> BillAsync(BillingWorld world, int number)
    {
        var statement = RentStatements.January(Tenant, Operator, Reservation, revision: number);
        await world.Account.ReceiveAsync(new Envelope(Sender, number, new RentDue(statement)));
        Remember(invoices, Invoice.IdOf(statement));
        return true;
    }

    private async Task<bool> TransferAsync(BillingWorld world, int number, long cents, InvoiceId invoice)
    {
        var id = BankReceiptId.From($"brc_{number}");
        if (!receipts.Contains(id))
        {
            receipts.Add(id);
            received += cents;
        }

        var entry = new BankEntry(id, "NO93", "statement", $"{number}", new LocalDate(2026, 2, 1), Usd(cents), "Lumen", "NO83", "rent", null);
        Assert.True((await world.AccountOf(Organization.Platform).ManageAsync(new TakeBankEntries([new NamedBankEntry(entry, new ReferencedInvoice(Tenant, Operator, invoice))]))).IsGranted);
        return true;
    }

    private static async Task<bool> CreditAsync(BillingWorld world, int number, long cents, InvoiceId id)
    {
        if (await world.Account.GetInvoiceAsync(id) is { } invoice)
        {
            // A credit above what is left of the invoice is refused, which is as good: the books stay as they were.
            await world.Account.IssueCreditNoteAsync(new IssueCreditNote(CreditNoteId.From($"cn_{number}"), Operator, invoice, Usd(cents), "Credit"));
        }

        return true;
    }

    private static void Remember(List<InvoiceId> known, InvoiceId id)
    {
        if (!known.Contains(id))
        {
            known.Add(id);
        }
    }

    private async Task<bool> NothingMovesAsync(BillingWorld world)
    {
        foreach (var id in receipts)
        {
            if ((await world.AccountOf(Organization.Platform).GetReceiptAsync(id))?.Status is null or BankReceiptStatus.Matching)
            {
                return false;
            }
        }

        foreach (var (self, other) in new[] { (Tenant, Operator), (Tenant, Organization.Platform), (Operator, Organization.Platform) })
        {
            if (await world.BalanceAsync(self, LedgerAccountKind.Clearing, other.Value) != -await world.BalanceAsync(other, LedgerAccountKind.Clearing, self.Value))
            {
                return false;
            }
        }

        return true;
    }
}
