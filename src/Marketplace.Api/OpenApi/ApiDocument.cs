using System.Text.RegularExpressions;
using Marketplace.Api.Http;
using Marketplace.Api.Identity;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.Swagger;
using Swashbuckle.AspNetCore.SwaggerGen;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace Marketplace.Api.OpenApi;

/// <summary>The OpenAPI 3.1 document of the API, and the page that shows it.</summary>
public static partial class ApiDocument
{
    internal const string Name = "v1";
    internal const string Scheme = "apiKey";
    internal const string SessionScheme = "session";

    /// <summary>What the page shows for an idempotency key. It stands for a new one with every request, unless another is typed.</summary>
    internal const string AnyKey = "a-new-one-for-every-request";

    private const string FreshKeys =
        "(request) => { const name = 'Idempotency-Key'; if (request.headers && request.headers[name] === '" + AnyKey + "') { request.headers[name] = [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, '0')).join(''); } return request; }";

    /// <summary>What each tag is about, in the order of the main job: from who one is, over site, pool and contract, to money. Every room's tag has a line.</summary>
    internal static readonly OrderedDictionary<string, string> Tags = new(StringComparer.Ordinal)
    {
        ["Sign-in"] = "People: accounts, sessions, and the organization acted for. A session's cookie opens `/v1` as a key does.",
        ["Account"] = "One's own account: password, authenticator app, passkeys, and what happened to it.",
        ["Organizations"] = "Operators and tenants, and their members.",
        ["API keys"] = "Keys act for one organization with a role, narrowed by scopes.",
        ["Sites"] = "Locations, their power, build phases and milestones.",
        ["Build phases"] = "Parts of a site delivered together, with milestones, forecasts and evidence.",
        ["Hardware"] = "The catalogue of GPUs and miners, with sources.",
        ["Pools"] = "Interchangeable GPUs or kW at one site, whose supply grows with the build.",
        ["Nodes"] = "Physical nodes as the marketplace hears them: enrolment, keys, health, outages.",
        ["Node messages"] = "What nodes say, signed with their own keys.",
        ["Benchmark runs"] = "Challenges, answers, verdicts and their evidence.",
        ["Availability"] = "What a pool still has over time.",
        ["Search"] = "Finding capacity.",
        ["Quotes"] = "Firm prices that expire.",
        ["Reservations"] = "Capacity held and paid for before it exists.",
        ["Messages"] = "What tenant and operator write to each other about a reservation, and the lease that comes from it.",
        ["Payments"] = "Payments as resources of their own.",
        ["Payment methods"] = "Cards and bank accounts that the gateway keeps, and invoices that are paid with them by themselves.",
        ["Payouts"] = "What operators are paid: account, what waits and why, transfers.",
        ["Deliveries"] = "Handing over nodes, and accepting them.",
        ["Leases"] = "Running contracts: acceptance, renewal, exit.",
        ["Calendar"] = "Contract dates for calendar programs, under an address of one's own.",
        ["Invoices"] = "What is owed, line by line.",
        ["Ledger"] = "Double-entry postings of one's own account.",
        ["Billing"] = "Invoices and the ledger of one's own account.",
        ["Events"] = "What happened to the caller's organization, in order.",
        ["Notices"] = "The same for people: newest first, what each has read, and what is mailed.",
        ["Webhooks"] = "Addresses to which one's events are sent, signed; the document's webhooks say what is sent.",
        ["Export"] = "All of one's own data.",
        ["Site claims"] = "Operators claim imported sites, administrators decide.",
        ["Clock"] = "Market time, which dates every contract fact.",
        ["Administration"] = "The marketplace's own work: import, confirmation, invariants.",
        ["Reconciliation"] = "The comparison of all books with the gateway's, and what it finds.",
        ["Health"] = "Whether the service runs and takes work.",
    };

    /// <summary>
    /// The document as YAML, made from this assembly alone: no silo, no store, nothing listens.
    /// </summary>
    public static async Task<string> WriteYamlAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddMarketplaceApi();
        await using var app = builder.Build();
        app.UseRouting();
        app.MapMarketplaceApi();
        app.UseEndpoints(_ => { });
        var yaml = await app.Services.GetRequiredService<ISwaggerProvider>().GetSwagger(Name).SerializeAsYamlAsync(OpenApiSpecVersion.OpenApi3_1);
        return BareBooleans().Replace(yaml, "'$0'");
    }

    /// <summary>Words that readers of YAML 1.1, which are many, take for true or false: Norway's code among them.</summary>
    [GeneratedRegex("(?<=^ *(- )?[A-Za-z]+: |^ *- )(y|yes|n|no|on|off)$", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex BareBooleans();

    internal static IServiceCollection AddApiDocument(this IServiceCollection services) => services
        .AddEndpointsApiExplorer()
        .AddSwaggerGen(options =>
        {
            options.SwaggerDoc(Name, new OpenApiInfo
            {
                Title = "Marketplace",
                Version = Name,
                Description = """
                    Forward capacity for AI: sites, GPU pools, quotes, reservations, leases and invoices.

                    Send `Authorization: Bearer mk_…`. Every POST that changes state takes an `Idempotency-Key`: repeat the request
                    with the same key when an answer was lost. Errors are problem details (RFC 9457) with a stable `code`; `errors`
                    names every field at fault at once. Instants are ISO-8601 in UTC. Money is in minor units
                    (`amountMinor`: cents), a price per unit in major ones (`amount`: dollars). Lists go on with `startingAfter`.
                    What belongs to another organization is answered with 404, as if it did not exist.
                    """.ReplaceLineEndings("\n"),
                License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
            });
            options.DocInclusionPredicate((_, api) => ContractOf(api) is not null);
            options.TagActionsBy(api => [.. TagsOf(api)]);
            options.OrderActionsBy(api => $"{Tags.IndexOf(TagsOf(api).First()):D2} {api.RelativePath} {api.HttpMethod}");
            options.AddSecurityDefinition(Scheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API key, `mk_…`. It acts for one organization.",
            });
            options.AddSecurityDefinition(SessionScheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Cookie,
                Name = Sessions.Cookie,
                Description = "The cookie of a person who signed in at this origin. It acts for the organization chosen; what changes something also needs the header `X-Csrf-Token`.",
            });
            options.OperationFilter<OperationDescriber>();
            options.DocumentFilter<SharedParts>();
        });

    internal static IApplicationBuilder UseApiDocument(this IApplicationBuilder app) => app
        .UseSwagger(options => options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1)
        .UseSwaggerUI(options =>
        {
            options.DocumentTitle = "Marketplace API";
            options.SwaggerEndpoint("/swagger/v1/swagger.json", "Marketplace v1");
            options.EnablePersistAuthorization();
            options.DefaultModelsExpandDepth(-1);
            options.DocExpansion(DocExpansion.None);
            options.EnableFilter();
            options.DisplayRequestDuration();
            options.EnableTryItOutByDefault();
            options.UseRequestInterceptor(FreshKeys);
        });

    private static IEnumerable<string> TagsOf(ApiDescription api) =>
        api.ActionDescriptor.EndpointMetadata.OfType<Microsoft.AspNetCore.Http.Metadata.ITagsMetadata>().SelectMany(tags => tags.Tags);

    private static ApiOperation? ContractOf(ApiDescription api) => api.ActionDescriptor.EndpointMetadata.OfType<ApiOperation>().FirstOrDefault();

    // Every code that stands alone under its status somewhere is written once.
    private static Dictionary<string, IOpenApiResponse> SharedResponses(DocumentFilterContext context, OpenApiDocument document)
    {
        var schemas = new ModelSchemas(context.SchemaRepository, document, isRequest: false);
        return context.ApiDescriptions
            .SelectMany(api => OperationDescriber.CodesOf(ContractOf(api)!, api.HttpMethod!, api.RelativePath!).DistinctBy(code => code.Code).GroupBy(code => code.Status))
            .Where(status => status.Count() == 1)
            .Select(status => status.Single())
            .DistinctBy(code => code.Code)
            .OrderBy(code => code.Code, StringComparer.Ordinal)
            .ToDictionary(code => code.Code, code => (IOpenApiResponse)OperationDescriber.Refused([code], schemas), StringComparer.Ordinal);
    }

    private sealed class SharedParts : IDocumentFilter
    {
        public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
        {
            var used = context.ApiDescriptions.SelectMany(TagsOf).ToHashSet(StringComparer.Ordinal);
            swaggerDoc.Tags = new HashSet<OpenApiTag>(Tags.Where(tag => used.Contains(tag.Key)).Select(tag => new OpenApiTag { Name = tag.Key, Description = tag.Value }));
            swaggerDoc.Components ??= new OpenApiComponents();
            swaggerDoc.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
            ExportDescriber.Describe(swaggerDoc, new ModelSchemas(context.SchemaRepository, swaggerDoc, isRequest: false));
            swaggerDoc.Webhooks = EventDescriber.Webhooks(new ModelSchemas(context.SchemaRepository, swaggerDoc, isRequest: false), swaggerDoc);
            swaggerDoc.Components.Parameters = EventDescriber.Headers;
            swaggerDoc.Components.Responses = SharedResponses(context, swaggerDoc);
            swaggerDoc.Servers = [new OpenApiServer { Url = "/", Description = "This installation." }];
        }
    }
}
