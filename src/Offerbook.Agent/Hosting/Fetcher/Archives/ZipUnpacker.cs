using System.IO.Compression;
using System.Text;

namespace Offerbook.Agent.Hosting.Fetcher.Archives;

/// <summary>Files, directories and links of a zip archive; modes as Info-ZIP stores them, in the upper half of the attributes.</summary>
internal static class ZipUnpacker
{
    private const int TypeMask = 0xF000;
    private const int LinkType = 0xA000;

    /// <summary>Longer than a path may be on Linux.</summary>
    private const int TargetMax = 4096;

    public static async Task UnpackAsync(string archive, SafeDirectory into, CancellationToken cancellation)
    {
        await using var zip = await ZipFile.OpenReadAsync(archive, cancellation);
        foreach (var entry in zip.Entries)
        {
            var name = entry.FullName.Replace('\\', '/');
            var mode = entry.ExternalAttributes >> 16;
            if (name.EndsWith('/'))
            {
                into.MakeDirectory(name, mode == 0 ? null : (UnixFileMode)(mode & 0x1FF));
            }
            else if ((mode & TypeMask) == LinkType)
            {
                using var target = new StreamReader(await entry.OpenAsync(cancellation), Encoding.UTF8);
                var text = new char[TargetMax];
                into.MakeLink(name, new string(text, 0, await target.ReadBlockAsync(text, cancellation)));
            }
            else
            {
                await using var data = await entry.OpenAsync(cancellation);
                await using var file = into.Create(name);
                into.Spend(await Unpacker.WriteAsync(data, file, into, cancellation));
                if (mode != 0)
                {
                    SafeDirectory.SetMode(file.Name, (UnixFileMode)(mode & 0x1FF));
                }
            }
        }
    }
}
