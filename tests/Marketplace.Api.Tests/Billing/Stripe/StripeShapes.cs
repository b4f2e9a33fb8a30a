using System.Collections;
using System.Reflection;
using System.Text.Json.Nodes;
using Marketplace.Testing.FakeStripe;
using Newtonsoft.Json;
using Stripe;

namespace Marketplace.Api.Tests.Billing.Stripe;

/// <summary>
/// What the server that plays Stripe answers is in the form that Stripe.net knows: each member of each object is one of the
/// library's, which is generated from Stripe's own description of its API, and each can be read as the library's type.
/// </summary>
public static class StripeShapes
{
    /// <summary>Members that Stripe.net does not know, or cannot read.</summary>
    public static IReadOnlyList<string> Faults(StripeServer server)
    {
        var faults = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var kind in Kinds)
        {
            foreach (var made in server.All(kind.Key))
            {
                Check(made, kind.Value, kind.Key, faults);
                JsonConvert.DeserializeObject(made.ToJsonString(), kind.Value);
            }
        }

        return [.. faults];
    }

    private static Dictionary<string, Type> Kinds { get; } = new()
    {
        ["customer"] = typeof(Customer),
        ["payment_intent"] = typeof(PaymentIntent),
        ["charge"] = typeof(Charge),
        ["refund"] = typeof(Refund),
        ["dispute"] = typeof(Dispute),
        ["invoice"] = typeof(Invoice),
        ["invoiceitem"] = typeof(InvoiceItem),
        ["invoice_payment"] = typeof(InvoicePayment),
        ["credit_note"] = typeof(CreditNote),
        ["account"] = typeof(Account),
        ["transfer"] = typeof(Transfer),
        ["transfer_reversal"] = typeof(TransferReversal),
        ["customer_balance_transaction"] = typeof(CustomerBalanceTransaction),
        ["balance_transaction"] = typeof(BalanceTransaction),
        ["event"] = typeof(Event),
        ["checkout.session"] = typeof(global::Stripe.Checkout.Session),
        ["setup_intent"] = typeof(SetupIntent),
        ["payment_method"] = typeof(PaymentMethod),
    };

    private static void Check(JsonObject made, Type type, string path, SortedSet<string> faults)
    {
        var members = type.GetProperties(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
            .Select(property => (property, name: property.GetCustomAttribute<JsonPropertyAttribute>()?.PropertyName))
            .Where(member => member.name is not null)
            .GroupBy(member => member.name!, member => member.property)
            .ToDictionary(group => group.Key, group => group.First());
        foreach (var (name, value) in made)
        {
            if (!members.TryGetValue(name, out var property))
            {
                faults.Add($"{path}.{name}");
            }
            else if (value is JsonObject inner && typeof(StripeEntity).IsAssignableFrom(property.PropertyType) && !typeof(IEnumerable).IsAssignableFrom(property.PropertyType))
            {
                Check(inner, property.PropertyType, $"{path}.{name}", faults);
            }
        }
    }
}
