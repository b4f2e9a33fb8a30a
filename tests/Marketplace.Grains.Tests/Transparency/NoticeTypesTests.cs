using System.Text.Json;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Transparency;
using NodaTime;

namespace Marketplace.Grains.Tests.Transparency;

public sealed class NoticeTypesTests
{
    private static readonly Instant Now = Instant.FromUtc(2027, 1, 14, 9, 0);
    private static readonly OrganizationId Acme = OrganizationId.From("org_acme");

    [Fact]
    public void A_mail_has_a_line_for_each_thing_that_happened_to_each_subject()
    {
        var lines = NoticeTypes.LinesOf(
            [Event(1, "invoice.issued", "inv_a"), Event(2, "reservation.message_posted", "rsv_a"), Event(3, "reservation.message_posted", "rsv_a"), Event(4, "invoice.issued", "inv_b")], Acme);

        Assert.Equal([("inv_a", 1), ("rsv_a", 2), ("inv_b", 1)], lines.Select(line => (line.Subject, line.Count)));
        Assert.Equal(Now + Duration.FromMinutes(3), lines[1].LastAt);
    }

    [Fact]
    public void What_asks_for_nothing_and_what_one_wrote_oneself_is_not_mailed() =>
        Assert.Empty(NoticeTypes.LinesOf([Event(1, "invoice.paid", "inv_a"), Event(2, "reservation.message_posted", "rsv_a", Acme.Value)], Acme));

    private static FeedEvent Event(long number, string type, string subject, string by = "org_other") =>
        new(number, $"evt_{number}", type, Now + Duration.FromMinutes(number), subject, JsonSerializer.SerializeToElement(new { id = subject, organizationId = by }));
}
