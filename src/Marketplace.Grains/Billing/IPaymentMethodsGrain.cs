using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Billing;

/// <summary>A tenant's payment methods: each call to the gateway is written down before it is made. Key: the tenant's id.</summary>
[Alias("Marketplace.IPaymentMethodsGrain"), GrainInterfaceType("Marketplace.IPaymentMethodsGrain")]
public interface IPaymentMethodsGrain : IAggregateGrain
{
    /// <summary>The methods as last made durable, or null before the first was asked for.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<PaymentMethods>?> GetAsync();

    /// <summary>Opens a set-up at the gateway, or answers the one there is; refused as retryable while the gateway cannot say.</summary>
    [Alias("SetUp")]
    Task<Answer<PaymentMethods>> SetUpAsync(AskSetup command);

    /// <summary>Asks the gateway how a set-up stands, and keeps the method it has brought; with the gateway's page, where that still waits.</summary>
    [Alias("Look")]
    Task<Answer<GatewaySetup>> LookAsync(MethodSetupId setup);

    /// <summary>Makes a method the default, or settles when invoices are collected; repeated, it answers alike.</summary>
    [Alias("Manage")]
    Task<Answer<Snapshot<PaymentMethods>>> ManageAsync(Operation operation, PaymentMethodsCommand command);

    /// <summary>Gives a method up, at the gateway too; that follows later where the gateway cannot be reached.</summary>
    [Alias("Remove")]
    Task<Answer<Snapshot<PaymentMethods>>> RemoveAsync(Operation operation, PaymentMethodId method);
}
