namespace Marketplace.Host;

/// <summary>What a process does: <c>--role all</c>.</summary>
internal enum HostRole
{
    /// <summary>Everything: a silo, the API and the pages for people in one process.</summary>
    All,

    /// <summary>The API alone, calling the grains of silos in other processes.</summary>
    Api,

    /// <summary>The pages for people alone, which speak to an API in another process.</summary>
    Portal,
}

/// <summary>Which parts a role consists of: the one place to ask.</summary>
internal static class HostRoles
{
    extension(HostRole role)
    {
        /// <summary>Whether grains live in this process.</summary>
        public bool HasSilo => role is HostRole.All;

        /// <summary>Whether this process answers the public API.</summary>
        public bool HasApi => role is HostRole.All or HostRole.Api;

        /// <summary>Whether this process shows the pages for people.</summary>
        public bool HasPortal => role is HostRole.All or HostRole.Portal;
    }
}
