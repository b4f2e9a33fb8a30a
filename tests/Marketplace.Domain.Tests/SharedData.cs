namespace Marketplace;

/// <summary>Files of the folder <c>shared/data</c> that may lie beside the project. A test that wants one is skipped where it is absent.</summary>
internal static class SharedData
{
    /// <summary>The path of one file; skips the running test where there is none.</summary>
    public static string Require(string fileName)
    {
        var path = Find(fileName);
        Assert.SkipWhen(path is null, $"shared/data/{fileName} does not lie beside the project.");
        return path;
    }

    private static string? Find(string fileName)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "data", fileName);
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
