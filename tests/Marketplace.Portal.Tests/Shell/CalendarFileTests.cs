using Marketplace.Portal.Shell;

namespace Marketplace.Portal.Tests.Shell;

public sealed class CalendarFileTests
{
    [Fact]
    public void DatesKeepTheirIdsAndLinesAreShort()
    {
        var start = new DateTimeOffset(2027, 3, 1, 6, 0, 0, TimeSpan.Zero);
        var file = CalendarFile.Of("rsv_a", start, [(start, "Caprock Ridge; the term starts, at last, after all the work on the substation was done")]);

        Assert.Contains("DTSTART:20270301T060000Z\r\n", file, StringComparison.Ordinal);
        Assert.Contains("Ridge\\; the", file, StringComparison.Ordinal);
        Assert.All(file.Split("\r\n"), line => Assert.True(line.Length <= 75));
        Assert.Equal(Uid(file), Uid(CalendarFile.Of("rsv_a", start.AddDays(1), [(start.AddDays(9), "Caprock Ridge; the term starts, at last, after all the work on the substation was done")])));

        static string Uid(string file) => file.Split("UID:")[1].Split('\r')[0];
    }
}
