using Marketplace.Storage.Tests.Contract;
using Marketplace.Testing.Azurite;

namespace Marketplace.Storage.Tests.Azure;

public sealed class AzuriteProcessRecordContractTests(AzuriteProcess azurite) : RecordContract
{
    protected override Task<StoreUnderTest> OpenAsync() => AzureTestStore.OpenAsync(azurite);
}

public sealed class AzuriteProcessBlobContractTests(AzuriteProcess azurite) : RecordContract
{
    protected override Task<StoreUnderTest> OpenAsync() => AzureTestStore.OpenBlobsAsync(azurite);
}

public sealed class AzuriteProcessOutgrownContractTests(AzuriteProcess azurite) : RecordContract
{
    protected override Task<StoreUnderTest> OpenAsync() => AzureTestStore.OpenOutgrownAsync(azurite);
}

public sealed class AzuriteProcessRowContractTests(AzuriteProcess azurite) : RowContract
{
    protected override Task<StoreUnderTest> OpenAsync() => AzureTestStore.OpenAsync(azurite);
}

public sealed class AzuriteProcessModelContractTests(AzuriteProcess azurite) : ModelContract
{
    protected override long Rounds => 40;

    protected override Task<StoreUnderTest> OpenAsync() => AzureTestStore.OpenAsync(azurite);
}

public sealed class AzuriteProcessBlobModelContractTests(AzuriteProcess azurite) : ModelContract
{
    protected override long Rounds => 20;

    protected override Task<StoreUnderTest> OpenAsync() => AzureTestStore.OpenBlobsAsync(azurite);
}

public sealed class AzuriteProcessOutgrownModelContractTests(AzuriteProcess azurite) : ModelContract
{
    protected override long Rounds => 20;

    protected override Task<StoreUnderTest> OpenAsync() => AzureTestStore.OpenOutgrownAsync(azurite);
}

public sealed class AzuriteContainerRecordContractTests(AzuriteContainer azurite) : RecordContract
{
    protected override Task<StoreUnderTest> OpenAsync() => AzureTestStore.OpenAsync(azurite);
}

public sealed class AzuriteContainerBlobContractTests(AzuriteContainer azurite) : RecordContract
{
    protected override Task<StoreUnderTest> OpenAsync() => AzureTestStore.OpenBlobsAsync(azurite);
}

public sealed class AzuriteContainerRowContractTests(AzuriteContainer azurite) : RowContract
{
    protected override Task<StoreUnderTest> OpenAsync() => AzureTestStore.OpenAsync(azurite);
}

public sealed class AzuriteContainerModelContractTests(AzuriteContainer azurite) : ModelContract
{
    protected override long Rounds => 20;

    protected override Task<StoreUnderTest> OpenAsync() => AzureTestStore.OpenAsync(azurite);
}
