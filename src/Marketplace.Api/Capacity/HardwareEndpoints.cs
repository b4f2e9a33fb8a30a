using Marketplace.Api.Http;
using Marketplace.Domain.Capacity;

namespace Marketplace.Api.Capacity;

/// <summary>The hardware catalogue.</summary>
internal static class HardwareEndpoints
{
    public static IEndpointRouteBuilder MapHardware(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Hardware");
        room.Get("/v1/hardware", new("listHardware", "List known hardware", "Published figures of GPUs and miners with source and confidence. Pools name their hardware by `sku`.", Permission.Public)
        {
            Query = HardwareFilter.Example,
            Gives = Page.Of(HardwareItem.Example),
            Pages = true,
        }, request =>
        {
            var filter = request.ReadQuery<HardwareFilter>();
            return Task.FromResult(request.PageOf([.. HardwareCatalogue.All.Where(filter.Takes)], HardwareItem.Of));
        });

        room.Get("/v1/hardware/{sku}", new("getHardware", "Read one hardware model", "Published figures with source and confidence.", Permission.Public)
        {
            Gives = HardwareItem.Example,
        }, request => HardwareCatalogue.TryFind(request.Text("sku"), out var model)
            ? Task.FromResult(request.Ok(HardwareItem.Of(model)))
            : throw Problem.NotFound("The catalogue has no such model; GET /v1/hardware lists them."));
        return routes;
    }
}
