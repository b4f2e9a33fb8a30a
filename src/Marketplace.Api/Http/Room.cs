namespace Marketplace.Api.Http;

/// <summary>Maps the operations of one room. Handlers take an <see cref="ApiRequest"/>; everything in front of them is the gate's work.</summary>
/// <param name="routes">Where to map.</param>
/// <param name="tag">The room's name in the documentation.</param>
internal sealed class Room(IEndpointRouteBuilder routes, string tag)
{
    public void Get(string pattern, ApiOperation operation, Func<ApiRequest, Task<IResult>> handler) => Map("GET", pattern, operation, handler);

    public void Post(string pattern, ApiOperation operation, Func<ApiRequest, Task<IResult>> handler) => Map("POST", pattern, operation, handler);

    public void Patch(string pattern, ApiOperation operation, Func<ApiRequest, Task<IResult>> handler) => Map("PATCH", pattern, operation, handler);

    public void Put(string pattern, ApiOperation operation, Func<ApiRequest, Task<IResult>> handler) => Map("PUT", pattern, operation, handler);

    public void Delete(string pattern, ApiOperation operation, Func<ApiRequest, Task<IResult>> handler) => Map("DELETE", pattern, operation, handler);

    private void Map(string method, string pattern, ApiOperation operation, Func<ApiRequest, Task<IResult>> handler) => routes
        .MapMethods(pattern, [method], (Delegate)((HttpContext http) => Gate.RunAsync(http, operation, handler)))
        .WithName(operation.Id)
        .WithTags(tag)
        .WithMetadata(operation);
}
