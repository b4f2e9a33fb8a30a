using System.Text.Json;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using static Marketplace.Domain.Tests.Sites.SiteStory;

namespace Marketplace.Domain.Tests.Sites;

public sealed class FacilityImportTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly FacilityCollection Atlas = new("Atlas", "CC BY 4.0", "Atlas (CC BY 4.0)", "US");

    private static readonly FacilityRecord Record = new()
    {
        Id = "fargo-north-nd",
        Name = "Fargo North",
        Operator = "Great Plains Hash, Inc.",
        FacilityType = "crypto_mining",
        Status = "operational",
        Confidence = "confirmed",
        Location = new FacilityLocation(46.88m, -96.79m, null, "Cass", "ND", "approximate"),
        CapacityMw = new FacilityMegawatts(90, 150),
        AnnouncedDate = "2021",
        LastUpdated = "2026-08-08",
        StatusHistory = [new FacilityStep("permitted", "2021-05", "Permit granted", 0), new FacilityStep("operational", "2022-01-31", null, null)],
        Sources = [new FacilitySourceLink("https://example.org/fargo", "Fargo North opens", "Example Press", "2026-08-01")],
        Mining = new FacilityMining("hydro"),
    };

    [Fact]
    public void A_record_becomes_an_unclaimed_site_with_attribution_and_history()
    {
        var command = Granted(Record);
        var site = new SiteStory().Given(command).Site!;

        Assert.Equal("Great Plains Hash, Inc.", site.OperatorName);
        Assert.False(site.IsClaimed);
        Assert.Equal(SiteStatus.InService, site.Status);
        Assert.Null(site.Description.Zone);
        Assert.Equal(new SiteLocation("US", "ND", "Cass", new SiteCoordinates(46.88m, -96.79m, true)), site.Description.Location);
        Assert.Equal(CoolingKind.DirectLiquid, site.Description.Cooling);
        Assert.Equal((90m, 150m), (site.Origin!.Operational!.Value.Value, site.Origin.Planned!.Value.Value));
        Assert.Equal("Atlas (CC BY 4.0)", site.Origin.Attribution);
        Assert.Equal("https://example.org/fargo", Assert.Single(site.Origin.Links).Url);
        Assert.Equal(
            [
                new RecordedStep("permitted", SiteStatus.Planned, PartialDate.From("2021-05"), "Permit granted", 0),
                new RecordedStep("operational", SiteStatus.InService, PartialDate.From("2022-01-31"), null, null),
            ],
            site.Origin.History);
    }

    [Theory]
    [InlineData("proposed", SiteStatus.Planned)]
    [InlineData("permitted", SiteStatus.Planned)]
    [InlineData("under_construction", SiteStatus.UnderConstruction)]
    [InlineData("operational", SiteStatus.InService)]
    [InlineData("cancelled", SiteStatus.Retired)]
    public void Its_status_is_translated(string recorded, SiteStatus status) => Assert.Equal(status, Granted(Record with { Status = recorded }).Status);

    [Fact]
    public void Megawatts_coordinates_and_history_may_be_missing()
    {
        var command = Granted(Record with
        {
            CapacityMw = null,
            StatusHistory = [],
            AnnouncedDate = null,
            Mining = null,
            Location = new FacilityLocation(null, null, null, null, "TX", null),
        });
        Assert.Null(command.Origin.Operational);
        Assert.Null(command.Origin.Planned);
        Assert.Null(command.Description.Location.Coordinates);
        Assert.Null(command.Description.Location.Locality);
    }

    [Fact]
    public void The_same_record_means_the_same_site_and_a_changed_one_is_noticed()
    {
        var command = Granted(Record);
        Assert.Equal(command.Id, Granted(Record).Id);
        Assert.Equal(command.Origin.Digest, Granted(Record).Origin.Digest);
        foreach (var changed in new[]
        {
            Record with { CapacityMw = new FacilityMegawatts(91, 150) },
            Record with { Status = "cancelled" },
            Record with { StatusHistory = [Record.StatusHistory[0]] },
            Record with { LastUpdated = "2026-08-09" },
        })
        {
            Assert.Equal(command.Id, Granted(changed).Id);
            Assert.NotEqual(command.Origin.Digest, Granted(changed).Origin.Digest);
        }

        Assert.NotEqual(command.Id, FacilityImport.Read(Atlas with { Name = "Other" }, Record).Command!.Id);
    }

    public static TheoryData<string, FacilityRecord, FacilityRefusal> Unusable => new()
    {
        { "id", Record with { Id = null }, FacilityRefusal.IdMissing },
        { "facilityType", Record with { FacilityType = "data_center" }, FacilityRefusal.TypeNotImported },
        { "name", Record with { Name = " " }, FacilityRefusal.FieldMissing },
        { "operator", Record with { Operator = null }, FacilityRefusal.FieldMissing },
        { "location.state", Record with { Location = null }, FacilityRefusal.FieldMissing },
        { "lastUpdated", Record with { LastUpdated = null }, FacilityRefusal.FieldMissing },
        { "sources", Record with { Sources = [] }, FacilityRefusal.FieldMissing },
        { "status", Record with { Status = "asleep" }, FacilityRefusal.FieldInvalid },
        { "announcedDate", Record with { AnnouncedDate = "2022-13" }, FacilityRefusal.FieldInvalid },
        { "capacityMw.operational", Record with { CapacityMw = new FacilityMegawatts(-1, null) }, FacilityRefusal.FieldInvalid },
        { "capacityMw.planned", Record with { CapacityMw = new FacilityMegawatts(null, 100_001) }, FacilityRefusal.FieldInvalid },
        { "sources[0].url", Record with { Sources = [new FacilitySourceLink("javascript:alert(1)", "x", null, null)] }, FacilityRefusal.FieldInvalid },
        { "sources[0].label", Record with { Sources = [new FacilitySourceLink("https://example.org", null, null, null)] }, FacilityRefusal.FieldMissing },
        { "statusHistory[0].date", Record with { StatusHistory = [new FacilityStep("proposed", null, null, null)] }, FacilityRefusal.FieldMissing },
        { "statusHistory[0].sourceIndex", Record with { StatusHistory = [new FacilityStep("proposed", "2022", null, 1)] }, FacilityRefusal.FieldInvalid },
        { "sources", Record with { Sources = [.. Enumerable.Repeat(Record.Sources[0], 51)] }, FacilityRefusal.FieldInvalid },
        { "statusHistory", Record with { StatusHistory = [.. Enumerable.Repeat(Record.StatusHistory[0], 51)] }, FacilityRefusal.FieldInvalid },
        { "location.lat", Record with { Location = Record.Location! with { Lat = 91, Lon = 0 } }, FacilityRefusal.FieldInvalid },
        { "location.lon", Record with { Location = Record.Location! with { Lat = 0, Lon = -180.1m } }, FacilityRefusal.FieldInvalid },
        { "location.lon", Record with { Location = Record.Location! with { Lat = 45, Lon = null } }, FacilityRefusal.FieldMissing },
        { "location.lat", Record with { Location = Record.Location! with { Lat = null, Lon = 45 } }, FacilityRefusal.FieldMissing },
        { "location.state", Record with { Location = Record.Location! with { State = "ZZ" } }, FacilityRefusal.FieldInvalid },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public void A_record_that_cannot_be_used_is_refused_by_its_field(string field, FacilityRecord record, FacilityRefusal refusal)
    {
        var reading = FacilityImport.Read(Atlas, record);
        Assert.Null(reading.Command);
        Assert.Equal(Refusal.Of(refusal, "").Code, reading.Refusal!.Code);
        Assert.Equal(field, reading.Refusal.Field);
    }

    [Fact]
    public void A_collection_names_itself_its_licence_and_its_country()
    {
        Assert.Null(FacilityImport.FaultOf(Atlas));
        Assert.NotNull(FacilityImport.FaultOf(Atlas with { Name = "" }));
        Assert.NotNull(FacilityImport.FaultOf(Atlas with { Country = "usa" }));
    }

    [Fact]
    public void Every_mining_record_of_the_public_file_can_be_used_and_no_other_is()
    {
        var records = JsonSerializer.Deserialize<FacilityRecord[]>(File.ReadAllBytes(SharedData.Require("compute-atlas-facilities.json")), Json)!;
        var readings = records.Select(record => FacilityImport.Read(Atlas, record)).ToList();
        var sites = readings.Where(reading => reading.Command is not null).Select(reading => reading.Command!).ToList();

        Assert.Equal(133, sites.Count);
        Assert.Equal(133, sites.Select(site => site.Id).Distinct().Count());
        Assert.Equal(17, sites.Count(site => site.Status == SiteStatus.Retired));
        Assert.Equal(records.Count(record => record.FacilityType != "crypto_mining"), readings.Count(reading => reading.Refusal?.Code == "facility_type_not_imported"));
        Assert.All(sites, site => Assert.Null(Site.Decide(null, site, Now).Refusal));
    }

    private static ImportSite Granted(FacilityRecord record)
    {
        var reading = FacilityImport.Read(Atlas, record);
        Assert.Null(reading.Refusal);
        return reading.Command!;
    }
}
