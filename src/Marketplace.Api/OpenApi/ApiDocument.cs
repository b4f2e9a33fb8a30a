using System.Collections.Frozen;
using Marketplace.Api.Http;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.Swagger;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Marketplace.Api.OpenApi;

/// <summary>The OpenAPI 3.1 document of the API, and the page that shows it.</summary>
public static class ApiDocument
{
    internal const string Name = "v1";
    internal const string Scheme = "apiKey";

    /// <summary>What each tag is about. Every room's tag has a line.</summary>
    internal static readonly FrozenDictionary<string, string> Tags = new Dictionary<string, string>
    {
        ["API keys"] = "Keys act for one organization with a role, narrowed by scopes.",
        ["Administration"] = "The marketplace's own work: import, confirmation, invariants.",
        ["Availability"] = "What a pool still has over time.",
        ["Billing"] = "Invoices and the ledger of one's own account.",
        ["Build phases"] = "Parts of a site delivered together, with milestones, forecasts and evidence.",
        ["Clock"] = "Market time, which dates every contract fact.",
        ["Deliveries"] = "Handing over nodes, and accepting them.",
        ["Events"] = "What happened to the caller's organization, in order.",
        ["Export"] = "All of one's own data.",
        ["Hardware"] = "The catalogue of GPUs and miners, with sources.",
        ["Health"] = "Whether the service runs and takes work.",
        ["Invoices"] = "What is owed, line by line.",
        ["Leases"] = "Running contracts: acceptance, renewal, exit.",
        ["Ledger"] = "Double-entry postings of one's own account.",
        ["Organizations"] = "Operators and tenants, and their members.",
        ["Payments"] = "Payments as resources of their own.",
        ["Payouts"] = "What operators are paid: account, what waits and why, transfers.",
        ["Pools"] = "Interchangeable GPUs or kW at one site, whose supply grows with the build.",
        ["Quotes"] = "Firm prices that expire.",
        ["Reconciliation"] = "The comparison of all books with the gateway's, and what it finds.",
        ["Reservations"] = "Capacity held and paid for before it exists.",
        ["Search"] = "Finding capacity.",
        ["Site claims"] = "Operators claim imported sites, administrators decide.",
        ["Sites"] = "Locations, their power, build phases and milestones.",
        ["Webhooks"] = "Addresses to which one's events are sent, signed; the document's webhooks say what is sent.",
    }.ToFrozenDictionary(StringComparer.Ordinal);

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
        return await app.Services.GetRequiredService<ISwaggerProvider>().GetSwagger(Name).SerializeAsYamlAsync(OpenApiSpecVersion.OpenApi3_1);
    }

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
                    (`amountMinor`: cents), a price per unit in major ones (`amount`: dollars). Lists go on with `startingAfter`. What belongs to another organization does not exist.
                    """.ReplaceLineEndings("\n"),
                License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
            });
            options.DocInclusionPredicate((_, api) => ContractOf(api) is not null);
            options.TagActionsBy(api => [.. api.ActionDescriptor.EndpointMetadata.OfType<Microsoft.AspNetCore.Http.Metadata.ITagsMetadata>().SelectMany(tags => tags.Tags)]);
            options.OrderActionsBy(api => api.RelativePath + " " + api.HttpMethod);
            options.AddSecurityDefinition(Scheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API key, `mk_…`. It acts for one organization.",
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
            options.DisplayRequestDuration();
            options.EnableTryItOutByDefault();
        });

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
            var used = context.ApiDescriptions
                .SelectMany(api => api.ActionDescriptor.EndpointMetadata.OfType<Microsoft.AspNetCore.Http.Metadata.ITagsMetadata>().SelectMany(tags => tags.Tags))
                .Distinct()
                .Order(StringComparer.Ordinal);
            swaggerDoc.Tags = new HashSet<OpenApiTag>(used.Select(tag => new OpenApiTag { Name = tag, Description = Tags.GetValueOrDefault(tag) }));
            swaggerDoc.Components ??= new OpenApiComponents();
            swaggerDoc.Webhooks = EventDescriber.Webhooks(new ModelSchemas(context.SchemaRepository, swaggerDoc, isRequest: false));
            swaggerDoc.Components.Responses = SharedResponses(context, swaggerDoc);
            swaggerDoc.Servers = [new OpenApiServer { Url = "/", Description = "This installation." }];
        }
    }
}
