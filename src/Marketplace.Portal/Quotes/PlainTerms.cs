using Marketplace.Client;
using Marketplace.Portal.Language;

namespace Marketplace.Portal.Quotes;

/// <summary>Clauses as sentences: what they mean for who signs them.</summary>
public static class PlainTerms
{
    /// <summary>A heading and a sentence for each clause that is there.</summary>
    /// <param name="clauses">The clauses.</param>
    /// <param name="holds">How long capacity is held; null to leave that out.</param>
    /// <param name="t">Words.</param>
    /// <param name="f">Numbers.</param>
    public static IEnumerable<(string Heading, string Sentence)> Of(Clauses clauses, HoldTerms? holds, Texts t, Formats f)
    {
        yield return (t["Deposit"], Deposit(clauses.Deposit, t, f));
        yield return (t["Rent"], t[clauses.Timing == BillingTiming.InAdvance
            ? "Invoiced at the start of each month, due within {0} days. Rent starts when you accept a node, not when it is installed."
            : "Invoiced at the end of each month, due within {0} days. Rent starts when you accept a node, not when it is installed.", f.Number(clauses.PaymentDays)]);
        yield return (t["Commitment"], clauses.TakeOrPay == 0
            ? t["You pay for what is in service, and nothing for what you hand back."]
            : t["You pay at least {0} of the committed quantity, used or not. What the operator does not deliver is never charged.", f.Percent(clauses.TakeOrPay)]);
        if (clauses.Escalator is { } escalator)
        {
            yield return (t["Price over time"], t["The price rises by {0} each contract year.", f.Percent(escalator)]);
        }
        else if (clauses.Index is { } index)
        {
            yield return (t["Price over time"], Index(index, t, f));
        }
        else
        {
            yield return (t["Price over time"], t["The price stays the same for the whole term."]);
        }

        yield return (t["Acceptance"], t["You test each delivery and accept or reject it. After {0} days of silence it counts as accepted.", f.Number(clauses.Acceptance.DeemedAfterDays)]
            + (clauses.Acceptance.CureDays is { } cure ? " " + t["The marketplace tests each node as well: one that passes is accepted at once, one that fails is put right within {0} days or goes back.", f.Number(cure)] : ""));
        yield return (t["Leaving early"], t["Possible with {0} days’ notice for {1} of the rent that is left. The exact price is quoted first.", f.Number(clauses.EarlyTermination.NoticeDays), f.Percent(clauses.EarlyTermination.Fee)]);
        yield return (t["Renewal"], clauses.Renewal.Options == 0
            ? t["The lease ends with its term; there is no option to extend it."]
            : t.Count(clauses.Renewal.Options, "You may extend {0} time", "You may extend {0} times") + " " + t["by {0} months on the same terms, if you say so {1} days before the end.", f.Number(clauses.Renewal.Months), f.Number(clauses.Renewal.NoticeDays)]);
        if (clauses.PowerPassThrough is { } power)
        {
            var plus = power.MarkUp is > 0 and var markUp ? t[" plus {0}", f.Percent(markUp)] : "";
            yield return (t["Electricity"], power.Price is { } price
                ? t["Metered and billed at {0} {1} per kWh{2}.", f.Number(price.Amount, 4), price.Currency, plus]
                : t["Metered and billed at cost{0}.", plus]);
        }

        if (clauses.Prepayment is { } prepayment)
        {
            yield return (t["Prepayment"], Prepayment(prepayment, t, f));
        }

        yield return (t["Late payment"], clauses.Dunning is { } dunning ? Dunning(dunning, t, f) : t["Reminders first; then service may be suspended with notice."]);
        if (clauses.TaxInclusive == true)
        {
            yield return (t["Tax"], t["Prices contain the tax that is due on them."]);
        }

        yield return (t["Paper"], Paper(clauses.Signatures, holds, t, f));
        yield return (t["Contract days"], t["All days are counted in {0}.", clauses.LeaseZone]);
    }

    /// <summary>The deposit in one sentence.</summary>
    private static string Deposit(DepositTerms deposit, Texts t, Formats f)
    {
        var method = t[deposit.Method == PaymentMethod.Card ? "by card" : "by bank transfer"];
        var held = deposit.Custodian is { Kind: Custodian.LetterOfCredit } letter ? " " + t["A letter of credit stands in for the money: {0}.", letter.Holder]
            : deposit.Custodian is { } custody ? " " + t["It is held by {0} and comes back at the end, less what is still open.", t.Said(custody.Holder)] : " " + t["It comes back at the end, less what is still open."];
        return deposit.Rule switch
        {
            DepositRule.MonthsOfRent => (deposit.Amount == 1 ? t["{0} month of rent", 1] : t["{0} months of rent", f.Number(deposit.Amount, 2)]) + " " + method + "." + held,
            DepositRule.ShareOfTotal => t["{0} of the total rent", f.Percent(deposit.Amount)] + " " + method + "." + held,
            _ => t["None."],
        };
    }

    private static string Index(IndexLink index, Texts t, Formats f)
    {
        var sentence = t["The price follows the index {0} once a year, by its change between the months that lie {1} months before each contract year.", index.Index, f.Number(index.LagMonths)];
        return sentence + (index.Floor is { } floor ? " " + t["At least {0} a year.", f.Percent(floor)] : "") + (index.Cap is { } cap ? " " + t["At most {0} a year.", f.Percent(cap)] : "");
    }

    private static string Prepayment(PrepaymentTerms prepayment, Texts t, Formats f)
    {
        var parts = string.Join(", ", prepayment.Tranches.Select(part => t["{0} {1} days before the start ({2})", f.Percent(part.Share), f.Number(part.DaysBeforeStart), part.Name]));
        return t["{0} of the rent is paid ahead: {1}. It is held by {2}, and credited back on the invoices over {3} months, beginning after {4}.",
            f.Percent(prepayment.Share), parts, t.Said(prepayment.Custodian.Holder), f.Number(prepayment.CreditMonths), f.Number(prepayment.CreditAfterMonths)];
    }

    private static string Dunning(DunningTerms dunning, Texts t, Formats f)
    {
        var reminders = dunning.ReminderDays.Count == 0 ? t["No reminders."] : t["Reminders on days {0} after the due day.", string.Join(", ", dunning.ReminderDays.Select(day => f.Number(day)))];
        var suspension = dunning.NoticeDays is { } notice
            ? t["After {0} days a suspension is announced, which begins {1} days later; paying ends it.", f.Number(dunning.GraceDays), f.Number(notice)]
            : t["Service is never suspended."];
        return $"{reminders} {suspension}" + (dunning is { NoticeDays: not null, TerminationDays: { } days } ? " " + t["After {0} days of suspension the lease may be ended at the price of leaving early.", f.Number(days)] : "");
    }

    private static string Paper(SignatureTerms paper, HoldTerms? holds, Texts t, Formats f)
    {
        var steps = new List<string>();
        if (paper.OperatorApproves)
        {
            steps.Add(t["the operator approves"]);
        }

        if (paper.TenantApproves)
        {
            steps.Add(t["your organization approves"]);
        }

        if (paper.TenantSigns)
        {
            steps.Add(t["you sign"]);
        }

        if (paper.OperatorSigns)
        {
            steps.Add(t["the operator signs"]);
        }

        return steps.Count == 0
            ? t["Nothing to sign: the reservation is binding once the deposit is paid."]
            : t["Before it is binding {0}.", steps.Count == 1 ? steps[0] : string.Join(", ", steps.SkipLast(1)) + t[" and "] + steps[^1]] + (holds is null ? "" : " " + t["There are {0} days for that; the capacity is held meanwhile.", f.Number(holds.PaperDays)]);
    }
}
