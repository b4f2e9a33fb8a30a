using Marketplace.Storage.Azure;

// The names are those of Microsoft's packages, so that a host written against them compiles unchanged.
namespace Orleans.Persistence.AzureStorage
{
    /// <summary>How grain storage reaches Azure Tables.</summary>
    public class AzureStorageOperationOptions : TableConnectionOptions
    {
        /// <summary>How often and how long a client that this project makes tries again.</summary>
        public AzureStoragePolicyOptions StoragePolicyOptions { get; } = new();

        internal override TablePolicyOptions Policy => StoragePolicyOptions;
    }

    /// <summary>How often and how long grain storage tries again.</summary>
    public class AzureStoragePolicyOptions : TablePolicyOptions;

    /// <summary>Refuses options that cannot work, before the silo starts.</summary>
    public class AzureStorageOperationOptionsValidator<TOptions>(TOptions options, string? name = null) : IConfigurationValidator
        where TOptions : AzureStorageOperationOptions
    {
        /// <summary>The options.</summary>
        public TOptions Options { get; } = options;

        /// <summary>Their name.</summary>
        public string? Name { get; } = name;

        /// <inheritdoc/>
        public virtual void ValidateConfiguration() => Options.Validate(Name);
    }
}

namespace Orleans.Clustering.AzureStorage
{
    /// <summary>How clustering reaches Azure Tables.</summary>
    public class AzureStorageOperationOptions : TableConnectionOptions
    {
        /// <summary>How often and how long a client that this project makes tries again.</summary>
        public AzureStoragePolicyOptions StoragePolicyOptions { get; } = new();

        internal override TablePolicyOptions Policy => StoragePolicyOptions;
    }

    /// <summary>How often and how long clustering tries again.</summary>
    public class AzureStoragePolicyOptions : TablePolicyOptions;

    /// <summary>Refuses options that cannot work, before the silo starts.</summary>
    public class AzureStorageOperationOptionsValidator<TOptions>(TOptions options, string? name = null) : IConfigurationValidator
        where TOptions : AzureStorageOperationOptions
    {
        /// <summary>The options.</summary>
        public TOptions Options { get; } = options;

        /// <summary>Their name.</summary>
        public string? Name { get; } = name;

        /// <inheritdoc/>
        public virtual void ValidateConfiguration() => Options.Validate(Name);
    }

    /// <summary>Options of cluster membership on the silo's side.</summary>
    public class AzureStorageClusteringOptions : AzureStorageOperationOptions
    {
        /// <summary>Table of the silos unless another is named.</summary>
        public const string DEFAULT_TABLE_NAME = "OrleansSiloInstances";

        /// <inheritdoc/>
        public override string TableName { get; set; } = DEFAULT_TABLE_NAME;
    }

    /// <summary>Options of a client that looks for gateways.</summary>
    public class AzureStorageGatewayOptions : AzureStorageOperationOptions
    {
        /// <inheritdoc/>
        public override string TableName { get; set; } = AzureStorageClusteringOptions.DEFAULT_TABLE_NAME;
    }
}
