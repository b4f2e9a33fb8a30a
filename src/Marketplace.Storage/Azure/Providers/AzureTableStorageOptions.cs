using Orleans.Persistence.AzureStorage;
using Orleans.Storage;

namespace Orleans.Configuration;

/// <summary>Options of grain storage on Azure Tables.</summary>
public class AzureTableStorageOptions : AzureStorageOperationOptions, IStorageProviderSerializerOptions
{
    /// <summary>Table of grain records unless another is named.</summary>
    public const string DEFAULT_TABLE_NAME = "OrleansGrainState";

    /// <summary>When storage opens unless said otherwise.</summary>
    public const int DEFAULT_INIT_STAGE = ServiceLifecycleStage.ApplicationServices;

    /// <inheritdoc/>
    public override string TableName { get; set; } = DEFAULT_TABLE_NAME;

    /// <summary>Whether clearing deletes the entity. False leaves an entity without data, whose ETag goes on.</summary>
    public bool DeleteStateOnClear { get; set; }

    /// <summary>Whether records are written as text, at half the capacity. Both forms are read.</summary>
    public bool UseStringFormat { get; set; }

    /// <summary>Stage of the silo's start in which storage opens.</summary>
    public int InitStage { get; set; } = DEFAULT_INIT_STAGE;

    /// <inheritdoc/>
    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;
}

/// <summary>Refuses options that cannot work, before the silo starts.</summary>
public class AzureTableGrainStorageOptionsValidator(AzureTableStorageOptions options, string name) : AzureStorageOperationOptionsValidator<AzureTableStorageOptions>(options, name);
