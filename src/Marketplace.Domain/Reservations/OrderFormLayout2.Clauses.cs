using System.Globalization;
using Marketplace.Domain.Terms;

namespace Marketplace.Domain.Reservations;

/// <content>The conditions, clause by clause. A test changes every member of the terms and expects other words.</content>
internal static partial class OrderFormLayout2
{
    private static void Conditions(Page page, Agreement agreement)
    {
        var clauses = agreement.Terms.Clauses;
        page.Line($"Late delivery: from the end of the first day of the term on the tenant may cancel and has its deposit returned, as long as nothing was handed over; while the pool's supply does not cover the reservation, from the start of the term. Once something was delivered, the tenant may from the end of that day on end the lease without notice and fee, and has its deposit returned, as long as nothing was accepted and nothing awaits its word.");
        page.Line($"Cancellation by the operator: until delivery begins; the deposit is returned.");
        page.Line($"Acceptance: the tenant accepts or rejects each delivery; silence for {Count(clauses.Acceptance.DeemedAfterDays, "day")} after it is ready counts as acceptance. Rent runs for accepted nodes or power only.");
        if (clauses.Acceptance.CureDays is { } cure)
        {
            page.Line($"Acceptance test: a node that passes the marketplace's benchmark challenge is accepted by it. One that fails is accepted by no silence; the operator has {Count(cure, "day")} to put it right, then it goes back.");
        }

        page.Line($"Take-or-pay: at least {clauses.TakeOrPay} of the committed quantity that the operator keeps available is paid, whether used or not.");
        page.Line($"Invoices: monthly, {(clauses.Timing == BillingTiming.InAdvance ? "in advance, at the start of each period" : "in arrears, at the end of each period")}; due {Count(clauses.PaymentDays, "day")} after their date.");
        page.Line($"Time zone of billing periods and contract dates: {clauses.LeaseZone}");
        page.Line($"Deposit: {Deposit(agreement)}");
        page.Line($"Prepayment: {(clauses.Prepayment is { } prepayment ? Prepayment(agreement, prepayment) : "none.")}");
        foreach (var line in Instalments(agreement))
        {
            page.Line($"  {line}");
        }

        page.Line($"Unpaid invoices: {Dunning(clauses.DunningSteps)}");
        page.Line($"Early termination by the tenant: the lease ends {Count(clauses.EarlyTermination.NoticeDays, "day")} after notice at the earliest, for a fee of {clauses.EarlyTermination.Fee} of the rent that would still have come for what the operator has in service or can deliver.");
        page.Line($"Renewal: {Renewal(clauses.Renewal)}");
    }

    private static void Conclusion(Page page, Agreement agreement)
    {
        var (paper, holds) = (agreement.Terms.Clauses.Signatures, agreement.Holds);
        page.Line($"Approval: {Sides(paper.OperatorApproves, paper.TenantApproves, "no approval is asked for")}");
        page.Line($"Signature: {Sides(paper.OperatorSigns, paper.TenantSigns, "none is asked for; the reservation itself concludes the contract")}");
        page.Line($"The capacity is held for {Count(holds.PaperDays, "day")} until approvals and signatures are there, then for the deposit: {Count(holds.CardMinutes, "minute")} by card, {Count(holds.TransferBankingDays, "banking day")} by bank transfer.");
    }

    private static string Sides(bool byOperator, bool byTenant, string none) => (byOperator, byTenant) switch
    {
        (true, true) => "by operator and tenant",
        (true, false) => "by the operator",
        (false, true) => "by the tenant",
        _ => none,
    };

    private static string Change(Clauses clauses)
    {
        var change = "";
        if (clauses.Escalator is { } escalator)
        {
            change = Text($"the price rises by {escalator.PerYear} with each contract year after the first, compounded, counted from the first day of rent. ");
        }

        if (clauses.Index is { } index)
        {
            var limits = (index.Floor, index.Cap) switch
            {
                ({ } floor, { } cap) => Text($"but by not less than {floor} and not more than {cap}"),
                ({ } floor, null) => Text($"but by not less than {floor}, without an upper limit"),
                (null, { } cap) => Text($"but by not more than {cap}, without a lower limit"),
                _ => "without limits",
            };
            change += Text($"the price follows the index {index.Index}: with each contract year after the first, counted from the first day of rent, it changes as the index did between the reference months, {limits}. A reference month lies {Count(index.LagMonths, "month")} before the contract year's first month; a value not yet published is put right on a later invoice. The total above is computed at the first year's price.");
        }

        return change.Length == 0 ? "none; the price stays the same." : change.TrimEnd();
    }

    private static string Deposit(Agreement agreement)
    {
        var terms = agreement.Terms.Clauses.Deposit;
        if (terms.Rule == DepositRule.None)
        {
            return "none.";
        }

        var measure = terms.Rule == DepositRule.MonthsOfRent
            ? Text($"{terms.Amount:0.######} {(terms.Amount == 1 ? "month" : "months")} of rent at the highest quantity and the first year's price, as first agreed")
            : Text($"{terms.Amount:0.######}% of the total rent, as first agreed");
        var method = terms.Method == PaymentMethod.Card ? "by card" : "by bank transfer";
        var custody = terms.Custody is { } named ? Custody(named) : "No custodian is named.";
        return Text($"{agreement.Deposit} ({measure}), {method}, before the reservation becomes binding. When the lease ends it is applied to what is unpaid, and the rest is returned. {custody}");
    }

    private static string Custody(CustodyTerms custody)
    {
        var days = custody.HoldingDays is { } limit ? Text($" for at most {Count(limit, "day")}") : "";
        return custody.Custodian switch
        {
            Custodian.PlatformBalance => $"It rests on the marketplace's balance at {custody.Holder}{days}.",
            Custodian.ExternalCustodian => $"{custody.Holder} holds it as custodian; before and after, it may rest at the payment provider{days}.",
            Custodian.Bank => $"{custody.Holder} holds it on a blocked account; before and after, it may rest at the payment provider{days}.",
            Custodian.LetterOfCredit => $"No money is held: a letter of credit stands in for it, issued by {custody.Holder}{days}.",
            _ => throw new InvalidOperationException($"Custody {custody.Custodian} has no words."),
        };
    }

    private static string Prepayment(Agreement agreement, PrepaymentTerms prepayment) => Text(
        $"{prepayment.Share} of the total rent, {agreement.Total.Share(prepayment.Share)}, in {Count(prepayment.Tranches.Length, "instalment")}. It is credited back on invoices in equal parts over {Count(prepayment.CreditMonths, "month")}, beginning after {Count(prepayment.CreditAfterMonths, "month")} of rent; what is left when the contract ends goes back to the tenant. {Custody(prepayment.Custody)}");

    private static IEnumerable<string> Instalments(Agreement agreement) => agreement.Terms.Clauses.Prepayment is not { } prepayment
        ? []
        : prepayment.Tranches.Zip(prepayment.Amounts(agreement.Total)).Select(pair => Text(
            $"{pair.First.Name}: {pair.First.Share} of it, {pair.Second}, invoiced {Count(pair.First.DaysBeforeStart, "day")} before the first day of the term or, if that is later, when the reservation becomes binding"));

    private static string Dunning(DunningTerms dunning)
    {
        var reminders = dunning.ReminderDays.IsEmpty
            ? "no reminders are sent"
            : $"the tenant is reminded on day {string.Join(", ", dunning.ReminderDays.Select(day => day.ToString(CultureInfo.InvariantCulture)))} after the due day has ended (day 0 is that midnight)";
        if (dunning.NoticeDays is not { } notice)
        {
            return Text($"{reminders}; the lease is neither suspended nor terminated for them.");
        }

        var termination = dunning.TerminationDays is { } days
            ? $"After {Count(days, "day")} of suspension the lease is terminated for cause, and the tenant owes the fee of an early termination without its notice."
            : "The lease is not terminated for them.";
        return Text($"{reminders}; after {Count(dunning.GraceDays, "day")} of grace suspension is announced, and {Count(notice, "day")} later the operator may withhold access while rent runs on. {termination} Payment in full before a termination heals all of it.");
    }

    private static string Renewal(Renewal renewal) => renewal.Options == 0
        ? "none; the lease ends with its term."
        : Text($"the tenant has {Count(renewal.Options, "option")} to extend by {Count(renewal.Months, "month")}{(renewal.Options == 1 ? "" : " each")}, at the price then running, by notice at least {Count(renewal.NoticeDays, "day")} before the running term ends.");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
