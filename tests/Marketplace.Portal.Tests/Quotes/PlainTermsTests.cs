using Marketplace.Client;
using Marketplace.Portal.Language;
using Marketplace.Portal.Quotes;

namespace Marketplace.Portal.Tests.Quotes;

public sealed class PlainTermsTests
{
    private static readonly Clauses Clauses = new()
    {
        Timing = BillingTiming.InArrears,
        TakeOrPay = 100,
        Deposit = new DepositTerms { Rule = DepositRule.MonthsOfRent, Amount = 2, Method = PaymentMethod.Transfer },
        Escalator = 3,
        EarlyTermination = new EarlyTermination { Fee = 40, NoticeDays = 60 },
        Renewal = new RenewalTerms { Options = 0 },
        Acceptance = new Acceptance { DeemedAfterDays = 7 },
        PaymentDays = 30,
        LeaseZone = "America/Chicago",
        Signatures = new SignatureTerms { OperatorApproves = true, TenantSigns = true },
    };

    [Fact]
    public void ClausesAreSentences()
    {
        var said = PlainTerms.Of(Clauses, new HoldTerms { PaperDays = 14 }, new Texts("en"), new Formats("en", null)).ToDictionary(term => term.Heading, term => term.Sentence);

        Assert.Equal("2 months of rent by bank transfer. It comes back at the end, less what is still open.", said["Deposit"]);
        Assert.Equal("Possible with 60 days’ notice for 40% of the rent that is left. The exact price is quoted first.", said["Leaving early"]);
        Assert.Equal("Before it is binding the operator approves and you sign. There are 14 days for that; the capacity is held meanwhile.", said["Paper"]);
    }

    [Fact]
    public void StepsOfThePaperAreListedAsPeopleDo()
    {
        var all = new Clauses
        {
            Deposit = Clauses.Deposit,
            EarlyTermination = Clauses.EarlyTermination,
            Renewal = Clauses.Renewal,
            Acceptance = Clauses.Acceptance,
            Signatures = new SignatureTerms { OperatorApproves = true, TenantSigns = true, OperatorSigns = true },
            LeaseZone = "UTC",
        };
        Assert.Contains(("Paper", "Before it is binding the operator approves, you sign and the operator signs."), PlainTerms.Of(all, null, new Texts("en"), new Formats("en", null)));
    }

    [Fact]
    public void ThePriceOverTimeIsAlwaysSaid()
    {
        Assert.Contains("3%", PriceOf(Clauses), StringComparison.Ordinal);
        Assert.Contains("stays the same", PriceOf(new Clauses { Deposit = Clauses.Deposit, EarlyTermination = Clauses.EarlyTermination, Renewal = Clauses.Renewal, Acceptance = Clauses.Acceptance, Signatures = Clauses.Signatures, LeaseZone = "UTC" }), StringComparison.Ordinal);

        static string PriceOf(Clauses clauses) => PlainTerms.Of(clauses, null, new Texts("en"), new Formats("en", null)).Single(term => term.Heading == "Price over time").Sentence;
    }
}
