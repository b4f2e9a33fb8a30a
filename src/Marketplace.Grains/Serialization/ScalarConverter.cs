using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;

namespace Marketplace.Grains.Serialization;

/// <summary>Writes every <see cref="IScalar{TSelf, TValue}"/> as its bare value, also as a dictionary key.</summary>
internal sealed class ScalarConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsValueType && ScalarOf(typeToConvert) is not null;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options)
    {
        var arguments = ScalarOf(typeToConvert)!.GetGenericArguments();
        return (JsonConverter)Activator.CreateInstance(typeof(ScalarConverter<,>).MakeGenericType(arguments))!;
    }

    private static Type? ScalarOf(Type type) => type.GetInterfaces().FirstOrDefault(contract =>
        contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IScalar<,>) && contract.GetGenericArguments()[0] == type);

    private sealed class ScalarConverter<TSelf, TValue> : JsonConverter<TSelf>
        where TSelf : struct, IScalar<TSelf, TValue>
    {
        public override TSelf Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Wrap(JsonSerializer.Deserialize<TValue>(ref reader, options));

        public override void Write(Utf8JsonWriter writer, TSelf value, JsonSerializerOptions options)
        {
            if (value.Value is string text)
            {
                writer.WriteStringValue(text);
            }
            else
            {
                JsonSerializer.Serialize(writer, value.Value, options);
            }
        }

        public override TSelf ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Wrap((TValue)Convert.ChangeType(reader.GetString()!, typeof(TValue), CultureInfo.InvariantCulture));

        public override void WriteAsPropertyName(Utf8JsonWriter writer, TSelf value, JsonSerializerOptions options) =>
            writer.WritePropertyName(Convert.ToString(value.Value, CultureInfo.InvariantCulture)!);

        private static TSelf Wrap(TValue? value)
        {
            try
            {
                return value is null ? throw new JsonException($"{typeof(TSelf).Name} is missing.") : TSelf.From(value);
            }
            catch (ArgumentOutOfRangeException unfit)
            {
                throw new JsonException(unfit.Message, unfit);
            }
        }
    }
}
