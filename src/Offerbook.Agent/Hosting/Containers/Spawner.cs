using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Offerbook.Agent.Hosting.Networks;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Starts processes without copying this one (posix_spawn), however large it has grown: a child with every signal as if nobody had touched
/// it, also those that this process was started with ignored. Blocking for about half a millisecond. The child must be collected with
/// <see cref="Native.TryReap"/>.
/// </summary>
internal static partial class Spawner
{
    /// <summary>More than any C library needs for its structures (glibc: 336, 128 and 80 bytes).</summary>
    private const int StructureBytes = 1024;

    /// <summary>After standard input, output and error.</summary>
    private const int FirstOther = 3;

    /// <summary>Since glibc 2.34. Without it a descriptor that the agent was started with reaches its tasks.</summary>
    private static readonly bool CanCloseOthers =
        NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "posix_spawn_file_actions_addclosefrom_np", out _);

    private const short ResetSignals = 0x04;
    private const short SetSignalMask = 0x08;
    private const short NewSession = 0x80;

    /// <summary>Starts a child that leads a session of its own.</summary>
    /// <param name="directory">The child's working directory.</param>
    /// <param name="inherited">What the child is given as descriptor 3; null: nothing.</param>
    /// <param name="network">A process in whose network the child is born; null: this one's.</param>
    /// <exception cref="Win32Exception">It could not be started.</exception>
    /// <exception cref="IOException">That network cannot be entered.</exception>
    public static int Start(
        string program, IReadOnlyList<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, string directory,
        SafeFileHandle? inherited = null, ProcessIdentity? network = null) =>
        Start(program, arguments, environment, directory, inherited is null ? [] : [null, null, null, inherited], newSession: true,
            network);

    /// <param name="inherited">
    /// What the child is given as descriptors 0, 1 and so on; null leaves this process's own. Nothing else is open beyond the third.
    /// </param>
    /// <param name="newSession">Whether it leads a session of its own.</param>
    /// <param name="network">A process in whose network the child is born; null: this one's.</param>
    /// <exception cref="Win32Exception">It could not be started.</exception>
    /// <exception cref="IOException">That network cannot be entered.</exception>
    public static int Start(
        string program, IReadOnlyList<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, string directory,
        IReadOnlyList<SafeHandle?> inherited, bool newSession, ProcessIdentity? network) => network is { } other
            ? StartIn(other, program, arguments, environment, directory, inherited, newSession)
            : StartHere(program, arguments, environment, directory, inherited, newSession);

    private static int StartIn(
        ProcessIdentity network, string program, IReadOnlyList<string> arguments, IEnumerable<KeyValuePair<string, string>> environment,
        string directory, IReadOnlyList<SafeHandle?> inherited, bool newSession) =>
        OtherNetwork.Run(network, () => StartHere(program, arguments, environment, directory, inherited, newSession));

    private static unsafe int StartHere(
        string program, IReadOnlyList<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, string directory,
        IReadOnlyList<SafeHandle?> inherited, bool newSession)
    {
        using var argv = new TextVector([program, .. arguments]);
        using var envp = new TextVector(environment.Select(variable => $"{variable.Key}={variable.Value}"));
        var actions = stackalloc byte[StructureBytes];
        var attributes = stackalloc byte[StructureBytes];
        var signals = stackalloc byte[StructureBytes];
        InitActions(actions);
        InitAttributes(attributes);
        try
        {
            Check(AddChangeDirectory(actions, directory), directory);
            for (var number = 0; number < inherited.Count; number++)
            {
                if (inherited[number] is { } handle)
                {
                    AddDuplicate(actions, (int)handle.DangerousGetHandle(), number);
                }
            }
            if (CanCloseOthers)
            {
                AddCloseFrom(actions, Math.Max(FirstOther, inherited.Count));
            }
            FillSignals(signals);
            SetDefaults(attributes, signals);
            EmptySignals(signals);
            SetMask(attributes, signals);
            SetFlags(attributes, (short)(ResetSignals | SetSignalMask | (newSession ? NewSession : 0)));
            Check(SpawnCall(out var pid, program, actions, attributes, argv.Pointer, envp.Pointer), program);
            return pid;
        }
        finally
        {
            DestroyActions(actions);
            DestroyAttributes(attributes);
        }
    }

    private static void Check(int error, string what)
    {
        if (error != 0)
        {
            throw new Win32Exception(error, $"{what}: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int SpawnCall(out int pid, string path, byte* actions, byte* attributes, byte** argv, byte** envp);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static unsafe partial int InitActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static unsafe partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int AddChangeDirectory(byte* actions, string directory);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static unsafe partial int AddDuplicate(byte* actions, int descriptor, int number);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    private static unsafe partial int AddCloseFrom(byte* actions, int first);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static unsafe partial int InitAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static unsafe partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static unsafe partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static unsafe partial int SetDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static unsafe partial int SetMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    private static unsafe partial int FillSignals(byte* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static unsafe partial int EmptySignals(byte* signals);

    /// <summary>Texts as C wants them: pointers with a null behind the last.</summary>
    private sealed unsafe class TextVector : IDisposable
    {
        private readonly byte* _block;

        public TextVector(IEnumerable<string> texts)
        {
            var list = texts as IReadOnlyList<string> ?? [.. texts];
            nuint pointers = (nuint)(list.Count + 1) * (nuint)sizeof(byte*);
            var bytes = pointers;
            foreach (var text in list)
            {
                bytes += (nuint)Encoding.UTF8.GetByteCount(text) + 1;
            }
            _block = (byte*)NativeMemory.Alloc(bytes);
            Pointer = (byte**)_block;
            var at = _block + pointers;
            for (var i = 0; i < list.Count; i++)
            {
                Pointer[i] = at;
                at += Encoding.UTF8.GetBytes(list[i], new Span<byte>(at, (int)(_block + bytes - at)));
                *at++ = 0;
            }
            Pointer[list.Count] = null;
        }

        public byte** Pointer { get; }

        public void Dispose() => NativeMemory.Free(_block);
    }
}
