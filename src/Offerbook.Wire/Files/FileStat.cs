using System.Runtime.InteropServices;
using System.Text;

namespace Offerbook.Wire.Files;

/// <summary>What <c>ls -l</c> shows of a file, a link itself and not what it points to.</summary>
public sealed record FileStat(uint Links, ulong Size, double ModifiedSeconds, string Mode, string User, string Group, int RawMode)
{
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint BasicStats = 0x7ff;

    /// <summary>Names of users do not change often; at most so many are kept.</summary>
    private const int MaxNames = 1_000;

    private static readonly Lock NamesLock = new();
    private static readonly Dictionary<uint, string> Users = [];
    private static readonly Dictionary<uint, string> Groups = [];

    public bool IsRegular => Mode[0] == '-';

    /// <summary>Null when the file is gone.</summary>
    public static FileStat? Of(string path)
    {
        var raw = default(RawStat);
        return Calls.StatCall(CurrentDirectory, path, NoFollow, BasicStats, ref raw) != 0
            ? null
            : new FileStat(
                raw.Links,
                raw.Size,
                raw.ModifiedSeconds + raw.ModifiedNanoseconds / 1e9,
                Text(raw.Mode),
                Name(Users, raw.User, Calls.UserCall),
                Name(Groups, raw.Group, Calls.GroupCall),
                raw.Mode);
    }

    /// <summary>As LIST_FILES tells it.</summary>
    /// <param name="path">Under which the file is seen.</param>
    public Mesos.V1.FileInfo ToProto(string path) => new()
    {
        Path = path,
        Nlink = (int)Links,
        Size = Size,
        Mtime = new Mesos.V1.TimeInfo { Nanoseconds = (long)(ModifiedSeconds * 1e9) },
        Mode = (uint)RawMode,
        Uid = User,
        Gid = Group,
    };

    private static string Text(ushort mode)
    {
        var text = new StringBuilder(10);
        text.Append(
            (mode & 0xF000) switch { 0x4000 => 'd', 0xA000 => 'l', 0x1000 => 'p', 0xC000 => 's', 0x6000 => 'b', 0x2000 => 'c', _ => '-' });
        for (var bit = 8; bit >= 0; bit--)
        {
            text.Append((mode & (1 << bit)) != 0 ? "xwr"[bit % 3] : '-');
        }
        return text.ToString();
    }

    private static string Name(Dictionary<uint, string> known, uint id, Func<uint, IntPtr> lookUp)
    {
        // The C library returns static storage: one at a time.
        lock (NamesLock)
        {
            if (!known.TryGetValue(id, out var name))
            {
                var entry = lookUp(id);
                name = (entry == IntPtr.Zero ? null : Marshal.PtrToStringUTF8(Marshal.ReadIntPtr(entry)))
                    ?? id.ToString(System.Globalization.CultureInfo.InvariantCulture);
                if (known.Count < MaxNames)
                {
                    known[id] = name;
                }
            }
            return name;
        }
    }

    /// <summary>struct statx, which is the same on every machine.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct RawStat
    {
        [FieldOffset(16)] public uint Links;
        [FieldOffset(20)] public uint User;
        [FieldOffset(24)] public uint Group;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(112)] public long ModifiedSeconds;
        [FieldOffset(120)] public uint ModifiedNanoseconds;
    }

    private static class Calls
    {
        [DllImport("libc", EntryPoint = "statx")]
        public static extern int StatCall(int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask,
            ref RawStat result);

        [DllImport("libc", EntryPoint = "getpwuid")]
        public static extern IntPtr UserCall(uint id);

        [DllImport("libc", EntryPoint = "getgrgid")]
        public static extern IntPtr GroupCall(uint id);
    }
}
