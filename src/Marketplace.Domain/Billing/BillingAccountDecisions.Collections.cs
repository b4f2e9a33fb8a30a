using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;

namespace Marketplace.Domain.Billing;

public sealed partial record BillingAccount
{
    /// <content>Invoices that are collected by themselves.</content>
    private sealed partial class Draft
    {
        private Refusal? Change(ChangeCollection command)
        {
            if (account.Collections?.GetValueOrDefault(PaymentPlan.KeyOf(command.Operator, command.Currency)) != command.Collection)
            {
                Add(new CollectionChanged(now, command.Operator, command.Currency, command.Collection));
            }

            return null;
        }

        private Refusal? Collect(CollectInvoices command)
        {
            foreach (var invoice in account.Invoices.Values.Where(invoice => account.CollectAt(invoice) <= now)
                .OrderBy(invoice => invoice.IssuedAt).ThenBy(invoice => invoice.Id.Value, StringComparer.Ordinal).ToImmutableArray())
            {
                var collection = account.Collections![PaymentPlan.KeyOf(invoice.Operator, invoice.Total.Currency)];
                Money? most = command.Most.Where(limit => limit.Currency == invoice.Total.Currency).Select(limit => (Money?)limit).FirstOrDefault();
                Start(invoice, PaymentMethod.Card, null, most, collection.Use);
            }

            return null;
        }
    }
}
