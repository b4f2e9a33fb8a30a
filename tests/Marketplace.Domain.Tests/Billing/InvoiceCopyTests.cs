using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using NodaTime;
using static Marketplace.Domain.Tests.Billing.Statements;

namespace Marketplace.Domain.Tests.Billing;

/// <summary>The gateway's copy of an invoice follows ours step by step, each step once, and never holds up the books.</summary>
public sealed class InvoiceCopyTests
{
    private static readonly CopyStep Attachment = new(GatewayPurpose.Attachment, "pay_1", PaymentId.From("pay_1"));
    private readonly Invoice invoice;
    private InvoiceCopy? copy;
    private Instant now = Instant.FromUtc(2027, 3, 1, 0, 0);

    public InvoiceCopyTests()
    {
        var account = new AccountScript();
        invoice = account.Do(new BillRent(Worth(700))).OfType<InvoiceIssued>().Single().Invoice;
    }

    [Fact]
    public void Nothing_happens_to_a_copy_nobody_asked_for()
    {
        Assert.Equal(0, Do(new AddStep(Attachment)));
        Assert.Null(copy);
    }

    [Fact]
    public void A_copy_is_written_first_and_what_is_asked_meanwhile_waits()
    {
        Do(new WriteCopy(invoice));
        Do(new AddStep(Attachment));

        Assert.Equal(GatewayPurpose.Invoice, copy!.NextCall()!.Purpose);
        Do(new WriteCopyCall(now));
        Do(new TakeCopyAnswer(new GatewayAnswer(GatewayOutcome.Succeeded, "in_1")));

        Assert.Equal("in_1", copy.GatewayId);
        Assert.Equal(GatewayPurpose.Attachment, copy.NextCall()!.Purpose);
        Do(new WriteCopyCall(now));
        Do(new TakeCopyAnswer(new GatewayAnswer(GatewayOutcome.Succeeded)));
        Assert.Null(copy.NextCall());
    }

    [Fact]
    public void Whatever_is_asked_again_changes_nothing()
    {
        Do(new WriteCopy(invoice));
        Do(new AddStep(Attachment));

        Assert.Equal(0, Do(new WriteCopy(invoice)));
        Assert.Equal(0, Do(new AddStep(Attachment)));
        Assert.Equal(1, Do(new WriteCopyCall(now)));
        Assert.Equal(0, Do(new WriteCopyCall(now)));
        Do(new TakeCopyAnswer(new GatewayAnswer(GatewayOutcome.Succeeded, "in_1")));
        Assert.Equal(0, Do(new TakeCopyAnswer(new GatewayAnswer(GatewayOutcome.Succeeded, "in_2"))));
        Assert.Equal("in_1", copy!.GatewayId);
    }

    [Fact]
    public void A_lost_answer_is_asked_for_again_with_the_same_key_and_a_spent_key_with_another()
    {
        Do(new WriteCopy(invoice));
        Do(new WriteCopyCall(now));
        var key = copy!.Call!.Key;

        Do(new TakeCopyAnswer(new GatewayAnswer(GatewayOutcome.Unknown)));
        Assert.Equal(key, copy.NextCall()!.Key);
        Assert.True(copy.RetryAt > now);

        Do(new TakeCopyAnswer(new GatewayAnswer(GatewayOutcome.Unknown, KeySpent: true)));
        Assert.NotEqual(key, copy.NextCall()!.Key);
    }

    [Fact]
    public void A_copy_the_gateway_will_not_write_says_so_and_asks_for_nothing_more()
    {
        Do(new WriteCopy(invoice));
        Do(new AddStep(Attachment));
        Do(new WriteCopyCall(now));

        Do(new TakeCopyAnswer(new GatewayAnswer(GatewayOutcome.Declined, Detail: "No such customer.")));

        Assert.Equal("No such customer.", Assert.Single(copy!.Refused));
        Assert.Null(copy.NextCall());
    }

    private int Do(CopyCommand command)
    {
        now += Duration.FromSeconds(1);
        var decision = InvoiceCopy.Decide(copy, command, now);
        Assert.Null(decision.Refusal);
        foreach (var fact in decision.Facts)
        {
            copy = InvoiceCopy.Evolve(copy, fact);
        }

        return decision.Facts.Length;
    }
}
