namespace Orleans.Storage;

/// <summary>A record was not written, because another activation had written it. After a lost answer it may also be this one's own earlier attempt.</summary>
[GenerateSerializer]
public class TableStorageUpdateConditionNotSatisfiedException : InconsistentStateException
{
    /// <summary>A conflict without further detail.</summary>
    public TableStorageUpdateConditionNotSatisfiedException()
    {
    }

    /// <summary>A conflict, in words for the operator.</summary>
    public TableStorageUpdateConditionNotSatisfiedException(string msg)
        : base(msg)
    {
    }

    /// <summary>A conflict with its cause.</summary>
    public TableStorageUpdateConditionNotSatisfiedException(string msg, Exception exc)
        : base(msg, exc)
    {
    }

    /// <summary>A conflict over one record.</summary>
    public TableStorageUpdateConditionNotSatisfiedException(string grainType, string grainId, string tableName, string storedEtag, string? currentEtag, Exception storageException)
        : this($"{grainId} '{grainType}' in {tableName} has been written by another activation.", grainType, grainId, tableName, storedEtag, currentEtag, storageException)
    {
    }

    /// <summary>A conflict over one record, in words of one's own.</summary>
    public TableStorageUpdateConditionNotSatisfiedException(string errorMsg, string grainType, string grainId, string tableName, string storedEtag, string? currentEtag, Exception storageException)
        : base(errorMsg, storedEtag, currentEtag!, storageException)
    {
        GrainId = grainId;
        GrainType = grainType;
        TableName = tableName;
    }

    /// <summary>The grain.</summary>
    [Id(0)]
    public string? GrainId { get; }

    /// <summary>Name of the state.</summary>
    [Id(1)]
    public string? GrainType { get; }

    /// <summary>Table of the record.</summary>
    [Id(2)]
    public string? TableName { get; }
}
