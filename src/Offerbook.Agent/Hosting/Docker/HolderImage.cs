using System.Formats.Tar;
using System.Runtime.InteropServices;
using Offerbook.Agent.Hosting.Supervision;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>
/// The image of the container that holds a pod's network: one program of a few instructions that waits for ever. The agent makes it itself,
/// so that no registry and no image of a task is needed for it.
/// </summary>
internal static class HolderImage
{
    /// <summary>The number grows with what is in it: an engine may have an older one.</summary>
    public const string Name = "offerbook-pod:1";

    public const string Program = "/wait";

    // Both wait in a loop, because a signal that is not fatal ends a wait.
    private static readonly Dictionary<Architecture, (short Machine, byte[] Code)> Known = new()
    {
        // mov eax, 34 (pause); syscall; jmp back
        [Architecture.X64] = (ElfFile.X64, [0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7]),
        // mov x0..x3, 0; mov x8, 73 (ppoll); svc 0; b back
        [Architecture.Arm64] = (ElfFile.Arm64,
        [
            0x00, 0x00, 0x80, 0xd2, 0x01, 0x00, 0x80, 0xd2, 0x02, 0x00, 0x80, 0xd2, 0x03, 0x00, 0x80, 0xd2,
            0x28, 0x09, 0x80, 0xd2, 0x01, 0x00, 0x00, 0xd4, 0xfa, 0xff, 0xff, 0x17,
        ]),
    };

    /// <summary>What the engine is to import; null when this machine's processor is not known.</summary>
    public static byte[]? Make()
    {
        if (!Known.TryGetValue(RuntimeInformation.OSArchitecture, out var known))
        {
            return null;
        }
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, Program.TrimStart('/'))
            {
                DataStream = new MemoryStream(ElfFile.Of(known.Code, [0], known.Machine)),
                Mode = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute,
            });
        }
        return tar.ToArray();
    }
}
