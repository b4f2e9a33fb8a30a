using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Leases;
using Marketplace.Testing;
using Marketplace.Testing.BadDays;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Marketplace.Grains.Tests.Billing;

/// <summary>From a card given on the gateway's page to an invoice collected with it and the card given up, with the process dead or the answer lost at every call.</summary>
public sealed class PaymentMethodsBadDayTests : IAsyncLifetime
{
    private const int MostSteps = 40;
    private static readonly Uri Back = new("https://market.example/billing");
    private readonly TestGateway gateway = new();
    private MoneyMarket money = null!;

    public async ValueTask InitializeAsync() => money = await MoneyMarket.StartAsync(gateway);

    public ValueTask DisposeAsync() => money.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_death_at_any_call_to_the_gateway_charges_once_and_keeps_and_gives_up_one_card(bool after)
    {
        var died = 0;
        for (; died < MostSteps; died++)
        {
            var some = new Party(money, gateway, $"d{died}");
            money.Plan.DieAt(died + 1, after);
            await some.RunAsync();
            if (money.Plan.Calls <= died)
            {
                break;
            }
        }

        Assert.InRange(died, 4, MostSteps - 1);
    }

    [Theory]
    [InlineData(GatewayFault.Lost)]
    [InlineData(GatewayFault.Unanswered)]
    public async Task Every_call_lost_once_changes_nothing(GatewayFault fault)
    {
        var some = new Party(money, gateway, "l" + fault.ToString().ToLowerInvariant());
        gateway.Fail(fault, GatewayFault.None, fault, GatewayFault.None, fault, GatewayFault.None, fault);

        await some.RunAsync();
    }

    [Fact]
    public async Task A_dead_process_between_the_steps_loses_nothing()
    {
        var some = new Party(money, gateway, "c1");
        await some.KeepAsync();
        await money.CrashAsync();
        await some.SettleAsync();
        await money.CrashAsync();
        await some.BillAsync();
        await money.CrashAsync();
        await some.PaidAsync();
        await money.CrashAsync();
        await some.RemoveAsync();
    }

    [Fact]
    public async Task A_notification_that_comes_thrice_and_late_keeps_one_card_and_expiry_is_announced_once()
    {
        var some = new Party(money, gateway, "n1");
        var notice = await some.GiveAsync(new LocalDate(2026, 2, 28));
        for (var i = 0; i < 3; i++)
        {
            await money.InsistAsync(() => money.Market.Services.GetRequiredService<GatewayInbox>().TakeAsync(notice with { Id = $"{notice.Id}_{i}" }));
        }

        var method = Assert.Single((await some.Methods.GetAsync())!.State.Methods);
        await money.Market.Time.AdvanceAsync(Instant.FromUtc(2026, 3, 2, 0, 0));

        Assert.NotNull((await some.Methods.GetAsync())!.State.Find(method.Id)!.AnnouncedAt);
        Assert.Equal(Instant.FromUtc(2026, 1, 30, 0, 0), (await some.Methods.GetAsync())!.State.Find(method.Id)!.AnnouncedAt);
    }

    /// <summary>A tenant and an operator of their own.</summary>
    private sealed class Party(MoneyMarket money, TestGateway gateway, string name)
    {
        private readonly OrganizationId tenant = OrganizationId.From("org_tenant" + name);
        private readonly OrganizationId supplier = OrganizationId.From("org_operator" + name);
        private readonly MethodSetupId setup = MethodSetupId.From("setup_" + name);
        private readonly ReservationId reservation = ReservationId.From("rsv_" + name);

        public IPaymentMethodsGrain Methods => money.Market.Grains.GetGrain<IPaymentMethodsGrain>(tenant.Value);

        private IBillingAccountGrain Account => money.Market.Grains.GetGrain<IBillingAccountGrain>(tenant.Value);

        private InvoiceId Invoice => Domain.Billing.Invoice.IdOf(RentStatements.January(tenant, supplier, reservation));

        private PaymentId Payment => PublicId.Derive<PaymentId>("invoice", Invoice.Value, "1");

        public async Task RunAsync()
        {
            await KeepAsync();
            await SettleAsync();
            await BillAsync();
            await PaidAsync();
            await RemoveAsync();
        }

        public async Task<GatewayNotice> GiveAsync(LocalDate? through = null)
        {
            await EventuallyAsync(async () => (await Methods.SetUpAsync(new AskSetup(new MethodSetupOrder(setup, tenant, supplier, Currency.Usd, Back), "usr_1", false))).IsGranted);
            return gateway.GiveCard(setup, tenant, through);
        }

        public async Task KeepAsync()
        {
            await GiveAsync();
            await EventuallyAsync(async () => (await Methods.LookAsync(setup)).Value?.Status == MethodSetupStatus.Done);
            Assert.Single((await Methods.GetAsync())!.State.Methods);
        }

        public async Task SettleAsync()
        {
            await ManageAsync("on", new SetCollection(supplier, Currency.Usd, CollectionTime.OnIssue));
            await EventuallyAsync(async () =>
            {
                await Methods.DrainAsync();
                return true;
            });
        }

        public Task<bool> BillAsync() => EventuallyAsync(async () =>
        {
            var statement = RentStatements.January(tenant, supplier, reservation);
            await Account.ReceiveAsync(new Envelope(GrainKeys.Lease(statement.Lease).ToString(), 1, new RentDue(statement)));
            return true;
        });

        public async Task PaidAsync()
        {
            await EventuallyAsync(async () => (await Account.GetInvoiceAsync(Invoice))?.Status == InvoiceStatus.Paid);
            var invoice = (await Account.GetInvoiceAsync(Invoice))!;
            Assert.Equal((1, invoice.Total), (invoice.Payments, invoice.Settled));
            var charge = Assert.Single(await money.MovementsAsync(Payment.Value));
            Assert.Equal((GatewayMovementKind.Charge, invoice.Total), (charge.Kind, charge.Amount));
        }

        public async Task RemoveAsync()
        {
            var method = (await Methods.GetAsync())!.State.Methods[0].Id;
            await ManageAsync("off", new SetCollection(supplier, Currency.Usd, CollectionTime.Never));
            await EventuallyAsync(async () => (await Methods.RemoveAsync(Operation("remove"), method)).IsGranted);
            await EventuallyAsync(async () => (await Methods.GetAsync())!.State.Methods.IsEmpty);
            Assert.DoesNotContain("gw_card_" + setup, gateway.Methods);
        }

        private static Operation Operation(string id) => new(id, id);

        private Task<bool> ManageAsync(string id, PaymentMethodsCommand command) => EventuallyAsync(async () => (await Methods.ManageAsync(Operation(id), command)).IsGranted);

        // Whoever asked asks again; what waits for its next try is visited once its pause is over.
        private Task<bool> EventuallyAsync(Func<Task<bool>> holds) => money.InsistAsync(async () =>
        {
            foreach (IAggregateGrain grain in new IAggregateGrain[] { Methods, Account, money.Market.Grains.GetGrain<IPaymentGrain>(Payment.Value) })
            {
                await grain.VisitAsync(null);
                await grain.DrainAsync();
            }

            await money.Market.Clock.SetForwardAsync(money.Market.Clock.Now + Duration.FromSeconds(10));
            return await holds() ? true : throw new InvalidOperationException("Not yet.");
        });
    }
}
