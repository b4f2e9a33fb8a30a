using Marketplace.Storage.Azure;
using Marketplace.Testing.Azurite;

namespace Marketplace.Testing;

/// <summary>
/// The store that whole-API tests run over, by the environment's MARKETPLACE_TEST_STORE: <c>embedded</c>, the default, with one
/// silo, or <c>azurite3</c> with three silos over one Azurite.
/// </summary>
public static class TestStore
{
    private static readonly AzuriteProcess Azurite = new();

    /// <summary>Markets started in the scope have the chosen store.</summary>
    /// <exception cref="InvalidOperationException">There is no such choice, or no Azurite here.</exception>
    public static IDisposable? Use() => Environment.GetEnvironmentVariable("MARKETPLACE_TEST_STORE") switch
    {
        null or "" or "embedded" => null,
        "azurite3" when Azurite.WhyNot() is { } reason => throw new InvalidOperationException(reason),
        "azurite3" => TestMarket.Over(
            async () =>
            {
                var store = await Azurite.StoreAsync();
                return silo => silo.AddAzureStore(store);
            },
            silos: 3),
        var other => throw new InvalidOperationException($"MARKETPLACE_TEST_STORE is 'embedded' or 'azurite3', not '{other}'."),
    };
}
