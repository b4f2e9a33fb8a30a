using System.Text.Json.Nodes;

namespace Marketplace.Testing.FakeStripe;

/// <content>Connected accounts, transfers and their reversals.</content>
public sealed partial class StripeServer
{
    /// <summary>An operator completes sign-up: Stripe pays the account from now on.</summary>
    public void Complete(string account) => Set(account, true, null);

    /// <summary>Stripe stops paying an account.</summary>
    public void Restrict(string account) => Set(account, false, "requirements.past_due");

    private void Set(string account, bool enabled, string? reason)
    {
        lock (gate)
        {
            var made = Get("account", account);
            made["payouts_enabled"] = enabled;
            made["details_submitted"] = true;
            made["capabilities"] = new JsonObject { ["transfers"] = enabled ? "active" : "inactive" };
            made["requirements"] = new JsonObject { ["currently_due"] = new JsonArray(reason is null ? [] : ["external_account"]), ["disabled_reason"] = reason };
            Raise("account.updated", made);
        }
    }

    private void RouteConnect()
    {
        On("POST", "/v1/accounts", request => CreateAccount(request.Knows("country", "controller", "capabilities", "metadata", "email")));
        On("GET", "/v1/accounts", request => List("account", request.Knows("limit", "starting_after", "ending_before", "created"), []));
        On("GET", "/v1/accounts/{id}", request => Get("account", request.Id()));
        On("POST", "/v1/account_links", request => CreateLink(request.Knows("account", "type", "return_url", "refresh_url")));
        On("POST", "/v1/transfers", request => CreateTransfer(request.Knows(
            "amount", "currency", "destination", "source_transaction", "transfer_group", "description", "metadata")));
        On("GET", "/v1/transfers", request => List("transfer", request.Knows(
            "limit", "starting_after", "ending_before", "created", "destination", "transfer_group"), ["destination", "transfer_group"]));
        On("GET", "/v1/transfers/{id}", request => Get("transfer", request.Id()));
        On("POST", "/v1/transfers/{id}/reversals", request => CreateReversal(Get("transfer", request.Knows("amount", "metadata", "description").Id()), request));
        On("GET", "/v1/transfers/{id}/reversals", request => List(
            "transfer_reversal", request.Knows("limit", "starting_after", "ending_before"), [], made => Text(made, "transfer") == request.Id()));
    }

    private JsonObject CreateAccount(StripeRequest request)
    {
        var account = New("account", "acct");
        account.Remove("livemode");
        account["business_profile"] = null;
        account["capabilities"] = new JsonObject { ["transfers"] = "inactive" };
        account["charges_enabled"] = false;
        account["country"] = request.Need("country");
        account["details_submitted"] = false;
        account["metadata"] = request.Metadata();
        account["payouts_enabled"] = false;
        account["requirements"] = new JsonObject { ["currently_due"] = new JsonArray("business_profile.url", "external_account"), ["disabled_reason"] = "requirements.past_due" };
        account["type"] = "none";
        return Add(account);
    }

    private JsonObject CreateLink(StripeRequest request)
    {
        var account = Get("account", request.Need("account"));
        if (request.Need("type") != "account_onboarding")
        {
            throw new StripeProblem(400, "invalid_request_error", null, "Invalid type.", "type");
        }

        request.Need("return_url");
        request.Need("refresh_url");
        return new JsonObject
        {
            ["object"] = "account_link",
            ["created"] = Now,
            ["expires_at"] = Now + 300,
            ["url"] = $"https://connect.stripe.com/setup/e/{Text(account, "id")}/{NewId("link")}",
        };
    }

    private JsonObject CreateTransfer(StripeRequest request)
    {
        var account = Get("account", request.Need("destination"));
        if ((string?)account["capabilities"]!["transfers"] != "active")
        {
            throw new StripeProblem(400, "invalid_request_error", "insufficient_capabilities_for_transfer", "Your destination account needs to have the transfers capability enabled.");
        }

        var amount = request.Positive("amount");
        var currency = request.Need("currency");
        var source = request.Text("source_transaction");
        if (source is not null)
        {
            var charge = Get("charge", source);
            var sent = inOrder.Where(made => Text(made, "object") == "transfer" && Text(made, "source_transaction") == source).Sum(made => Amount(made, "amount") - Amount(made, "amount_reversed"));
            if (sent + amount > Amount(charge, "amount") || currency != Text(charge, "currency"))
            {
                throw new StripeProblem(400, "invalid_request_error", "transfer_source_balance_parameters_mismatch", "Transfers using this transaction as a source must not exceed the source amount.", "amount");
            }

            if (request.Text("transfer_group") is { } group && Text(charge, "transfer_group") is { } charged && group != charged)
            {
                throw new StripeProblem(400, "invalid_request_error", null, "The transfer_group of a transfer with a source_transaction is that of the source.", "transfer_group");
            }
        }
        else if (Balance(currency) < amount)
        {
            throw new StripeProblem(400, "invalid_request_error", "balance_insufficient", "You have insufficient funds in your Stripe account for this transfer.");
        }

        var transfer = New("transfer", "tr");
        transfer["amount"] = amount;
        transfer["amount_reversed"] = 0L;
        transfer["currency"] = currency;
        transfer["description"] = request.Text("description");
        transfer["destination"] = Text(account, "id");
        transfer["metadata"] = request.Metadata();
        transfer["reversed"] = false;
        transfer["source_transaction"] = source;
        transfer["transfer_group"] = request.Text("transfer_group");
        Add(transfer);
        transfer["balance_transaction"] = Text(Move("transfer", currency, -amount, 0, Text(transfer, "id")!), "id");
        Raise("transfer.created", transfer);
        return transfer;
    }

    private JsonObject CreateReversal(JsonObject transfer, StripeRequest request)
    {
        var amount = request.Positive("amount");
        if (amount > Amount(transfer, "amount") - Amount(transfer, "amount_reversed"))
        {
            throw new StripeProblem(400, "invalid_request_error", null, "The reversal exceeds what is left of the transfer.", "amount");
        }

        var reversal = New("transfer_reversal", "trr");
        reversal.Remove("livemode");
        reversal["amount"] = amount;
        reversal["currency"] = Text(transfer, "currency");
        reversal["metadata"] = request.Metadata();
        reversal["transfer"] = Text(transfer, "id");
        transfer["amount_reversed"] = Amount(transfer, "amount_reversed") + amount;
        transfer["reversed"] = Amount(transfer, "amount_reversed") == Amount(transfer, "amount");
        Add(reversal);
        reversal["balance_transaction"] = Text(Move("transfer_refund", Text(transfer, "currency")!, amount, 0, Text(reversal, "id")!), "id");
        Raise("transfer.reversed", transfer);
        return reversal;
    }
}
