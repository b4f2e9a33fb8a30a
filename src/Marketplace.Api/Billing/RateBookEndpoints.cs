using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Billing;
using NodaTime;

namespace Marketplace.Api.Billing;

/// <summary>A rate of tax.</summary>
/// <param name="Id">Its name in the rate book.</param>
/// <param name="Name">As it stands on documents.</param>
/// <param name="Country">ISO 3166-1 alpha-2 code of where it is charged.</param>
/// <param name="Region">State or province by its short code; absent: the whole country.</param>
/// <param name="Rate">Percent, 0 to 50.</param>
/// <param name="ValidFrom">First day.</param>
/// <param name="ValidUntil">First day after; absent: until another rate of the same place begins.</param>
/// <param name="ReverseCharge">The area within which a registered customer of another country accounts for the tax itself, such as EU; absent: none.</param>
/// <param name="NotOn">Kinds of line it is not charged on.</param>
internal sealed record TaxRateModel(
    [RegularExpression("^[a-z0-9-]{1,60}$")] string Id,
    [Length(1, 60)] string Name,
    [RegularExpression("^[A-Z]{2}$")] string Country,
    [Length(1, 10)] string? Region,
    Percentage Rate,
    LocalDate ValidFrom,
    LocalDate? ValidUntil,
    [Length(1, 20)] string? ReverseCharge,
    [Items(0, 20)] ImmutableArray<InvoiceLineKind>? NotOn)
{
    public static TaxRateModel Example { get; } = new("no-vat", "MVA", "NO", null, Percentage.From(25), new LocalDate(2026, 1, 1), null, null, [InvoiceLineKind.ExitFee]);

    public static TaxRateModel Of(TaxRate rate) =>
        new(rate.Id, rate.Name, rate.Country, rate.Region, rate.Rate, rate.ValidFrom, rate.ValidUntil, rate.ReverseCharge, rate.NotOn);

    public TaxRate ToRate() => new(Id, Name, Country, Region, Rate, ValidFrom, ValidUntil, ReverseCharge, NotOn ?? []);
}

/// <summary>A value of an index to publish.</summary>
/// <param name="Index">The index's id.</param>
/// <param name="Name">What it is and who publishes it; kept as first given.</param>
/// <param name="Month">First day of the month it is for.</param>
/// <param name="Value">The value; more than 0.</param>
internal sealed record NewIndexValue([RegularExpression("^[a-z0-9-]{1,60}$")] string Index, [Length(1, 200)] string Name, LocalDate Month, [Range(0.000001, 1_000_000_000)] decimal Value)
{
    public static NewIndexValue Example { get; } = new("us-cpi-u", "US CPI-U, all items, not seasonally adjusted (Bureau of Labor Statistics)", new LocalDate(2027, 1, 1), 331.2m);
}

/// <summary>One value of an index.</summary>
/// <param name="Month">First day of the month it is for.</param>
/// <param name="Value">The value.</param>
internal sealed record IndexValueModel(LocalDate Month, decimal Value);

/// <summary>A published index.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What it is and who publishes it.</param>
/// <param name="Values">Its values, ascending by month.</param>
internal sealed record IndexModel(string Id, string Name, ImmutableArray<IndexValueModel> Values)
{
    public static IndexModel Example { get; } = new(NewIndexValue.Example.Index, NewIndexValue.Example.Name, [new IndexValueModel(NewIndexValue.Example.Month, NewIndexValue.Example.Value)]);

    public static IndexModel Of(IndexSeries series) => new(series.Id, series.Name, [.. series.Values.Select(value => new IndexValueModel(value.Month, value.Value))]);
}

/// <summary>Rates of tax and indices: published by the marketplace, read by everybody who bills or pays.</summary>
internal static class RateBookEndpoints
{
    public static IEndpointRouteBuilder MapRateBook(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Billing");
        var read = Permission.Read("billing");
        var admin = Permission.Change("admin");
        room.Get("/v1/tax-rates", new("listTaxRates", "List rates of tax", "Every rate published, past ones too, in order of publication.", read)
        {
            Gives = Page.Of(TaxRateModel.Example),
            Pages = true,
        }, async request => request.PageOf((await BookAsync(request))?.TaxRates ?? [], TaxRateModel.Of));

        room.Post("/v1/admin/tax-rates", new("publishTaxRate", "Publish a rate of tax", "Takes the place of the rate of the same country and region from its first day on. Documents issued before keep theirs.", admin)
        {
            Takes = TaxRateModel.Example,
            Gives = TaxRateModel.Example,
            Status = 201,
            Refuses = [RateBookRefusal.RateInvalid, RateBookRefusal.RateOverlaps, RateBookRefusal.BookFull],
        }, async request =>
        {
            var rate = await request.ReadAsync<TaxRateModel, TaxRate>((body, _) => body.ToRate());
            request.Granted(await request.Grain<IRateBookGrain>(IRateBookGrain.Key).PublishAsync(request.Operation, new PublishTaxRate(rate)));
            return request.Ok(TaxRateModel.Of(rate));
        });

        room.Get("/v1/indices", new("listIndices", "List indices", "Every index that rents may follow, with its published values.", read)
        {
            Gives = Page.Of(IndexModel.Example),
            Pages = true,
        }, async request => request.PageOf((await BookAsync(request))?.Indices ?? [], IndexModel.Of));

        room.Post("/v1/admin/index-values", new(
            "publishIndexValue",
            "Publish a value of an index",
            "A value is never changed. Rents billed while it was missing used the newest one known; the next invoice of each such lease puts them right.",
            admin)
        {
            Takes = NewIndexValue.Example,
            Gives = IndexModel.Example,
            Status = 201,
            Refuses = [RateBookRefusal.IndexInvalid, RateBookRefusal.IndexPublished, RateBookRefusal.BookFull],
        }, async request =>
        {
            var command = await request.ReadAsync<NewIndexValue, PublishIndexValue>((body, faults) =>
            {
                faults.Require(body.Month.Day == 1, "month", Faults.OutOfRange, "Expected the first day of a month.");
                return new PublishIndexValue(body.Index, body.Name, new IndexValue(body.Month, body.Value));
            });
            var book = request.Granted(await request.Grain<IRateBookGrain>(IRateBookGrain.Key).PublishAsync(request.Operation, command));
            return request.Ok(IndexModel.Of(book.State.Indices.First(series => series.Id == command.Index)));
        });
        return routes;
    }

    private static async Task<RateBook?> BookAsync(ApiRequest request) => (await request.Grain<IRateBookGrain>(IRateBookGrain.Key).GetAsync())?.State;
}
