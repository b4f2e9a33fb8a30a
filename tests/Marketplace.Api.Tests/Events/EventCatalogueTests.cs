using System.Text.RegularExpressions;
using Marketplace.Api.Events;
using Marketplace.Api.Http;
using Marketplace.Api.OpenApi;
using Marketplace.Domain.Organizations;

namespace Marketplace.Api.Tests.Events;

public sealed partial class EventCatalogueTests
{
    public static TheoryData<string> Names => [.. EventCatalogue.All.Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_type_is_a_noun_and_what_became_of_it_and_its_data_begins_with_the_nouns_id(string name)
    {
        var type = EventCatalogue.Find(name)!;

        Assert.Matches(Name(), type.Name);
        Assert.EndsWith(".", type.Meaning, StringComparison.Ordinal);
        var fields = ModelReader.FieldsOf(type.Data);
        Assert.Equal("id", fields[0].Name);
        Assert.NotNull(ModelSchemas.PrefixOf(fields[0].Type));
        Assert.All(fields, field => Assert.NotNull(ModelDocs.Of(type.Data, field.Name)));
    }

    [Fact]
    public void Every_type_has_its_sentence_in_German() =>
        Assert.Empty(EventCatalogue.All.Where(type => EventWords.German(type.Name) is not [.., '.'] german || german == type.Meaning).Select(type => type.Name));

    [Fact]
    public void A_name_stands_for_one_type() => Assert.Equal(EventCatalogue.All.Select(type => type.Name).Distinct(), EventCatalogue.All.Select(type => type.Name));

    [Fact]
    public async Task What_a_feed_says_is_what_the_catalogue_describes()
    {
        await using var api = await ApiMarket.StartAsync();
        var owner = await api.OrganizationAsync(OrganizationKind.Tenant);
        (await owner.PostAsync($"/v1/organizations/{owner.Organization}/members", new { name = "Ada", email = "a@x.example", role = "viewer" })).With(201);
        await api.SettleAsync();

        var events = (await owner.GetAsync("/v1/events")).With(200).Json.GetProperty("data").EnumerateArray().ToList();

        Assert.NotEmpty(events);
        Assert.All(events, it => IsDescribed(it));
    }

    /// <summary>Holds when the event's type is in the catalogue, its data has exactly the members described, and its subject is the data's id.</summary>
    internal static void IsDescribed(System.Text.Json.JsonElement it)
    {
        var type = EventCatalogue.Find(it.GetProperty("type").GetString()!);
        Assert.NotNull(type);
        var data = it.GetProperty("data");
        Assert.Equal(ModelReader.FieldsOf(type.Data).Select(field => field.Name), data.EnumerateObject().Select(member => member.Name));
        Assert.Equal(it.GetProperty("subject").GetString(), data.GetProperty("id").GetString());
    }

    [GeneratedRegex("^[a-z]+(_[a-z]+)?\\.[a-z]+(_[a-z]+)*$")]
    private static partial Regex Name();
}
