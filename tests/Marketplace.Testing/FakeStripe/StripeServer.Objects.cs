using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Marketplace.Testing.FakeStripe;

/// <content>Objects, lists and routes.</content>
public sealed partial class StripeServer
{
    private readonly Dictionary<string, JsonObject> objects = [];
    private readonly List<JsonObject> inOrder = [];
    private readonly List<(string Method, Regex Path, Func<StripeRequest, JsonObject> Handle)> routes = [];

    /// <summary>Objects of one kind, such as <c>payment_intent</c>, oldest first, as they stand.</summary>
    public IReadOnlyList<JsonObject> All(string kind)
    {
        lock (gate)
        {
            return [.. inOrder.Where(made => Text(made, "object") == kind).Select(made => (JsonObject)made.DeepClone())];
        }
    }

    /// <summary>The balance in a currency: the sum of all movements, after fees.</summary>
    public long Balance(string currency)
    {
        lock (gate)
        {
            return inOrder.Where(made => Text(made, "object") == "balance_transaction" && Text(made, "currency") == currency).Sum(made => (long)made["net"]!);
        }
    }

    private static string? Text(JsonNode? node, string name) => node?[name]?.GetValueKind() == System.Text.Json.JsonValueKind.String ? (string?)node[name] : null;

    private static long Amount(JsonNode node, string name) => (long)node[name]!;

    private void Route()
    {
        RoutePayments();
        RouteInvoices();
        RouteConnect();
        RouteMethods();
        On("GET", "/v1/balance_transactions", request => List("balance_transaction", request.Knows("limit", "starting_after", "ending_before", "created", "type"), ["type"]));
        On("GET", "/v1/events", request => List("event", request.Knows("limit", "starting_after", "ending_before", "created", "type"), ["type"]));
    }

    private void On(string method, string path, Func<StripeRequest, JsonObject> handle) =>
        routes.Add((method, new Regex("^" + path.Replace("{id}", "([A-Za-z0-9_]+)", StringComparison.Ordinal) + "$", RegexOptions.CultureInvariant), handle));

    private JsonObject Add(JsonObject made)
    {
        objects[Text(made, "id")!] = made;
        inOrder.Add(made);
        return made;
    }

    private JsonObject New(string kind, string prefix) => new()
    {
        ["id"] = NewId(prefix),
        ["object"] = kind,
        ["created"] = Now,
        ["livemode"] = false,
    };

    private JsonObject Get(string kind, string id) => objects.TryGetValue(id, out var found) && Text(found, "object") == kind
        ? found
        : throw new StripeProblem(404, "invalid_request_error", "resource_missing", $"No such {kind}: '{id}'", "id");

    // Newest first, as Stripe lists; a page that ends before a cursor holds what comes just before it.
    private JsonObject List(string kind, StripeRequest request, string[] filters, Func<JsonObject, bool>? where = null)
    {
        var all = inOrder.AsEnumerable().Reverse().Where(made => Text(made, "object") == kind && (where is null || where(made)));
        foreach (var filter in filters)
        {
            if (request.Text(filter) is { } wanted)
            {
                all = all.Where(made => Text(made, filter) == wanted);
            }
        }

        if (request.Form["created"] is JsonObject created)
        {
            foreach (var (name, bound) in created)
            {
                var seconds = long.Parse((string)bound!, CultureInfo.InvariantCulture);
                all = all.Where(made => name switch
                {
                    "gte" => Amount(made, "created") >= seconds,
                    "gt" => Amount(made, "created") > seconds,
                    "lte" => Amount(made, "created") <= seconds,
                    _ => Amount(made, "created") < seconds,
                });
            }
        }

        var limit = (int)(request.Number("limit") ?? 10);
        if (limit is < 1 or > 100)
        {
            throw new StripeProblem(400, "invalid_request_error", "parameter_invalid_integer", "Limit must be between 1 and 100.", "limit");
        }

        var items = all.ToList();
        var more = false;
        if (request.Text("ending_before") is { } before)
        {
            var end = IndexOf(items, before, "ending_before");
            more = end > limit;
            items = [.. items.Take(end).TakeLast(limit)];
        }
        else
        {
            var start = request.Text("starting_after") is { } after ? IndexOf(items, after, "starting_after") + 1 : 0;
            more = items.Count > start + limit;
            items = [.. items.Skip(start).Take(limit)];
        }

        var expands = request.Form["expand"] is JsonObject expand && expand.Any(entry => (string?)entry.Value == "data.source");
        return new JsonObject
        {
            ["object"] = "list",
            ["url"] = "/v1/" + kind + "s",
            ["has_more"] = more,
            ["data"] = new JsonArray([.. items.Select(made => Shown(made, expands))]),
        };
    }

    private JsonNode Shown(JsonObject made, bool expandsSource)
    {
        var shown = made.DeepClone();
        if (expandsSource && Text(shown, "source") is { } source && objects.TryGetValue(source, out var whole))
        {
            shown["source"] = whole.DeepClone();
        }

        return shown;
    }

    private static int IndexOf(List<JsonObject> items, string id, string parameter)
    {
        var index = items.FindIndex(made => Text(made, "id") == id);
        return index >= 0 ? index : throw new StripeProblem(400, "invalid_request_error", "resource_missing", $"No such object: '{id}'", parameter);
    }

    private JsonObject Move(string type, string currency, long amount, long fee, string source)
    {
        var made = New("balance_transaction", "txn");
        made["type"] = type;
        made["reporting_category"] = type;
        made["currency"] = currency;
        made["amount"] = amount;
        made["fee"] = fee;
        made["net"] = amount - fee;
        made["fee_details"] = new JsonArray();
        made["status"] = "available";
        made["available_on"] = Now;
        made["source"] = source;
        made.Remove("livemode");
        return Add(made);
    }
}
