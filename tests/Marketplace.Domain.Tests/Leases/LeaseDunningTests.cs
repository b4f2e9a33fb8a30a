using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using static Marketplace.Domain.Tests.Leases.LeaseScript;

namespace Marketplace.Domain.Tests.Leases;

public sealed class LeaseDunningTests
{
    private static readonly InvoiceId First = InvoiceId.From("inv_1");
    private static readonly InvoiceId Second = InvoiceId.From("inv_2");

    [Fact]
    public void Grace_notice_suspension_and_termination_follow_by_the_marketplaces_own_days()
    {
        var script = Overdue();
        Assert.Equal((At("2027-03-25T00:00:00Z"), DunningStep.SuspensionNotice), LeaseDunning.Next(script.Now));
        Assert.Contains(new GraceBegan(At("2027-03-04T00:00:00Z"), At("2027-03-25T00:00:00Z")), script.Facts);

        script.Pass("2027-03-25T00:00:00Z");
        Assert.Contains(new SuspensionNoticed(At("2027-03-25T00:00:00Z"), At("2027-04-01T00:00:00Z")), script.Facts);
        Assert.False(script.Now.IsSuspended);

        script.Play("2027-04-01T00:00:00Z", Step(DunningStep.Suspension));
        Assert.True(script.Now.IsSuspended);
        Assert.Equal((At("2027-05-01T00:00:00Z"), DunningStep.Termination), LeaseDunning.Next(script.Now));

        script.Play("2027-05-01T00:00:00Z", Step(DunningStep.Termination));
        Assert.Equal(LeaseStatus.Ended, script.Now.Status);
        Assert.Equal(At("2027-05-01T00:00:00Z"), script.Now.EndedAt);
        Assert.Equal(new Suspension(At("2027-04-01T00:00:00Z"), At("2027-05-01T00:00:00Z")), Assert.Single(script.Now.Suspensions!.Value));
    }

    [Fact]
    public void Termination_for_cause_costs_what_an_early_exit_costs_without_its_notice()
    {
        var script = Suspended().Play("2027-05-01T00:00:00Z", Step(DunningStep.Termination));

        var fact = Assert.Single(script.Facts.OfType<LeaseTerminatedForCause>());
        var expected = new LeaseScript().Deliver("2027-01-05T00:00:00Z", 1).Accept("2027-01-06T00:00:00Z", 1)
            .Play("2027-04-01T00:00:00Z", new QuoteExit(Tenant, ExitQuoteId.From("exit_1"), Day("2027-05-02"))).Now.ExitQuote!;
        var perDay = new Money(Currency.Usd, 8 * 24 * 200);
        Assert.Equal(expected.Left + perDay, fact.Quote.Left);
        Assert.Equal(fact.Quote.Left.Share(Percentage.From(40)), fact.Quote.Fee);
        Assert.Equal(Day("2027-05-01"), fact.Quote.ExitsOn);
        Assert.Equal([First], fact.Invoices);
        Assert.Equal([RentKind.ExitFee, RentKind.Final], script.Statements.TakeLast(2).Select(statement => statement.Kind));
        Assert.Equal(fact.Quote.Fee, script.Statements.Single(statement => statement.Kind == RentKind.ExitFee).ExitFee);
    }

    [Theory]
    [InlineData("2027-03-10T00:00:00Z", typeof(ArrearsCleared))]
    [InlineData("2027-03-28T00:00:00Z", typeof(SuspensionNoticeWithdrawn))]
    [InlineData("2027-04-20T00:00:00Z", typeof(SuspensionLifted))]
    public void Paying_heals_every_step_but_a_termination(string paidAt, Type last)
    {
        var script = string.CompareOrdinal(paidAt, "2027-04-01") < 0 ? Overdue().Pass(paidAt) : Suspended();

        script.Play(paidAt, new ClearOverdue(First));

        Assert.IsType(last, script.Facts[^1]);
        Assert.Equal((LeaseStatus.Active, null, false), (script.Now.Status, script.Now.Dunning, script.Now.IsSuspended));
        Assert.DoesNotContain(script.Pass("2027-12-01T00:00:00Z").Facts, fact => fact.At > At(paidAt) && fact is SuspensionNoticed or LeaseTerminatedForCause);
    }

    [Fact]
    public void Money_after_a_termination_for_cause_pays_and_heals_nothing()
    {
        var script = Suspended(hour: "05:00:00").Play("2027-05-02T05:00:00Z", Step(DunningStep.Termination));
        Assert.Equal(LeaseStatus.Terminating, script.Now.Status);

        script.Play("2027-05-02T06:00:00Z", new ClearOverdue(First));

        Assert.Equal((LeaseStatus.Terminating, DunningStage.Terminated, true), (script.Now.Status, script.Now.Dunning!.Stage, script.Now.IsSuspended));
        Assert.Equal(LeaseStatus.Ended, script.Pass("2027-05-03T00:00:00Z").Now.Status);
    }

    [Fact]
    public void The_oldest_invoice_sets_the_clock_and_leaves_it_to_the_next()
    {
        var script = Overdue().Play("2027-04-03T00:00:00Z", new MarkOverdue(Second, At("2027-04-03T00:00:00Z")));
        script.Play("2027-04-10T00:00:00Z", Step(DunningStep.Suspension));
        Assert.True(script.Now.IsSuspended);

        // The second invoice is within its own grace: what the first brought about falls away with it.
        script.Play("2027-04-11T00:00:00Z", new ClearOverdue(First));
        Assert.Equal((LeaseStatus.InArrears, false), (script.Now.Status, script.Now.IsSuspended));
        Assert.Equal((At("2027-04-24T00:00:00Z"), DunningStep.SuspensionNotice), LeaseDunning.Next(script.Now));
    }

    [Fact]
    public void A_suspension_stays_while_another_invoice_has_outlived_its_own_grace()
    {
        var script = Suspended().Play("2027-04-03T00:00:00Z", new MarkOverdue(Second, At("2027-04-03T00:00:00Z")));

        script.Play("2027-04-25T00:00:00Z", new ClearOverdue(First));

        Assert.True(script.Now.IsSuspended);
        Assert.Equal(At("2027-05-01T00:00:00Z"), LeaseDunning.Next(script.Now)!.Value.At);
    }

    [Fact]
    public void A_notice_counts_from_when_it_was_given_however_late()
    {
        var script = Overdue().Pass("2027-04-20T13:00:00Z");

        Assert.Contains(new SuspensionNoticed(At("2027-04-20T13:00:00Z"), At("2027-04-28T00:00:00Z")), script.Facts);
        Assert.Empty(script.Decide("2027-04-27T23:59:59Z", Step(DunningStep.Suspension)).Facts.OfType<LeaseSuspended>());
        Assert.Contains(script.Facts.OfType<RentStated>(), stated => stated.At == At("2027-04-01T00:00:00Z"));
    }

    [Theory]
    [InlineData(MoneyInSight.OnItsWay, "2027-04-02T00:00:00Z")]
    [InlineData(MoneyInSight.Unknown, "2027-04-01T00:10:00Z")]
    public void A_step_waits_for_money_on_its_way_and_for_the_gateways_word(MoneyInSight money, string until)
    {
        var script = Overdue().Pass("2027-03-25T00:00:00Z");

        script.Play("2027-04-01T00:00:00Z", new TakeDunningStep(DunningStep.Suspension, money));
        Assert.False(script.Now.IsSuspended);
        Assert.Equal((At(until), DunningStep.Suspension), LeaseDunning.Next(script.Now));

        script.Play(until, new TakeDunningStep(DunningStep.Suspension, money));
        Assert.Equal([false, true], script.Facts.OfType<DunningWaits>().Select(waits => waits.Again));
        script.Play("2027-04-05T00:00:00Z", Step(DunningStep.Suspension));
        Assert.True(script.Now.IsSuspended);
    }

    [Fact]
    public void Steps_are_data_of_the_terms()
    {
        var opening = Opening();
        var never = opening with
        {
            Terms = opening.Terms with { Clauses = opening.Terms.Clauses with { Dunning = new DunningTerms([1], 2, null, null) } },
        };
        var script = new LeaseScript(never).Deliver("2027-01-05T00:00:00Z", 1).Accept("2027-01-06T00:00:00Z", 1)
            .Play("2027-03-04T00:00:00Z", new MarkOverdue(First, At("2027-03-04T00:00:00Z"))).Pass("2027-11-01T00:00:00Z");

        Assert.Null(LeaseDunning.Next(script.Now));
        Assert.Equal((LeaseStatus.InArrears, DunningStage.Grace), (script.Now.Status, script.Now.Dunning!.Stage));
    }

    [Fact]
    public void Rent_runs_through_a_suspension_which_is_on_record()
    {
        var script = Suspended().Play("2027-04-11T00:00:00Z", new ClearOverdue(First)).Pass("2027-05-01T00:00:00Z");

        var april = script.Statements.Single(statement => statement.Period == Days("2027-04-01", "2027-05-01"));
        Assert.Equal((At("2027-04-01T00:00:00Z"), At("2027-05-01T00:00:00Z")), (april.Charges.Single().From, april.Charges.Single().Until));
        Assert.Equal([new Suspension(At("2027-04-01T00:00:00Z"), At("2027-04-11T00:00:00Z"))], script.Now.Suspensions!.Value);
    }

    [Fact]
    public void A_lease_under_notice_is_suspended_but_not_terminated_for_cause()
    {
        var exit = ExitQuoteId.From("exit_1");
        var script = new LeaseScript(Opening(notice: 120)).Deliver("2027-01-05T00:00:00Z", 1).Accept("2027-01-06T00:00:00Z", 1)
            .Play("2027-02-20T00:00:00Z", new QuoteExit(Tenant, exit, null)).Play("2027-02-20T00:00:00Z", new TerminateLease(Tenant, exit))
            .Play("2027-03-04T00:00:00Z", new MarkOverdue(First, At("2027-03-04T00:00:00Z"))).Pass("2027-03-25T00:00:00Z")
            .Play("2027-04-01T00:00:00Z", Step(DunningStep.Suspension));

        Assert.True(script.Now.IsSuspended);
        Assert.Null(LeaseDunning.Next(script.Now));
    }

    [Fact]
    public void Reminders_are_counted_once_each()
    {
        var script = Overdue();
        var reminder = new TakeReminder(First, 1, 0);

        Assert.IsType<TenantReminded>(Assert.Single(script.Decide("2027-03-04T00:00:00Z", reminder).Facts));
        script.Play("2027-03-04T00:00:00Z", reminder);
        Assert.Empty(script.Decide("2027-03-04T00:00:00Z", reminder).Facts);
        Assert.Equal(1, script.Now.Dunning!.Invoices.Single().Reminders);
    }

    [Fact]
    public void A_disputed_payment_bars_a_renewal_until_it_is_decided()
    {
        var script = new LeaseScript(Opening(renewal: new Renewal(1, 12, 90))).Deliver("2027-01-05T00:00:00Z", 1).Accept("2027-01-06T00:00:00Z", 1)
            .Play("2027-03-05T00:00:00Z", new MarkDisputed(First, IsOpen: true));

        Assert.Equal("lease_payment_disputed", script.RefusalOf("2027-03-06T00:00:00Z", new RenewLease(Tenant)));
        script.Play("2027-03-07T00:00:00Z", new MarkDisputed(First, IsOpen: false));
        Assert.Null(script.RefusalOf("2027-03-08T00:00:00Z", new RenewLease(Tenant)));
    }

    private static TakeDunningStep Step(DunningStep step) => new(step, MoneyInSight.None);

    private static LeaseScript Overdue() => new LeaseScript().Deliver("2027-01-05T00:00:00Z", 1).Accept("2027-01-06T00:00:00Z", 1)
        .Play("2027-03-04T00:00:00Z", new MarkOverdue(First, At("2027-03-04T00:00:00Z")));

    private static LeaseScript Suspended(string hour = "00:00:00") =>
        Overdue().Pass("2027-03-25T00:00:00Z").Play($"2027-04-01T{hour}Z", Step(DunningStep.Suspension));
}
