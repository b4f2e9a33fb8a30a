using System.Text.Json.Nodes;

namespace Marketplace.Testing.FakeStripe;

/// <summary>How a card behaves that a payer gives on the server's page.</summary>
public enum StripeCard
{
    /// <summary>It pays.</summary>
    Pays,

    /// <summary>It can be kept, and every payment is declined.</summary>
    Declines,

    /// <summary>The bank wants its holder to confirm each payment.</summary>
    AsksToConfirm,
}

/// <content>Checkout pages on which a payer gives a card, and payments made with one.</content>
public sealed partial class StripeServer
{
    private readonly Dictionary<string, StripeCard> cards = [];

    /// <summary>The payer gives a card on the page of a session.</summary>
    /// <returns>The payment method.</returns>
    public string GiveCard(string session, StripeCard card = StripeCard.Pays, int year = 2090, int month = 12)
    {
        lock (gate)
        {
            var made = Get("checkout.session", session);
            Expect(made, "open");
            var setup = Get("setup_intent", Text(made, "setup_intent")!);
            var method = New("payment_method", "pm");
            method["allow_redisplay"] = "limited";
            method["card"] = new JsonObject { ["brand"] = "visa", ["country"] = "US", ["exp_month"] = month, ["exp_year"] = year, ["funding"] = "credit", ["last4"] = card == StripeCard.Pays ? "4242" : "0341" };
            method["customer"] = Text(made, "customer");
            method["metadata"] = new JsonObject();
            method["type"] = "card";
            Add(method);
            cards[Text(method, "id")!] = card;
            setup["payment_method"] = Text(method, "id");
            setup["status"] = "succeeded";
            made["status"] = "complete";
            made["url"] = null;
            Raise("payment_method.attached", method);
            Raise("setup_intent.succeeded", setup);
            Raise("checkout.session.completed", made);
            return Text(method, "id")!;
        }
    }

    /// <summary>The page of a session expires.</summary>
    public void Expire(string session)
    {
        lock (gate)
        {
            var made = Get("checkout.session", session);
            Expect(made, "open");
            made["status"] = "expired";
            made["url"] = null;
            Raise("checkout.session.expired", made);
        }
    }

    private void RouteMethods()
    {
        On("POST", "/v1/checkout/sessions", request => CreateSession(request.Knows(
            "mode", "customer", "allowed_payment_method_types", "success_url", "cancel_url", "metadata", "setup_intent_data")));
        On("GET", "/v1/checkout/sessions", request => List("checkout.session", request.Knows("limit", "starting_after", "ending_before", "created", "customer", "status"), ["customer", "status"]));
        On("GET", "/v1/checkout/sessions/{id}", request => Expanded(Get("checkout.session", request.Id()), request));
        On("POST", "/v1/payment_intents/{id}/confirm", request => Confirm(
            Get("payment_intent", request.Knows("payment_method", "allowed_payment_method_types", "off_session", "return_url").Id()), request));
        On("GET", "/v1/payment_methods/{id}", request => Get("payment_method", request.Id()));
        On("POST", "/v1/payment_methods/{id}/detach", request => Detach(Get("payment_method", request.Knows().Id())));
    }

    private JsonObject CreateSession(StripeRequest request)
    {
        if (request.Need("mode") != "setup" || request.Form["allowed_payment_method_types"] is not JsonObject { Count: > 0 } types)
        {
            throw new StripeProblem(400, "invalid_request_error", "parameter_missing", "A session in setup mode needs a currency or payment method types.");
        }

        var customer = Get("customer", request.Need("customer"));
        var setup = New("setup_intent", "seti");
        setup["customer"] = Text(customer, "id");
        setup["metadata"] = request.Form["setup_intent_data"]?["metadata"]?.DeepClone() ?? new JsonObject();
        setup["status"] = "requires_payment_method";
        setup["usage"] = "off_session";
        Add(setup);
        var session = New("checkout.session", "cs_test");
        session["allowed_payment_method_types"] = new JsonArray([.. types.Select(type => JsonValue.Create((string)type.Value!))]);
        session["cancel_url"] = request.Need("cancel_url");
        session["customer"] = Text(customer, "id");
        session["expires_at"] = Now + 86_400;
        session["metadata"] = request.Metadata();
        session["mode"] = "setup";
        session["payment_status"] = "no_payment_required";
        session["setup_intent"] = Text(setup, "id");
        session["status"] = "open";
        session["success_url"] = request.Need("success_url");
        session["url"] = "https://checkout.stripe.com/c/pay/" + Text(session, "id");
        return Add(session);
    }

    private JsonObject Expanded(JsonObject session, StripeRequest request)
    {
        var shown = (JsonObject)session.DeepClone();
        if (request.Form["expand"] is JsonObject expand && expand.Any(entry => ((string?)entry.Value)?.StartsWith("setup_intent", StringComparison.Ordinal) == true))
        {
            var setup = (JsonObject)Get("setup_intent", Text(session, "setup_intent")!).DeepClone();
            if (Text(setup, "payment_method") is { } method)
            {
                setup["payment_method"] = Get("payment_method", method).DeepClone();
            }

            shown["setup_intent"] = setup;
        }

        return shown;
    }

    private JsonObject Confirm(JsonObject payment, StripeRequest request)
    {
        if (Text(payment, "status") is not ("requires_payment_method" or "requires_confirmation" or "requires_action"))
        {
            throw new StripeProblem(
                400, "invalid_request_error", "payment_intent_unexpected_state", $"You cannot confirm this PaymentIntent because it has a status of {Text(payment, "status")}.");
        }

        var method = Get("payment_method", request.Need("payment_method"));
        if (Text(method, "customer") is not { } customer || customer != Text(payment, "customer"))
        {
            throw new StripeProblem(400, "invalid_request_error", null, "The provided PaymentMethod was detached, or belongs to another customer.", "payment_method");
        }

        payment["payment_method"] = Text(method, "id");
        payment["last_payment_error"] = null;
        payment["next_action"] = null;
        switch (cards[Text(method, "id")!])
        {
            case StripeCard.Pays:
                Pay(Text(payment, "id")!);
                return payment;
            case StripeCard.AsksToConfirm when !request.Flag("off_session"):
                payment["status"] = "requires_action";
                payment["next_action"] = new JsonObject
                {
                    ["type"] = "redirect_to_url",
                    ["redirect_to_url"] = new JsonObject { ["return_url"] = request.Need("return_url"), ["url"] = "https://hooks.stripe.com/redirect/authenticate/" + Text(payment, "id") },
                };
                Raise("payment_intent.requires_action", payment);
                return payment;
            case StripeCard.AsksToConfirm:
                throw Refused(payment, "authentication_required", "Your card was declined. This transaction requires authentication.");
            default:
                throw Refused(payment, "card_declined", "Your card was declined.");
        }
    }

    private StripeProblem Refused(JsonObject payment, string code, string message)
    {
        payment["status"] = "requires_payment_method";
        payment["last_payment_error"] = new JsonObject { ["type"] = "card_error", ["code"] = code, ["message"] = message };
        Raise("payment_intent.payment_failed", payment);
        return new StripeProblem(402, "card_error", code, message);
    }

    private JsonObject Detach(JsonObject method)
    {
        if (Text(method, "customer") is null)
        {
            throw new StripeProblem(400, "invalid_request_error", null, "The payment method you provided is not attached to a customer so detachment is impossible.");
        }

        method["customer"] = null;
        Raise("payment_method.detached", method);
        return method;
    }
}
