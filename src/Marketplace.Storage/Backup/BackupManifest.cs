using System.Collections.Immutable;

namespace Marketplace.Storage.Backup;

/// <summary>What a folder with a copy of a market holds. It is written last, so a folder without one is not complete.</summary>
/// <param name="Format">Layout of the folder, <see cref="CurrentFormat"/>.</param>
/// <param name="TakenAt">When the copy began.</param>
/// <param name="Release">The release that made it.</param>
/// <param name="Records">Grain records in it, snapshots of journals included.</param>
/// <param name="Rows">Rows in it: journals, and whatever else does not follow from records and journals.</param>
/// <param name="Parts">Its files.</param>
public sealed record BackupManifest(int Format, DateTimeOffset TakenAt, string Release, long Records, long Rows, ImmutableArray<BackupPart> Parts)
{
    /// <summary>The layout this release writes and reads.</summary>
    public const int CurrentFormat = 1;

    internal const string FileName = "manifest.json";

    /// <summary>The manifest's own digest, as <c>sha256sum</c> writes it.</summary>
    internal const string DigestName = FileName + ".sha256";
}

/// <summary>One file of a copy: lines of JSON, compressed with gzip.</summary>
/// <param name="Name">File name.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Lines">Records or rows in it.</param>
/// <param name="Sha256">Its digest, lower-case hex.</param>
public sealed record BackupPart(string Name, long Bytes, long Lines, string Sha256);

/// <summary>How far a copy is.</summary>
/// <param name="Doing">What is being done, in a word or two.</param>
/// <param name="Records">Records done.</param>
/// <param name="Rows">Rows done.</param>
public readonly record struct BackupProgress(string Doing, long Records, long Rows);
