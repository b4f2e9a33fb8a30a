using System.Text.Json.Nodes;

namespace Marketplace.Testing.FakeStripe;

/// <content>Customers, payment intents, charges, refunds, disputes.</content>
public sealed partial class StripeServer
{
    private const long MostMinor = 99_999_999;
    private const long LeastMinor = 50;

    /// <summary>What Stripe keeps of a charge for itself, in minor units.</summary>
    public Func<long, long> Fee { get; set; } = amount => 30 + (amount * 29 / 1000);

    /// <summary>The payer pays: the money of a payment intent is here.</summary>
    public void Pay(string paymentIntent) => Change(paymentIntent, payment =>
    {
        Expect(payment, "requires_payment_method", "requires_confirmation", "requires_action", "processing");
        var charge = New("charge", "ch");
        charge["amount"] = Amount(payment, "amount");
        charge["amount_captured"] = Amount(payment, "amount");
        charge["amount_refunded"] = 0L;
        charge["captured"] = true;
        charge["currency"] = Text(payment, "currency");
        charge["customer"] = Text(payment, "customer");
        charge["disputed"] = false;
        charge["metadata"] = payment["metadata"]!.DeepClone();
        charge["paid"] = true;
        charge["payment_intent"] = Text(payment, "id");
        charge["refunded"] = false;
        charge["status"] = "succeeded";
        charge["transfer_group"] = Text(payment, "transfer_group");
        Add(charge);
        var amount = Amount(payment, "amount");
        charge["balance_transaction"] = Text(Move("charge", Text(payment, "currency")!, amount, Fee(amount), Text(charge, "id")!), "id");
        payment["latest_charge"] = Text(charge, "id");
        payment["amount_received"] = amount;
        payment["last_payment_error"] = null;
        payment["next_action"] = null;
        payment["status"] = "succeeded";
        Settle(payment);
        Raise("charge.succeeded", charge);
        Raise("payment_intent.succeeded", payment);
    });

    /// <summary>The payer's bank starts moving the money.</summary>
    public void Process(string paymentIntent) => Change(paymentIntent, payment =>
    {
        Expect(payment, "requires_payment_method", "requires_confirmation", "requires_action");
        payment["status"] = "processing";
        Raise("payment_intent.processing", payment);
    });

    /// <summary>The payer's card is declined.</summary>
    public void Decline(string paymentIntent) => Change(paymentIntent, payment =>
    {
        Expect(payment, "requires_payment_method", "requires_confirmation", "requires_action", "processing");
        payment["status"] = "requires_payment_method";
        payment["last_payment_error"] = new JsonObject { ["type"] = "card_error", ["code"] = "card_declined", ["decline_code"] = "generic_decline", ["message"] = "Your card was declined." };
        Raise("payment_intent.payment_failed", payment);
    });

    /// <summary>The payer's bank takes the money of a payment back until it has decided.</summary>
    /// <returns>The dispute.</returns>
    public string Dispute(string paymentIntent, long? amount = null)
    {
        var id = "";
        Change(paymentIntent, payment =>
        {
            var charge = Get("charge", Text(payment, "latest_charge")!);
            var dispute = New("dispute", "dp");
            dispute["amount"] = amount ?? Amount(payment, "amount");
            dispute["charge"] = Text(charge, "id");
            dispute["currency"] = Text(payment, "currency");
            dispute["is_charge_refundable"] = false;
            dispute["metadata"] = new JsonObject();
            dispute["payment_intent"] = Text(payment, "id");
            dispute["reason"] = "fraudulent";
            dispute["status"] = "needs_response";
            Add(dispute);
            charge["disputed"] = true;
            Move("adjustment", Text(payment, "currency")!, -Amount(dispute, "amount"), 0, Text(dispute, "id")!);
            Raise("charge.dispute.created", dispute);
            id = Text(dispute, "id")!;
        });
        return id;
    }

    /// <summary>The payer's bank decides a dispute.</summary>
    public void Decide(string disputeId, bool won)
    {
        lock (gate)
        {
            var dispute = Get("dispute", disputeId);
            Expect(dispute, "needs_response");
            dispute["status"] = won ? "won" : "lost";
            if (won)
            {
                Move("adjustment", Text(dispute, "currency")!, Amount(dispute, "amount"), 0, disputeId);
            }

            Raise("charge.dispute.closed", dispute);
        }
    }

    /// <summary>The payer's bank sends a refund back.</summary>
    public void FailRefund(string refundId)
    {
        lock (gate)
        {
            var refund = Get("refund", refundId);
            Expect(refund, "succeeded", "pending");
            refund["status"] = "failed";
            refund["failure_reason"] = "lost_or_stolen_card";
            var charge = Get("charge", Text(refund, "charge")!);
            charge["amount_refunded"] = Amount(charge, "amount_refunded") - Amount(refund, "amount");
            Move("refund_failure", Text(refund, "currency")!, Amount(refund, "amount"), 0, refundId);
            Raise("refund.failed", refund);
        }
    }

    private void RoutePayments()
    {
        On("POST", "/v1/customers/{id}/balance_transactions", request => ChangeBalance(Get("customer", request.Knows("amount", "currency", "description", "metadata").Id()), request));
        On("GET", "/v1/customers/{id}/balance_transactions", request => List(
            "customer_balance_transaction", request.Knows("limit", "starting_after", "ending_before"), [], made => Text(made, "customer") == request.Id()));
        On("POST", "/v1/customers", request => CreateCustomer(request.Knows("description", "metadata", "email", "name")));
        On("GET", "/v1/customers", request => List("customer", request.Knows("limit", "starting_after", "ending_before", "created", "email"), ["email"]));
        On("GET", "/v1/customers/{id}", request => Get("customer", request.Id()));
        On("POST", "/v1/payment_intents", request => CreatePayment(request.Knows(
            "amount", "currency", "customer", "transfer_group", "description", "metadata", "allowed_payment_method_types", "payment_method_data", "payment_method_options", "confirm")));
        On("GET", "/v1/payment_intents", request => List("payment_intent", request.Knows("limit", "starting_after", "ending_before", "created", "customer"), ["customer"]));
        On("GET", "/v1/payment_intents/{id}", request => Get("payment_intent", request.Id()));
        On("POST", "/v1/payment_intents/{id}/cancel", request => CancelPayment(Get("payment_intent", request.Knows("cancellation_reason").Id())));
        On("POST", "/v1/refunds", request => CreateRefund(request.Knows("payment_intent", "amount", "metadata", "reason")));
        On("GET", "/v1/refunds", request => List("refund", request.Knows("limit", "starting_after", "ending_before", "created", "payment_intent", "charge"), ["payment_intent", "charge"]));
        On("GET", "/v1/refunds/{id}", request => Get("refund", request.Id()));
        On("GET", "/v1/charges/{id}", request => Get("charge", request.Id()));
    }

    private void Change(string paymentIntent, Action<JsonObject> change)
    {
        lock (gate)
        {
            change(Get("payment_intent", paymentIntent));
        }
    }

    private static void Expect(JsonObject made, params string[] states)
    {
        if (!states.Contains(Text(made, "status")))
        {
            throw new InvalidOperationException($"{Text(made, "id")} is {Text(made, "status")}.");
        }
    }

    private JsonObject CreateCustomer(StripeRequest request)
    {
        var customer = New("customer", "cus");
        customer["balance"] = 0L;
        customer["description"] = request.Text("description");
        customer["metadata"] = request.Metadata();
        Raise("customer.created", Add(customer));
        return customer;
    }

    // A positive amount is owed by the customer, a negative one is its credit.
    private JsonObject ChangeBalance(JsonObject customer, StripeRequest request)
    {
        var amount = request.Number("amount") ?? throw new StripeProblem(400, "invalid_request_error", "parameter_missing", "Missing required param: amount.", "amount");
        var made = New("customer_balance_transaction", "cbtxn");
        customer["balance"] = Amount(customer, "balance") + amount;
        made["amount"] = amount;
        made["currency"] = request.Need("currency");
        made["customer"] = Text(customer, "id");
        made["description"] = request.Text("description");
        made["ending_balance"] = Amount(customer, "balance");
        made["metadata"] = request.Metadata();
        made["type"] = "adjustment";
        return Add(made);
    }

    private JsonObject CreatePayment(StripeRequest request)
    {
        var amount = request.Positive("amount");
        if (amount > MostMinor)
        {
            throw new StripeProblem(400, "invalid_request_error", "amount_too_large", "Amount must be no more than $999,999.99", "amount");
        }

        if (amount < LeastMinor)
        {
            throw new StripeProblem(400, "invalid_request_error", "amount_too_small", "Amount must be at least $0.50 usd", "amount");
        }

        var customer = request.Text("customer") is { } id ? Text(Get("customer", id), "id") : null;
        var methods = request.Form["allowed_payment_method_types"] is JsonObject allowed ? allowed.Select(entry => (string)entry.Value!).ToList() : ["card"];
        var payment = New("payment_intent", "pi");
        payment["amount"] = amount;
        payment["amount_received"] = 0L;
        payment["allowed_payment_method_types"] = new JsonArray([.. methods.Select(method => JsonValue.Create(method))]);
        payment["capture_method"] = "automatic_async";
        payment["client_secret"] = Text(payment, "id") + "_secret_" + Guid.NewGuid().ToString("N");
        payment["confirmation_method"] = "automatic";
        payment["currency"] = request.Need("currency");
        payment["customer"] = customer;
        payment["description"] = request.Text("description");
        payment["metadata"] = request.Metadata();
        payment["payment_method_types"] = new JsonArray([.. methods.Select(method => JsonValue.Create(method))]);
        payment["status"] = "requires_payment_method";
        payment["transfer_group"] = request.Text("transfer_group");
        if (request.Flag("confirm"))
        {
            Instruct(payment, request);
        }

        Raise("payment_intent.created", Add(payment));
        if (request.Flag("confirm"))
        {
            Raise("payment_intent.requires_action", payment);
        }

        return payment;
    }

    private static void Instruct(JsonObject payment, StripeRequest request)
    {
        var type = (string?)request.Form["payment_method_options"]?["customer_balance"]?["bank_transfer"]?["type"];
        if ((string?)request.Form["payment_method_data"]?["type"] != "customer_balance" || type is null || Text(payment, "customer") is null)
        {
            throw new StripeProblem(400, "invalid_request_error", "parameter_missing", "A bank transfer needs a customer, a payment method of type customer_balance and a transfer type.");
        }

        payment["status"] = "requires_action";
        payment["next_action"] = new JsonObject
        {
            ["type"] = "display_bank_transfer_instructions",
            ["display_bank_transfer_instructions"] = new JsonObject
            {
                ["amount_remaining"] = Amount(payment, "amount"),
                ["currency"] = Text(payment, "currency"),
                ["financial_addresses"] = new JsonArray(),
                ["hosted_instructions_url"] = "https://payments.stripe.com/bank_transfers/instructions/" + Text(payment, "id"),
                ["reference"] = "REF" + Text(payment, "id")![^8..].ToUpperInvariant(),
                ["type"] = type,
            },
        };
    }

    private JsonObject CancelPayment(JsonObject payment)
    {
        if (Text(payment, "status") is not ("requires_payment_method" or "requires_confirmation" or "requires_action"))
        {
            throw new StripeProblem(400, "invalid_request_error", "payment_intent_unexpected_state", $"You cannot cancel this PaymentIntent because it has a status of {Text(payment, "status")}.");
        }

        payment["status"] = "canceled";
        payment["canceled_at"] = Now;
        Raise("payment_intent.canceled", payment);
        return payment;
    }

    private JsonObject CreateRefund(StripeRequest request)
    {
        var payment = Get("payment_intent", request.Need("payment_intent"));
        if (Text(payment, "latest_charge") is not { } chargeId)
        {
            throw new StripeProblem(400, "invalid_request_error", "payment_intent_unexpected_state", "This PaymentIntent does not have a successful charge to refund.");
        }

        var charge = Get("charge", chargeId);
        var left = Amount(charge, "amount") - Amount(charge, "amount_refunded");
        var amount = request.Number("amount") ?? left;
        if (left == 0)
        {
            throw new StripeProblem(400, "invalid_request_error", "charge_already_refunded", $"Charge {chargeId} has already been refunded.");
        }

        if (amount <= 0 || amount > left)
        {
            throw new StripeProblem(400, "invalid_request_error", null, $"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", "amount");
        }

        var refund = New("refund", "re");
        refund.Remove("livemode");
        refund["amount"] = amount;
        refund["charge"] = chargeId;
        refund["currency"] = Text(charge, "currency");
        refund["metadata"] = request.Metadata();
        refund["payment_intent"] = Text(payment, "id");
        refund["status"] = "succeeded";
        charge["amount_refunded"] = Amount(charge, "amount_refunded") + amount;
        charge["refunded"] = Amount(charge, "amount_refunded") == Amount(charge, "amount");
        Add(refund);
        refund["balance_transaction"] = Text(Move("refund", Text(charge, "currency")!, -amount, 0, Text(refund, "id")!), "id");
        Raise("refund.created", refund);
        Raise("charge.refunded", charge);
        return refund;
    }
}
