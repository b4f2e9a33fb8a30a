using System.Text.RegularExpressions;
using Marketplace.Client;
using Marketplace.Portal.Language;
using Marketplace.Portal.Market;
using Marketplace.Portal.Shell;

namespace Marketplace.Portal.Tests.Language;

public sealed partial class TextsTests
{
    /// <summary>Closed lists whose values are shown as words.</summary>
    private static readonly Type[] Shown =
    [
        typeof(ReservationStatus), typeof(LeaseStatus), typeof(InvoiceStatus), typeof(QuoteStatus), typeof(ListingStatus), typeof(SiteStatus), typeof(DepositStatus),
        typeof(DepositState), typeof(NodeStanding), typeof(NodeStatus), typeof(PayoutStatus), typeof(PayoutObstacle), typeof(IncidentStatus), typeof(IncidentKind),
        typeof(WebhookEndpointStatus), typeof(SiteClaimStatus), typeof(VerificationLevel), typeof(MilestoneKind), typeof(EnergySource), typeof(CoolingKind),
        typeof(QuoteLineKind), typeof(InvoiceLineKind), typeof(RentKind), typeof(PricingUnit), typeof(OrganizationRole), typeof(OrganizationKind), typeof(SearchConstraint),
        typeof(EndCause), typeof(LedgerAccountKind), typeof(SignInMethod), typeof(AccessAct), typeof(FaultCause), typeof(NodeOutcome), typeof(BenchmarkPurpose), typeof(BenchmarkRunStatus),
        typeof(OrderFormStanding), typeof(CreditRefundStatus), typeof(DunningStep),
    ];

    [Fact]
    public void EverySentenceOfThePagesIsThereInGerman()
    {
        var sentences = PortalFiles.Sources.Select(File.ReadAllText).SelectMany(source => Sentence().Matches(source).Select(match => match.Groups[1].Value)
            .Concat(Count().Matches(source).SelectMany(match => new[] { match.Groups[1].Value, match.Groups[2].Value }))).ToHashSet(StringComparer.Ordinal);

        Assert.True(sentences.Count > 300, "The pages' sentences were not found.");
        Assert.Empty(sentences.Except(Texts.Known));
    }

    [Fact]
    public void EveryValueThatIsShownIsThereInGerman() =>
        Assert.Empty(Shown.SelectMany(Enum.GetNames).Select(Texts.Words).Concat(Places.CountryNames).Distinct().Except(Texts.Known));

    /// <summary>Every type of event there is, by the page that is generated from the code.</summary>
    [Fact]
    public void EveryEventIsThereInGerman()
    {
        var types = EventRow().Matches(File.ReadAllText(PortalFiles.EventsPage)).Select(match => match.Groups[1].Value).ToList();

        Assert.True(types.Count > 100, "The events were not found.");
        Assert.Empty(types.Select(Happening.Words).Except(Texts.Known));
    }

    [Fact]
    public void BothLanguagesFillInTheSameValues() => Assert.Empty(
        from english in Texts.Known
        let german = new Texts("de")[english]
        where !Value().Matches(english).Select(match => match.Value).Order().SequenceEqual(Value().Matches(german).Select(match => match.Value).Order())
        select $"{english} | {german}");

    [Theory]
    [InlineData("AwaitingDeposit", "Awaiting deposit")]
    [InlineData("CommissionedL3", "Commissioned L3")]
    [InlineData("GpuHour", "GPU-hour")]
    public void ANameOfTheApiBecomesWords(string name, string words) => Assert.Equal(words, Texts.Words(name));

    [Fact]
    public void OneAndSeveralAreToldApart()
    {
        Assert.Equal("1 invoice", new Texts("en").Count(1, "{0} invoice", "{0} invoices"));
        Assert.Equal("1.200 Rechnungen", new Texts("de").Count(1_200, "{0} invoice", "{0} invoices"));
    }

    [GeneratedRegex("""\b[Tt]\["((?:[^"\\]|\\.)*)"[,\]]""")]
    private static partial Regex Sentence();

    [GeneratedRegex("""\b[Tt]\.Count\([^"]*?"((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\)""")]
    private static partial Regex Count();

    [GeneratedRegex(@"^\| `([a-z_]+\.[a-z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex EventRow();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Value();
}
