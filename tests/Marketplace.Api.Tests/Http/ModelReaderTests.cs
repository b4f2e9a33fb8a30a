using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Api.Tests.Http;

public sealed class ModelReaderTests
{
    private enum Colour
    {
        Red,
        DarkBlue,
    }

    [Fact]
    public void Reads_every_kind_of_member()
    {
        var faults = new Faults();

        var model = ModelReader.Read<Order>(Json("""
            {"name":"n","count":3,"price":1.25,"colour":"darkBlue","start":"2027-03-01T01:00:00+01:00","day":"2027-03-01",
             "pool":"pool_x","gpus":64,"currency":"USD","tags":["a","b"],"lines":[{"units":1},{"units":2}]}
            """), faults);

        Assert.Empty(faults.All);
        Assert.Equal(("n", 3, 1.25m, Colour.DarkBlue), (model!.Name, model.Count, model.Price, model.Colour));
        Assert.Equal((Instant.FromUtc(2027, 3, 1, 0, 0), new LocalDate(2027, 3, 1)), (model.Start, model.Day));
        Assert.Equal((PoolId.From("pool_x"), 64, Currency.Usd), (model.Pool, model.Gpus.Value, model.Currency));
        Assert.Equal(["a", "b"], model.Tags!.Value);
        Assert.Equal([1, 2], model.Lines.Select(line => line.Units));
        Assert.Equal(("none", null), (model.Note, model.Limit));
    }

    [Fact]
    public void Names_every_fault_with_its_path_at_once()
    {
        var faults = new Faults();

        var model = ModelReader.Read<Order>(Json("""
            {"name":7,"count":1.5,"price":"1","colour":"green","start":"yesterday","day":"1999-12-31",
             "pool":"site_x","gpus":0,"tags":"a","lines":[{"units":1,"x":1},{"units":1001},[]],"limit":1e400}
            """), faults);

        Assert.Null(model);
        Assert.Equal(
            [
                "colour not_allowed", "count wrong_type", "currency missing", "day out_of_range", "gpus out_of_range", "limit out_of_range",
                "lines[0].x unknown_field", "lines[1].units out_of_range", "lines[2] wrong_type", "name wrong_type", "pool invalid_format",
                "price wrong_type", "start invalid_format", "tags wrong_type",
            ],
            faults.All.Select(fault => $"{fault.Field} {fault.Code}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Null_is_absence()
    {
        var faults = new Faults();

        ModelReader.Read<Line>(Json("""{"units":null}"""), faults);

        Assert.Equal("units missing", Assert.Single(faults.All.Select(fault => $"{fault.Field} {fault.Code}")));
    }

    [Fact]
    public void Says_what_would_fit()
    {
        var faults = new Faults();

        ModelReader.Read<Party>(Json("""{"name":"","country":"USA","share":100.5,"nodes":1001}"""), faults);

        Assert.Equal(
            [
                "country: Expected text that matches ^[A-Z]{2}$.", "name: Expected 1 to 2,000 characters.", "nodes: Expected 1 to 1,000.",
                "share: Expected 0.001 to 100.",
            ],
            faults.All.Select(fault => $"{fault.Field}: {fault.Message}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"a":1,"b":[1,{"c":"x","d":null}]}""", """ { "b" : [ 1, {"c":"\u0078"} ], "a" : 1 } """, true)]
    [InlineData("""{"a":1}""", """{"a":2}""", false)]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,1]}""", false)]
    [InlineData("""{"a":"1"}""", """{"a":1}""", false)]
    public void The_same_body_hashes_alike_however_it_is_written(string one, string other, bool alike) =>
        Assert.Equal(alike, ApiJson.HashOf(Json(one)) == ApiJson.HashOf(Json(other)));

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private sealed record Line([Range(1, 1000)] int Units);

    private sealed record Party(
        [Length(1, 2000)] string Name, [RegularExpression("^[A-Z]{2}$")] string Country, [Range(0.001, 100.0)] decimal Share, [Range(1, 1000)] int Nodes);

    private sealed record Order(
        string Name,
        int Count,
        decimal Price,
        Colour Colour,
        Instant Start,
        LocalDate Day,
        PoolId Pool,
        GpuQuantity Gpus,
        Currency Currency,
        ImmutableArray<string>? Tags,
        ImmutableArray<Line> Lines,
        decimal? Limit,
        string Note = "none");
}
