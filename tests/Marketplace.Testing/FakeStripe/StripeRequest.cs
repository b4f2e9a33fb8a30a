using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Marketplace.Testing.FakeStripe;

/// <summary>Form data in Stripe's manner: <c>a[b][c]=d</c> and <c>a[0]=b</c>.</summary>
internal static class FormData
{
    public static JsonObject Parse(string encoded)
    {
        var root = new JsonObject();
        foreach (var pair in encoded.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = WebUtility.UrlDecode(equals < 0 ? pair : pair[..equals]);
            var value = equals < 0 ? "" : WebUtility.UrlDecode(pair[(equals + 1)..]);
            var parts = name.Replace("]", "", StringComparison.Ordinal).Split('[');
            var at = root;
            foreach (var part in parts[..^1])
            {
                at = (JsonObject)(at[part] ??= new JsonObject());
            }

            at[parts[^1]] = value;
        }

        return root;
    }
}

/// <summary>A request that a handler reads.</summary>
internal sealed class StripeRequest(StripeCall call, string[] ids)
{
    public JsonObject Form => call.Form;

    public string Id(int index = 0) => ids[index];

    /// <summary>Refuses parameters that are not named here, as Stripe refuses those it does not know.</summary>
    public StripeRequest Knows(params string[] names)
    {
        foreach (var (name, _) in call.Form)
        {
            if (!names.Contains(name) && name != "expand")
            {
                throw new StripeProblem(400, "invalid_request_error", "parameter_unknown", $"Received unknown parameter: {name}", name);
            }
        }

        return this;
    }

    public string? Text(string name) => call.Form[name]?.GetValue<string>();

    public string Need(string name) => Text(name) ?? throw new StripeProblem(400, "invalid_request_error", "parameter_missing", $"Missing required param: {name}.", name);

    public long? Number(string name) => Text(name) is not { } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw new StripeProblem(400, "invalid_request_error", "parameter_invalid_integer", $"Invalid integer: {text}", name);

    public bool Flag(string name) => Text(name) == "true";

    public JsonObject Metadata() => (JsonObject)(call.Form["metadata"]?.DeepClone() ?? new JsonObject());

    public long Positive(string name)
    {
        var number = Number(name) ?? throw new StripeProblem(400, "invalid_request_error", "parameter_missing", $"Missing required param: {name}.", name);
        return number > 0 ? number : throw new StripeProblem(400, "invalid_request_error", "parameter_invalid_integer", "This value must be greater than or equal to 1.", name);
    }
}

/// <summary>An error in Stripe's form.</summary>
internal sealed class StripeProblem(int status, string type, string? code, string message, string? parameter = null) : Exception(message)
{
    public int Status { get; } = status;

    public string ToJson()
    {
        var error = new JsonObject { ["type"] = type, ["message"] = Message };
        if (code is not null)
        {
            error["code"] = code;
        }

        if (parameter is not null)
        {
            error["param"] = parameter;
        }

        return new JsonObject { ["error"] = error }.ToJsonString();
    }
}
