using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Marketplace.Infra.Tests;

/// <summary>The templates of <c>infra/</c> and their compiler, which runs without a network.</summary>
internal static class Templates
{
    private const string Size = "MARKETPLACE_SIZE";

    /// <summary>The sizes that <c>MARKETPLACE_SIZE</c> can name.</summary>
    public static readonly string[] Sizes = ["small", "large"];

    private static readonly Dictionary<string, Lazy<JsonObject>> Predictions =
        Sizes.ToDictionary(size => size, size => new Lazy<JsonObject>(() => Predict((Size, size))));

    /// <summary>The folder of Marketplace.sln.</summary>
    public static string Root { get; } = Path.GetFullPath(Built("RepositoryRoot"));

    public static string Folder => Path.Combine(Root, "infra");

    /// <summary>What a deployment of this size would make, as far as that is known before it.</summary>
    public static JsonObject Predicted(string size) => Predictions[size].Value;

    public static IEnumerable<JsonObject> Resources(string size, string type) => Resources(Predicted(size), type);

    /// <summary>The resources of a type in a prediction.</summary>
    public static IEnumerable<JsonObject> Resources(JsonObject predicted, string type) => predicted["predictedResources"]!.AsArray()
        .Select(resource => resource!.AsObject())
        .Where(resource => string.Equals((string?)resource["type"], type, StringComparison.OrdinalIgnoreCase));

    /// <summary>The settings of a site or slot by name.</summary>
    public static Dictionary<string, string> SettingsOf(JsonObject site) => site["properties"]!["siteConfig"]!["appSettings"]!.AsArray()
        .ToDictionary(setting => (string)setting!["name"]!, setting => (string)setting!["value"]!, StringComparer.Ordinal);

    /// <summary>Runs the compiler and returns what it said: its exit code, its output, its warnings and errors.</summary>
    public static (int Code, string Output, string Complaints) Bicep(string folder, string size, params string[] arguments) => Bicep(folder, [(Size, size)], arguments);

    /// <summary>What a deployment with these variables in azd's environment would make.</summary>
    public static JsonObject Predict(params (string Name, string Value)[] environment)
    {
        // The compiler writes its prediction beside the parameters, so it works on a copy.
        var copy = Directory.CreateTempSubdirectory("marketplace-infra-");
        try
        {
            foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
            {
                var target = Path.Combine(copy.FullName, Path.GetRelativePath(Folder, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }

            var (code, output, complaints) = Bicep(
                copy.FullName, environment, "snapshot", "main.bicepparam", "--mode", "overwrite", "--location", "northeurope",
                "--subscription-id", "00000000-0000-0000-0000-000000000001", "--tenant-id", "00000000-0000-0000-0000-000000000002");
            Assert.True(code == 0, output + complaints);
            return JsonNode.Parse(File.ReadAllText(Path.Combine(copy.FullName, "main.snapshot.json")))!.AsObject();
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    private static (int Code, string Output, string Complaints) Bicep(string folder, (string Name, string Value)[] environment, params string[] arguments)
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64,
            "The Bicep compiler this project pins is the one for Linux on x64.");
        var start = new ProcessStartInfo(Built("BicepPath"), arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var own in start.Environment.Keys.Where(name => name.StartsWith("AZURE_", StringComparison.Ordinal) || name.StartsWith("MARKETPLACE_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(own);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var bicep = Process.Start(start)!;
        var complaints = bicep.StandardError.ReadToEndAsync();
        var output = bicep.StandardOutput.ReadToEnd();
        bicep.WaitForExit();
        return (bicep.ExitCode, output, complaints.Result);
    }

    private static string Built(string key) => typeof(Templates).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == key).Value!;
}
