using System.Globalization;
using Marketplace.Client;
using Marketplace.Portal.Language;

namespace Marketplace.Portal.Billing;

/// <summary>Payment methods as people tell them apart.</summary>
internal static class MethodName
{
    /// <summary>Such as <c>Visa •••• 4242</c>.</summary>
    public static string Of(KeptPaymentMethod method, Texts texts)
    {
        var what = method.Kind switch
        {
            MethodKind.SepaDebit => texts["SEPA direct debit"],
            MethodKind.UsBankAccount => method.BankName ?? texts["Bank account"],
            _ => method.Brand is { Length: > 0 } brand ? char.ToUpperInvariant(brand[0]) + brand[1..] : texts["Card"],
        };
        return method.LastFour is { } digits ? $"{what} •••• {digits}" : what;
    }

    /// <summary>The month until which it is valid, such as <c>08/2029</c>; null for what does not expire.</summary>
    public static string? ValidThrough(KeptPaymentMethod method) => method.ValidThrough is { } day ? day.ToString("MM/yyyy", CultureInfo.InvariantCulture) : null;

    /// <summary>Where the payer comes back to from the provider's page, and goes on from there.</summary>
    /// <param name="root">The portal's address.</param>
    /// <param name="then">The page of the portal to go on with.</param>
    public static Uri ReturnTo(string root, string then) => new(new Uri(root), "billing/payment-methods/return?then=" + Uri.EscapeDataString(then));

    /// <summary>A page of this portal's that somebody may be sent on to; the page of billing for anything else.</summary>
    public static string Onward(string? then) =>
        then is not null && (then == "billing" || then.StartsWith("billing/invoices/inv_", StringComparison.Ordinal) || then.StartsWith("reservations/rsv_", StringComparison.Ordinal)) ? then : "billing";
}
