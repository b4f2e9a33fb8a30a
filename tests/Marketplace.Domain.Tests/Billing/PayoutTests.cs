using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Tests.Billing;

public class PayoutTests
{
    private static readonly Instant Start = Instant.FromUtc(2027, 1, 1, 0, 0);
    private static readonly PayoutOrder Order = new(PayoutId.From("payout_1"), Statements.Operator, Statements.Tenant, null, null, Statements.Usd(1_000), "inv_1");

    private Payout? _payout;

    [Fact]
    public void A_transfer_is_written_down_looked_up_and_made_once()
    {
        Do(new Send(Order, "acct_1")).Do(new WritePayoutCall(Start));
        var key = _payout!.Call!.Key;
        Do(Answer(GatewayOutcome.Unknown)).Do(Answer(GatewayOutcome.NotFound, lookedUp: true));
        Assert.Equal((key, false), (_payout!.Call!.Key, _payout.Call.Uncertain));

        Do(Answer(GatewayOutcome.Succeeded, "tr_1"));

        Assert.Equal((PayoutStatus.Sent, "tr_1", null), (_payout!.Status, _payout.GatewayId, _payout.NextCall()));
    }

    [Fact]
    public void A_transfer_that_was_short_is_tried_again_under_a_new_attempt()
    {
        Do(new Send(Order, "acct_1")).Do(new WritePayoutCall(Start)).Do(Answer(GatewayOutcome.Short));
        Assert.Equal(PayoutStatus.Sending, _payout!.Status);

        Do(Answer(GatewayOutcome.NotFound, lookedUp: true));

        Assert.Equal(2, _payout!.Call!.Attempt);
    }

    [Fact]
    public void Parts_are_taken_back_one_after_the_other_each_once()
    {
        Do(new Send(Order, "acct_1")).Do(new Reverse("1", Statements.Usd(300)));
        Assert.Equal(GatewayPurpose.Transfer, _payout!.NextCall()!.Purpose);
        Do(new WritePayoutCall(Start)).Do(Answer(GatewayOutcome.Succeeded, "tr_1"));
        Do(new Reverse("2", Statements.Usd(200))).Do(new Reverse("1", Statements.Usd(300)));

        Do(new WritePayoutCall(Start)).Do(Answer(GatewayOutcome.Succeeded, "trr_1"));
        Do(new WritePayoutCall(Start)).Do(Answer(GatewayOutcome.Declined));

        Assert.Equal((Statements.Usd(300), null), (_payout!.Reversed, _payout.NextCall()));
        Assert.Equal([RefundStatus.Made, RefundStatus.Declined], _payout.Reversals.Select(reversal => reversal.Status));
    }

    [Fact]
    public void A_declined_transfer_is_over()
    {
        Do(new Send(Order, "acct_1")).Do(new WritePayoutCall(Start)).Do(Answer(GatewayOutcome.Declined));

        Assert.Equal((PayoutStatus.Failed, null), (_payout!.Status, _payout.NextCall()));
    }

    private static TakePayoutAnswer Answer(GatewayOutcome outcome, string? id = null, bool lookedUp = false) => new(new GatewayAnswer(outcome, id), lookedUp);

    private PayoutTests Do(PayoutCommand command)
    {
        _payout = Payout.Decide(_payout, command, Start).Facts.Aggregate(_payout, Payout.Evolve);
        return this;
    }
}
