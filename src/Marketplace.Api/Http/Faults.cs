using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Api.Http;

/// <summary>One fault of a request.</summary>
/// <param name="Field">The field at fault, as a path such as <c>terms.ramp[2].gpus</c>; empty for the body as a whole.</param>
/// <param name="Code">Stable code, such as <c>out_of_range</c>.</param>
/// <param name="Message">What is wrong and what would be right.</param>
internal sealed record Fault(string Field, string Code, string Message);

/// <summary>Collects every fault of a request, so that the caller hears of all at once.</summary>
internal sealed class Faults
{
    public const string Missing = "missing";
    public const string UnknownField = "unknown_field";
    public const string WrongType = "wrong_type";
    public const string OutOfRange = "out_of_range";
    public const string InvalidFormat = "invalid_format";
    public const string NotAllowed = "not_allowed";
    public const string Malformed = "malformed_json";
    public const string Inconsistent = "inconsistent";

    private readonly List<Fault> faults = [];

    public int Count => faults.Count;

    public IReadOnlyList<Fault> All => faults;

    public void Add(string field, string code, string message)
    {
        // A body of a million faults is answered with the first ones.
        if (faults.Count < 100)
        {
            faults.Add(new Fault(field, code, message));
        }
    }

    /// <summary>Adds a fault unless the condition holds.</summary>
    public void Require(bool holds, string field, string code, string message)
    {
        if (!holds)
        {
            Add(field, code, message);
        }
    }

    /// <summary>A term of whole UTC hours, or a fault and the default.</summary>
    public Term Term(Instant start, Instant end, string startField, string endField)
    {
        Require(Domain.Primitives.Term.IsWholeHour(start), startField, OutOfRange, "A term starts on a whole UTC hour.");
        Require(Domain.Primitives.Term.IsWholeHour(end), endField, OutOfRange, "A term ends on a whole UTC hour.");
        Require(end > start, endField, Inconsistent, "A term ends after it starts.");
        Domain.Primitives.Term.TryCreate(start, end, out var term);
        return term;
    }

    public void ThrowIfAny()
    {
        if (faults.Count > 0)
        {
            throw Problem.Invalid(faults);
        }
    }
}

/// <summary>A list of at most so many items; without it a list holds at most 1,000.</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
internal sealed class ItemsAttribute(int least, int most) : Attribute
{
    public int Least { get; } = least;

    public int Most { get; } = most;
}

/// <summary>Money in a request.</summary>
/// <param name="AmountMinor">Minor units of the currency (cents for USD).</param>
/// <param name="Currency">ISO 4217 code.</param>
internal sealed record MoneyInput(long AmountMinor, Currency Currency)
{
    public Money ToMoney() => new(Currency, AmountMinor);

    public static MoneyInput Of(Money money) => new(money.Minor, money.Currency);
}

/// <summary>Money in an answer.</summary>
/// <param name="AmountMinor">Minor units of the currency (cents for USD); negative for credits.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="Formatted">For people, such as <c>USD 1,234.50</c>.</param>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record MoneyModel(long AmountMinor, string Currency, string Formatted)
{
    public static MoneyModel Of(Money money) => new(money.Minor, money.Currency.Value, money.ToString());
}

/// <summary>A price per unit in a request.</summary>
/// <param name="Amount">Major units per unit priced, at most 8 places.</param>
/// <param name="Currency">ISO 4217 code.</param>
internal sealed record UnitPriceInput(decimal Amount, Currency Currency)
{
    public UnitPrice ToUnitPrice() => UnitPrice.Of(Currency, Amount);

    public static UnitPriceInput Of(UnitPrice price) => new(price.Amount, price.Currency);
}

/// <summary>A price per unit in an answer.</summary>
/// <param name="Amount">Major units per unit priced, exact, at most 8 places.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="Formatted">For people, such as <c>USD 2.49</c>.</param>
internal sealed record UnitPriceModel(decimal Amount, string Currency, string Formatted)
{
    public static UnitPriceModel Of(UnitPrice price) => new(price.Amount, price.Currency.Value, price.ToString());
}
