using Azure;

namespace Marketplace.Storage.Azure;

internal static class Conflicts
{
    /// <summary>Whether somebody else's write stood in the way: an entity that exists, changed or went. Never a missing table or container.</summary>
    public static bool IsConflict(this RequestFailedException error) =>
        error.Status is 409 or 412 or 404 && error.ErrorCode is not ("TableNotFound" or "ContainerNotFound" or "TableBeingDeleted" or "ContainerBeingDeleted" or "AccountBeingCreated");
}
