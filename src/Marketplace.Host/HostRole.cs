namespace Marketplace.Host;

/// <summary>What a process does: <c>--role all</c>.</summary>
internal enum HostRole
{
    /// <summary>Everything this version has: a silo and the API in one process.</summary>
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

        /// <summary>Why this version cannot take the role; null when it can.</summary>
        public string? Lack => role is HostRole.Portal ? "There is no portal in this version: --role takes 'all' or 'api'." : null;
    }
}
