using System.Collections.Immutable;
using Marketplace.Domain.Terms;
using Marketplace.Domain.Tests.Leases;

namespace Marketplace.Domain.Tests.Terms;

public sealed class DunningTermsTests
{
    [Fact]
    public void Terms_that_name_no_steps_have_the_marketplaces() =>
        Assert.Equal(new DunningTerms([0, 3, 7, 14], 21, 7, 30), LeaseScript.Opening().Terms.Clauses.DunningSteps);

    [Theory]
    [InlineData("", 0, 1, 1, true)]
    [InlineData("0 3 7 14", 21, 7, 30, true)]
    [InlineData("0", 5, null, null, true)]
    [InlineData("0", 5, 7, null, true)]
    [InlineData("0", 5, null, 30, false)]
    [InlineData("3 3", 5, 7, 30, false)]
    [InlineData("7 3", 5, 7, 30, false)]
    [InlineData("-1", 5, 7, 30, false)]
    [InlineData("366", 5, 7, 30, false)]
    [InlineData("0 1 2 3 4 5 6 7 8 9 10", 5, 7, 30, false)]
    [InlineData("0", 366, 7, 30, false)]
    [InlineData("0", 5, 0, 30, false)]
    [InlineData("0", 5, 7, 366, false)]
    public void Figures_stay_in_their_ranges(string reminders, int grace, int? notice, int? termination, bool fits)
    {
        var terms = new DunningTerms([.. reminders.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)], grace, notice, termination);

        Assert.Equal(fits, terms.Fits());
        Assert.Equal(!fits, (LeaseScript.Opening().Terms.Clauses with { Dunning = terms }).Faults().Any(fault => fault.Field == "dunning"));
    }

    [Fact]
    public void Equal_figures_are_equal_terms() =>
        Assert.Equal(DunningTerms.Standard, DunningTerms.Standard with { ReminderDays = ImmutableArray.Create(0, 3, 7, 14) });
}
