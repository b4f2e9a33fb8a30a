using Marketplace.Portal.Capacity;

namespace Marketplace.Portal.Tests.Capacity;

public sealed class OfferTiersTests
{
    [Fact]
    public void WhatIsWrittenIsReadTheSmallestFirst() =>
        Assert.Equal([(12, 6m), (24, 12.5m)], OfferTiers.Read(" 24 : 12.5, 12:6 "));

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("twelve:6")]
    [InlineData("12:-6")]
    public void WhatIsNoPairOfNumbersIsLeftOut(string text) => Assert.Empty(OfferTiers.Read(text));

    [Fact]
    public void ItIsWrittenAsItIsRead()
    {
        const string Text = "12:6, 24:12.5";
        Assert.Equal(Text, OfferTiers.Write(OfferTiers.Read(Text)));
    }
}
