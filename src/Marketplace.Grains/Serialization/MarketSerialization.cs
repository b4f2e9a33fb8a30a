using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Serialization;
using Orleans.Serialization.Cloning;
using Orleans.Storage;

namespace Marketplace.Grains.Serialization;

/// <summary>Lets Domain and NodaTime types travel between grains: as JSON between silos, shared without a copy within one, since all of them are immutable; and makes that JSON the form of grain records.</summary>
internal static class MarketSerialization
{
    public static IServiceCollection AddMarketSerialization(this IServiceCollection services)
    {
        services.AddSerializer(serializer => serializer.AddJsonSerializer(
            isSerializable: MarketJson.Covers,
            isCopyable: static _ => false,
            configureOptions: options => options.Configure(json => json.SerializerOptions = MarketJson.Options)));

        // A store's own exception is often the cause inside another; without this its caller on another silo hears of neither.
        services.Configure<ExceptionSerializationOptions>(exceptions => exceptions.SupportedNamespacePrefixes.Add(nameof(Marketplace)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IGeneralizedCopier, SharedCopier>());
        services.Replace(ServiceDescriptor.Singleton<IGrainStorageSerializer, MarketRecordSerializer>());
        return services;
    }

    private sealed class SharedCopier : IGeneralizedCopier
    {
        public bool IsSupportedType(Type type) => MarketJson.Covers(type);

        public object? DeepCopy(object? input, CopyContext context) => input;
    }
}
