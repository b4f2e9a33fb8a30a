using Marketplace.Portal.Shell;

namespace Marketplace.Portal.Tests.Shell;

public sealed class CsvTextTests
{
    [Fact]
    public void CellsAreQuotedAndNeverFormulas() => Assert.Equal(
        "\uFEFFa,\"b,c\"\r\n'=1+1,\"say \"\"so\"\"\"\r\n-12.50,'-2+cmd|' /C calc'!A0\r\n",
        CsvText.Of(["a", "b,c"], [["=1+1", "say \"so\""], ["-12.50", "-2+cmd|' /C calc'!A0"]]));
}
