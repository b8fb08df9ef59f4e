namespace Offerbook.Agent.Hosting.Fetcher.Archives;

/// <summary>What is unpacked, told by the name.</summary>
internal enum ArchiveKind
{
    None,
    Tar,
    TarGzip,
    TarBzip2,
    TarXz,
    Zip,

    /// <summary>One file.</summary>
    Gzip,
}

internal static class ArchiveName
{
    private static readonly (string Ending, ArchiveKind Kind)[] Endings =
    [
        (".tar", ArchiveKind.Tar),
        (".tar.gz", ArchiveKind.TarGzip), (".tgz", ArchiveKind.TarGzip),
        (".tar.bz2", ArchiveKind.TarBzip2), (".tbz2", ArchiveKind.TarBzip2),
        (".tar.xz", ArchiveKind.TarXz), (".txz", ArchiveKind.TarXz),
        (".zip", ArchiveKind.Zip),
        (".gz", ArchiveKind.Gzip),
    ];

    /// <summary>The first that fits: .tar.gz stands before .gz.</summary>
    public static ArchiveKind KindOf(string name) =>
        Array.Find(Endings, known => name.Length > known.Ending.Length && name.EndsWith(known.Ending, StringComparison.Ordinal)).Kind;
}
