using Marketplace.Storage.Tests.Contract;

namespace Marketplace.Storage.Tests.Embedded;

public sealed class EmbeddedRecordContractTests : RecordContract
{
    protected override Task<StoreUnderTest> OpenAsync() => Task.FromResult(EmbeddedTestStore.OpenInTemporaryFolder());
}

public sealed class EmbeddedRowContractTests : RowContract
{
    protected override Task<StoreUnderTest> OpenAsync() => Task.FromResult(EmbeddedTestStore.OpenInTemporaryFolder());
}

public sealed class EmbeddedModelContractTests : ModelContract
{
    protected override Task<StoreUnderTest> OpenAsync() => Task.FromResult(EmbeddedTestStore.OpenInTemporaryFolder());
}
