using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Tests.Organizations;

public sealed class MailAllowanceTests
{
    private static readonly Instant Now = Instant.FromUtc(2027, 1, 1, 0, 0);
    private static readonly Duration Day = Duration.FromDays(1);

    [Fact]
    public void An_allowance_may_be_had_at_once_and_refills_evenly()
    {
        var state = Spent(null, 4, Now);

        Assert.Equal(Day, state.UntilFull(Now));
        Assert.Empty(Take(state, Now + Duration.FromHours(6) - Duration.FromSeconds(1)).Facts);
        state = Spent(state, 1, Now + Duration.FromHours(6));
        Assert.Empty(Take(state, Now + Duration.FromHours(6)).Facts);
        Assert.Equal(Duration.Zero, state.UntilFull(Now + Duration.FromDays(9)));
        Spent(state, 4, Now + Duration.FromDays(9));
    }

    [Fact]
    public void A_clock_that_was_set_back_keeps_nobody_for_longer_than_a_window()
    {
        var state = Spent(null, 4, Now);
        var back = Now - Duration.FromDays(400);

        Assert.Empty(Take(state, back).Facts);
        Assert.Empty(Take(state, back + Day - Duration.FromHours(7)).Facts);
    }

    [Fact]
    public void Whoever_may_have_fewer_from_now_on_waits_for_them()
    {
        var state = Spent(null, 4, Now);

        Assert.Empty(MailAllowance.Decide(state, new TakeMail(state.Id, 1, Day, Now + Duration.FromHours(23))).Facts);
        Assert.Single(MailAllowance.Decide(state, new TakeMail(state.Id, 1, Day, Now + Day)).Facts);
    }

    [Fact]
    public void Kinds_and_owners_have_allowances_of_their_own() => Assert.Equal(
        3, new[] { MailAllowance.Of("sender", "a"), MailAllowance.Of("sender", "b"), MailAllowance.Of("to", "a"), MailAllowance.Of("to", "a") }.Distinct().Count());

    private static Decision<MailAllowanceFact> Take(MailAllowance? state, Instant at) => MailAllowance.Decide(state, new TakeMail(MailAllowance.Of("sender", "a"), 4, Day, at));

    private static MailAllowance Spent(MailAllowance? state, int mails, Instant at)
    {
        for (var i = 0; i < mails; i++)
        {
            state = MailAllowance.Evolve(state, Assert.Single(Take(state, at).Facts));
        }

        return state!;
    }
}
