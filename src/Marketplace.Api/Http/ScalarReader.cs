using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Marketplace.Domain.Primitives;
using NodaTime;
using NodaTime.Text;

namespace Marketplace.Api.Http;

/// <summary>Reads single values: text, numbers, dates, enums and the Domain's units, each with one fault when it does not fit.</summary>
internal static class ScalarReader
{
    /// <summary>First instant taken from outside.</summary>
    public static readonly Instant Earliest = Instant.FromUtc(2000, 1, 1, 0, 0);

    /// <summary>First instant that is no longer taken from outside.</summary>
    public static readonly Instant Latest = Instant.FromUtc(2200, 1, 1, 0, 0);

    /// <summary>Most characters of a text whose field allows no more.</summary>
    public const int LongestText = 4_000;

    private static readonly ConcurrentDictionary<Type, (Type Value, MethodInfo From)?> Units = new();

    public static bool Reads(Type type) =>
        type == typeof(string) || type == typeof(bool) || type == typeof(int) || type == typeof(long) || type == typeof(decimal) || type == typeof(double) ||
        type == typeof(Instant) || type == typeof(LocalDate) || type == typeof(Uri) || type == typeof(JsonElement) || type.IsEnum || UnitOf(type) is not null;

    /// <summary>The JSON type a value of this type is written as: string, integer, number, boolean.</summary>
    public static string JsonTypeOf(Type type) =>
        type == typeof(bool) ? "boolean"
        : type == typeof(int) || type == typeof(long) ? "integer"
        : type == typeof(decimal) || type == typeof(double) ? "number"
        : UnitOf(type) is { } unit ? JsonTypeOf(unit.Value)
        : "string";

    public static object? Read(Type type, JsonElement json, string path, Faults faults, int longest = LongestText)
    {
        if (type == typeof(JsonElement))
        {
            return HasWholeTexts(json) ? json.Clone() : Add(path, Faults.InvalidFormat, "A text holds half a surrogate pair.", faults);
        }

        var expected = JsonTypeOf(type);
        var found = json.ValueKind switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.Number => "number",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            _ => null,
        };
        if (found is null || (expected != found && !(expected == "integer" && found == "number")))
        {
            faults.Add(path, Faults.WrongType, $"Expected {(expected == "integer" ? "an integer" : "a " + expected)}.");
            return null;
        }

        if (found == "boolean")
        {
            return json.GetBoolean();
        }

        if (found == "number")
        {
            return ReadNumber(type, json.GetRawText(), path, faults);
        }

        try
        {
            return ReadString(type, json.GetString()!, path, faults, longest);
        }
        catch (InvalidOperationException)
        {
            faults.Add(path, Faults.InvalidFormat, "The text holds half a surrogate pair.");
            return null;
        }
    }

    public static object? ReadText(Type type, string text, string path, Faults faults)
    {
        switch (JsonTypeOf(type))
        {
            case "boolean" when text is "true" or "false":
                return text == "true";
            case "boolean":
                faults.Add(path, Faults.WrongType, "Expected true or false.");
                return null;
            case "string":
                return ReadString(type, text, path, faults);
            default:
                return ReadNumber(type, text, path, faults);
        }
    }

    private static object? ReadNumber(Type type, string text, string path, Faults faults)
    {
        if (UnitOf(type) is { } unit)
        {
            return ReadNumber(unit.Value, text, path, faults) is { } bare ? Wrap(unit.From, bare, path, faults) : null;
        }

        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
            faults.Add(path, isNumber ? Faults.OutOfRange : Faults.WrongType, isNumber ? "The number is too large." : "Expected a number.");
            return null;
        }

        if (type == typeof(decimal))
        {
            return number;
        }

        if (type == typeof(double))
        {
            return (double)number;
        }

        if (number != decimal.Truncate(number))
        {
            faults.Add(path, Faults.WrongType, "Expected an integer.");
            return null;
        }

        var (least, most) = type == typeof(int) ? (int.MinValue, int.MaxValue) : ((decimal)long.MinValue, (decimal)long.MaxValue);
        if (number < least || number > most)
        {
            faults.Add(path, Faults.OutOfRange, $"Expected {least} to {most}.");
            return null;
        }

        return type == typeof(int) ? (object)(int)number : (long)number;
    }

    private static object? ReadString(Type type, string text, string path, Faults faults, int longest = LongestText)
    {
        if (text.Length > longest)
        {
            faults.Add(path, Faults.OutOfRange, $"Expected at most {longest:N0} characters.");
            return null;
        }

        if (text.Any(c => char.IsControl(c) && c is not ('\n' or '\t')))
        {
            faults.Add(path, Faults.InvalidFormat, "Control characters are not taken.");
            return null;
        }

        if (type == typeof(string))
        {
            return text;
        }

        if (type == typeof(Instant))
        {
            return ReadInstant(text, path, faults);
        }

        if (type == typeof(LocalDate))
        {
            return LocalDatePattern.Iso.Parse(text) is { Success: true, Value: var date }
                ? InRange(date.AtMidnight().InUtc().ToInstant(), path, faults) ? date : null
                : Add(path, Faults.InvalidFormat, "Expected a date such as 2027-03-01.", faults);
        }

        if (type == typeof(Uri))
        {
            return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http"
                ? uri
                : Add(path, Faults.InvalidFormat, "Expected an absolute http or https address.", faults);
        }

        if (type.IsEnum)
        {
            foreach (var name in Enum.GetNames(type))
            {
                if (JsonNamingPolicy.CamelCase.ConvertName(name) == text)
                {
                    return Enum.Parse(type, name);
                }
            }

            return Add(path, Faults.NotAllowed, $"Expected one of: {string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName))}.", faults);
        }

        return Wrap(UnitOf(type)!.Value.From, text, path, faults);
    }

    private static object? ReadInstant(string text, string path, Faults faults)
    {
        if (OffsetDateTimePattern.ExtendedIso.Parse(text) is not { Success: true, Value: var moment })
        {
            return Add(path, Faults.InvalidFormat, "Expected an instant such as 2027-03-01T00:00:00Z.", faults);
        }

        // Looked at before the offset is applied: the calendar's own ends cannot be shifted.
        var instant = moment.Year is >= 1999 and <= 2200 ? moment.ToInstant() : Instant.MinValue;
        return InRange(instant, path, faults) ? instant : null;
    }

    private static bool InRange(Instant instant, string path, Faults faults)
    {
        var fits = Earliest <= instant && instant < Latest;
        faults.Require(fits, path, Faults.OutOfRange, "Expected a time from the year 2000 to the year 2199.");
        return fits;
    }

    private static object? Wrap(MethodInfo from, object bare, string path, Faults faults)
    {
        try
        {
            return from.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [bare], CultureInfo.InvariantCulture);
        }
        catch (ArgumentOutOfRangeException unfit)
        {
            return Add(path, bare is string ? Faults.InvalidFormat : Faults.OutOfRange, unfit.Message.Split(" (Parameter", 2)[0], faults);
        }
    }

    private static bool HasWholeTexts(JsonElement json)
    {
        try
        {
            return json.ValueKind switch
            {
                JsonValueKind.Object => json.EnumerateObject().All(member => HasWholeTexts(member.Value)),
                JsonValueKind.Array => json.EnumerateArray().All(HasWholeTexts),
                JsonValueKind.String => json.GetString() is not null,
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static object? Add(string path, string code, string message, Faults faults)
    {
        faults.Add(path, code, message);
        return null;
    }

    private static (Type Value, MethodInfo From)? UnitOf(Type type) => Units.GetOrAdd(type, static type =>
    {
        var contract = type.GetInterfaces().FirstOrDefault(candidate =>
            candidate.IsGenericType && candidate.GetGenericTypeDefinition() == typeof(IScalar<,>) && candidate.GetGenericArguments()[0] == type);
        return contract is null
            ? null
            : (contract.GetGenericArguments()[1], type.GetMethod("From", BindingFlags.Public | BindingFlags.Static, [contract.GetGenericArguments()[1]])!);
    });
}
