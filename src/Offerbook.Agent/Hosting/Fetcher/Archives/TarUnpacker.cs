using System.Formats.Tar;

namespace Offerbook.Agent.Hosting.Fetcher.Archives;

/// <summary>Files, directories and links of a tar archive of any of the usual formats. Devices and pipes are refused.</summary>
internal static class TarUnpacker
{
    public static async Task UnpackAsync(Stream stream, SafeDirectory into, CancellationToken cancellation)
    {
        await using var reader = new TarReader(stream, leaveOpen: true);
        while (await reader.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
        {
            switch (entry.EntryType)
            {
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    await WriteAsync(entry, into, cancellation);
                    break;
                case TarEntryType.Directory:
                    if (entry.Name.Trim('.', '/').Length > 0)
                    {
                        into.MakeDirectory(entry.Name, entry.Mode);
                    }
                    break;
                case TarEntryType.SymbolicLink:
                    into.MakeLink(entry.Name, entry.LinkName);
                    break;
                case TarEntryType.HardLink:
                    into.MakeHardLink(entry.Name, entry.LinkName);
                    break;
                case TarEntryType.GlobalExtendedAttributes:
                    break;
                default:
                    throw new FetchFailedException($"'{entry.Name}' is a {entry.EntryType}, which is not unpacked");
            }
        }
        // The end of an archive comes before the end of its stream, whose rest a program would wait to write.
        await Unpacker.WriteAsync(stream, Stream.Null, into, cancellation);
    }

    private static async Task WriteAsync(TarEntry entry, SafeDirectory into, CancellationToken cancellation)
    {
        await using var file = into.Create(entry.Name);
        if (entry.DataStream is { } data)
        {
            into.Spend(await Unpacker.WriteAsync(data, file, into, cancellation));
        }
        SafeDirectory.SetMode(file.Name, entry.Mode);
    }
}
