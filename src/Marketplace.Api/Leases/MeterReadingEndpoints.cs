using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Api.Leases;

/// <summary>What a meter showed for one period of a lease.</summary>
/// <param name="From">First day of the period: one of the lease's billing periods.</param>
/// <param name="KilowattHours">Energy drawn in the period.</param>
/// <param name="Cost">What a kWh cost the operator, in the contract's currency.</param>
/// <param name="Meter">Which meter.</param>
/// <param name="Note">Where the figures can be checked, such as the utility's bill.</param>
internal sealed record NewMeterReading(
    LocalDate From, [Range(0, 10_000_000_000)] decimal KilowattHours, UnitPriceInput Cost, [Length(1, 100)] string Meter, [Length(0, 500)] string Note = "")
{
    public static NewMeterReading Example { get; } = new(new LocalDate(2027, 3, 1), 186_412.5m, new UnitPriceInput(0.0612m, Currency.Usd), "HALL2-FEED-A", "Utility bill 2027-03, page 2");

    public RecordReading ToCommand(OrganizationId actor, MeterReadingId id, Faults faults)
    {
        faults.Require(Cost.Amount is >= 0 and <= 10, "cost.amount", Faults.OutOfRange, "Expected 0 to 10 per kWh.");
        return new RecordReading(actor, id, From, Domain.Primitives.KilowattHours.From(Math.Max(0, KilowattHours)), Cost.ToUnitPrice(), Meter, Note);
    }
}

/// <summary>A meter reading; a later one of the same period replaces it and corrects its bill.</summary>
/// <param name="Id">Public id.</param>
/// <param name="From">First day of the period.</param>
/// <param name="Until">First day after.</param>
/// <param name="Revision">1 for the period's first reading.</param>
/// <param name="KilowattHours">Energy drawn.</param>
/// <param name="Cost">What a kWh cost.</param>
/// <param name="Meter">Which meter.</param>
/// <param name="Note">Where the figures can be checked.</param>
/// <param name="RecordedAt">When it was recorded, in market time.</param>
internal sealed record MeterReadingModel(
    MeterReadingId Id, LocalDate From, LocalDate Until, int Revision, decimal KilowattHours, UnitPriceModel Cost, string Meter, string Note, Instant RecordedAt)
{
    public static MeterReadingModel Example { get; } = Of(new MeterReading(
        MeterReadingId.From("mrd_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        new BillingPeriod(new LocalDate(2027, 3, 1), new LocalDate(2027, 4, 1)),
        1,
        Domain.Primitives.KilowattHours.From(186_412.5m),
        UnitPrice.Of(Currency.Usd, 0.0612m),
        "HALL2-FEED-A",
        "Utility bill 2027-03, page 2",
        Instant.FromUtc(2027, 4, 6, 9, 0)));

    public static MeterReadingModel Of(MeterReading reading) => new(
        reading.Id,
        reading.Period.Start,
        reading.Period.End,
        reading.Revision,
        reading.Energy.Value,
        UnitPriceModel.Of(reading.Cost),
        reading.Meter,
        reading.Note,
        reading.RecordedAt);
}

/// <summary>Metered energy of leases.</summary>
internal static class MeterReadingEndpoints
{
    public static IEndpointRouteBuilder MapMeterReadings(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Leases");
        room.Get("/v1/leases/{leaseId}/meter-readings", new("listMeterReadings", "List a lease's meter readings", "The newest reading of each period that has one.", Permission.Read("leases"))
        {
            Gives = Page.Of(MeterReadingModel.Example),
            Pages = true,
        }, async request => request.PageOf((await LeaseEndpoints.FindAsync(request)).State.Readings ?? [], MeterReadingModel.Of));

        room.Post("/v1/leases/{leaseId}/meter-readings", new(
            "recordMeterReading",
            "Record a meter reading",
            "By the operator, for a period that is over, also after the lease has ended. It is invoiced at once under the contract's power pass-through; another reading of the same period takes the first bill back and bills anew.",
            Permission.Change("leases"))
        {
            Takes = NewMeterReading.Example,
            Gives = MeterReadingModel.Example,
            Status = 201,
            Refuses =
            [
                LeaseRefusal.NotOperator, LeaseRefusal.PowerNotPassedThrough, LeaseRefusal.NotRunning, LeaseRefusal.ReadingPeriodUnknown, LeaseRefusal.ReadingPeriodOpen,
                LeaseRefusal.ReadingCurrencyDiffers,
            ],
        }, RecordAsync);
        return routes;
    }

    private static async Task<IResult> RecordAsync(ApiRequest request)
    {
        var id = request.NewId<MeterReadingId>();
        var command = await request.ReadAsync<NewMeterReading, RecordReading>((body, faults) => body.ToCommand(request.Caller.Organization, id, faults));
        var lease = await LeaseEndpoints.FindAsync(request);
        var recorded = request.Granted(await request.Grain<Grains.Leases.ILeaseGrain>(lease.State.Id.Value).RecordReadingAsync(request.Operation, command));
        var reading = recorded.State.Readings?.FirstOrDefault(reading => reading.Id == id)
            ?? throw Problem.NotFound("The reading was replaced by a later one of the same period.");
        return request.Ok(MeterReadingModel.Of(reading));
    }
}
