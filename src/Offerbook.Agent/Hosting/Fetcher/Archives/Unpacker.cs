using System.IO.Compression;

namespace Offerbook.Agent.Hosting.Fetcher.Archives;

/// <summary>Unpacks an archive into a directory. bzip2 and xz are read by the host's programs of these names, the rest here.</summary>
internal static class Unpacker
{
    /// <param name="archive">A regular file that the agent may read.</param>
    /// <param name="name">Relative to the directory; names the one file that a .gz holds.</param>
    /// <exception cref="FetchFailedException">It is damaged, too big, or would write outside.</exception>
    public static async Task UnpackAsync(string archive, ArchiveKind kind, string name, SafeDirectory into, CancellationToken cancellation)
    {
        try
        {
            switch (kind)
            {
                case ArchiveKind.Tar:
                    await using (var plain = File.OpenRead(archive))
                    {
                        await TarUnpacker.UnpackAsync(plain, into, cancellation);
                    }
                    break;
                case ArchiveKind.TarGzip:
                    await using (var gzip = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress))
                    {
                        await TarUnpacker.UnpackAsync(gzip, into, cancellation);
                    }
                    break;
                case ArchiveKind.TarBzip2 or ArchiveKind.TarXz:
                    await using (var program = ProgramStream.Start(kind == ArchiveKind.TarXz ? "xz" : "bzip2", "-dc", "--", archive))
                    {
                        await TarUnpacker.UnpackAsync(program.Output, into, cancellation);
                        await program.FinishAsync(cancellation);
                    }
                    break;
                case ArchiveKind.Zip:
                    await ZipUnpacker.UnpackAsync(archive, into, cancellation);
                    break;
                case ArchiveKind.Gzip:
                    await using (var gzip = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress))
                    await using (var file = into.Create(name[..^".gz".Length]))
                    {
                        into.Spend(await WriteAsync(gzip, file, into, cancellation));
                    }
                    break;
            }
        }
        catch (Exception failure)
            when (failure is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or NotSupportedException)
        {
            throw new FetchFailedException($"it is no archive of its kind, or damaged: {failure.Message}", failure);
        }
    }

    public static Task<long> WriteAsync(Stream from, Stream to, SafeDirectory into, CancellationToken cancellation) =>
        BoundedCopy.CopyAsync(from, to, into.Left, Timeout.InfiniteTimeSpan, null, cancellation);
}
