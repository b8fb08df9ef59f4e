using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Offerbook.Storage.Tests.Sqlite;

/// <summary>
/// A disk that refuses what the test says. It stands between SQLite and the operating system, in the table of functions through which
/// SQLite opens, writes and syncs files; files outside of any test's directory pass through unchanged.
/// </summary>
internal sealed unsafe partial class FaultyDisk : IDisposable
{
    public const int Full = 13;
    public const int SyncFailed = 1034;

    private static readonly ConcurrentDictionary<string, FaultyDisk> Disks = new();
    private static readonly ConcurrentDictionary<nint, string> Paths = new();
    private static readonly ConcurrentDictionary<nint, nint> Tables = new();
    private static nint _originalOpen;

    private readonly string _directory;

    /// <param name="directory">Whose files are on it.</param>
    public FaultyDisk(string directory)
    {
        _directory = directory;
        Install();
        Disks[directory] = this;
    }

    /// <summary>
    /// Asked before each write: the file, and how many bytes. A result other than 0 is SQLite's code for the refusal; half of the bytes are
    /// written all the same.
    /// </summary>
    public Func<string, int, int>? OnWrite { get; set; }

    /// <summary>Asked before each sync. With a result other than 0 nothing is synced.</summary>
    public Func<string, int>? OnSync { get; set; }

    public void Dispose() => Disks.TryRemove(_directory, out _);

    private static void Install()
    {
        if (Interlocked.CompareExchange(ref _originalOpen, -1, 0) != 0)
        {
            return;
        }
        SQLitePCL.Batteries_V2.Init();
        // struct sqlite3_vfs: int, int, int, (padding), pNext, zName, pAppData, xOpen …
        var open = (nint*)(FindVfs(null) + 40);
        _originalOpen = *open;
        *open = (nint)(delegate* unmanaged[Cdecl]<nint, byte*, nint, int, int*, int>)&Open;
    }

    private static FaultyDisk? Of(string path) => Disks.FirstOrDefault(disk => path.StartsWith(disk.Key, StringComparison.Ordinal)).Value;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(nint vfs, byte* name, nint file, int flags, int* outFlags)
    {
        var result = ((delegate* unmanaged[Cdecl]<nint, byte*, nint, int, int*, int>)_originalOpen)(vfs, name, file, flags, outFlags);
        var path = Marshal.PtrToStringUTF8((nint)name) ?? "";
        if (result == 0 && Of(path) is not null)
        {
            Paths[file] = path;
            var methods = (nint*)file;
            *methods = Tables.GetOrAdd(*methods, Replace);
        }
        return result;
    }

    /// <summary>
    /// struct sqlite3_io_methods: int, (padding), then 18 functions; xWrite is the third and xSync the fifth. The original follows behind
    /// the copy.
    /// </summary>
    private static nint Replace(nint original)
    {
        var copy = (nint*)NativeMemory.AllocZeroed(20, (nuint)sizeof(nint));
        NativeMemory.Copy((void*)original, copy, 19 * (nuint)sizeof(nint));
        copy[3] = (nint)(delegate* unmanaged[Cdecl]<nint, byte*, int, long, int>)&Write;
        copy[5] = (nint)(delegate* unmanaged[Cdecl]<nint, int, int>)&Sync;
        copy[19] = original;
        return (nint)copy;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(nint file, byte* bytes, int count, long offset)
    {
        var write = (delegate* unmanaged[Cdecl]<nint, byte*, int, long, int>)Original(file)[3];
        var path = Paths[file];
        var refusal = Of(path)?.OnWrite?.Invoke(path, count) ?? 0;
        if (refusal == 0)
        {
            return write(file, bytes, count, offset);
        }
        _ = write(file, bytes, count / 2, offset);
        return refusal;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(nint file, int flags)
    {
        var path = Paths[file];
        var refusal = Of(path)?.OnSync?.Invoke(path) ?? 0;
        return refusal != 0 ? refusal : ((delegate* unmanaged[Cdecl]<nint, int, int>)Original(file)[5])(file, flags);
    }

    private static nint* Original(nint file) => (nint*)(*(nint**)file)[19];

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_find")]
    private static partial nint FindVfs(byte* name);
}
