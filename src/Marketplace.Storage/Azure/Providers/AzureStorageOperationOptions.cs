using Marketplace.Storage.Azure;

// The names are those of Microsoft's packages, so that a host written against them compiles unchanged.
namespace Orleans.Persistence.AzureStorage
{
    /// <summary>How grain storage reaches Azure Tables.</summary>
    public class AzureStorageOperationOptions : TableConnectionOptions;
}

namespace Orleans.Clustering.AzureStorage
{
    /// <summary>How clustering reaches Azure Tables.</summary>
    public class AzureStorageOperationOptions : TableConnectionOptions;

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
