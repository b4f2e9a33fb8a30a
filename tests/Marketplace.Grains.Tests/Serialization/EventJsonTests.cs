using System.Text.Json;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Serialization;
using NodaTime;

namespace Marketplace.Grains.Tests.Serialization;

public sealed class EventJsonTests
{
    [Fact]
    public void Money_stands_in_events_as_in_every_answer_of_the_api() => Assert.Equal(
        """{"fee":{"amountMinor":123450,"currency":"USD","formatted":"USD 1,234.50"},"exitsOn":"2027-05-11"}""",
        JsonSerializer.Serialize(new { Fee = new Money(Currency.Usd, 123_450), ExitsOn = new LocalDate(2027, 5, 11) }, EventJson.Options));
}
