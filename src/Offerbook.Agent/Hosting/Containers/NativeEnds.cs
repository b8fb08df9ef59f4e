using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Offerbook.Agent.Hosting.Containers;

// Calls that tell when processes have ended.
internal static partial class Native
{
    private const int ControlAdd = 1;
    private const uint Readable = 1;
    private const uint Once = 1u << 30;
    private const int EventIsPacked = 12;
    private const int EventIsPadded = 16;

    /// <summary>Linux has had it since 5.3, under the same number on every processor.</summary>
    private const nint OpenProcessNumber = 434;

    /// <summary>Likewise, since 5.6.</summary>
    private const nint CopyDescriptorNumber = 438;

    /// <summary>struct epoll_event is packed on x86 alone.</summary>
    private static readonly int EventBytes =
        RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? EventIsPacked : EventIsPadded;

    /// <summary>
    /// A descriptor that becomes readable when the process has ended; null when there is no such process, or the kernel gives none.
    /// </summary>
    public static SafeFileHandle? OpenProcess(int pid)
    {
        var descriptor = (int)OpenProcessCall(OpenProcessNumber, pid, 0);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>
    /// A copy of a descriptor that another process has open; null when it has none of that number, or this one has no right to it.
    /// </summary>
    /// <param name="process">From <see cref="OpenProcess"/>.</param>
    public static SafeFileHandle? CopyDescriptor(SafeFileHandle process, int number)
    {
        var descriptor = (int)CopyDescriptorCall(CopyDescriptorNumber, process, number, 0);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>A set of descriptors to wait for; null when the kernel gives none.</summary>
    public static SafeFileHandle? OpenWaitSet()
    {
        var descriptor = CreateSetCall(CloseOnExec);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>A descriptor that becomes readable when <see cref="Ring"/> is called; null when the kernel gives none.</summary>
    public static SafeFileHandle? OpenBell()
    {
        var descriptor = BellCall(0, CloseOnExec | NonBlocking);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    public static void Ring(SafeFileHandle bell)
    {
        Span<byte> one = stackalloc byte[sizeof(long)];
        one[0] = 1;
        RingCall(bell, ref MemoryMarshal.GetReference(one), sizeof(long));
    }

    /// <summary>A bell that was rung is not readable any more.</summary>
    public static void Hush(SafeFileHandle bell)
    {
        Span<byte> count = stackalloc byte[sizeof(long)];
        HushCall(bell, ref MemoryMarshal.GetReference(count), sizeof(long));
    }

    /// <summary>
    /// Told once: a descriptor leaves the set only when its last copy is closed, and a process that is just being started has copies of
    /// all, so
    /// that an end would be told again and again meanwhile.
    /// </summary>
    /// <param name="once">False: told as long as it is readable.</param>
    /// <returns>Whether the set has taken it. It leaves the set when it is closed.</returns>
    public static bool AddToSet(SafeFileHandle set, SafeFileHandle descriptor, long key, bool once = true)
    {
        Span<byte> @event = stackalloc byte[EventIsPadded];
        @event.Clear();
        MemoryMarshal.Write(@event, once ? Readable | Once : Readable);
        MemoryMarshal.Write(@event[(EventBytes - sizeof(long))..], key);
        return ControlSetCall(set, ControlAdd, descriptor, ref MemoryMarshal.GetReference(@event)) == 0;
    }

    /// <summary>Waits until a descriptor of the set is readable.</summary>
    /// <param name="keys">Gets the keys of those that are.</param>
    /// <returns>How many; 0 when a signal came in between.</returns>
    public static int WaitForSet(SafeFileHandle set, Span<long> keys)
    {
        const int forever = -1;
        Span<byte> events = stackalloc byte[EventIsPadded * keys.Length];
        var count = WaitForSetCall(set, ref MemoryMarshal.GetReference(events), keys.Length, forever);
        for (var i = 0; i < count; i++)
        {
            keys[i] = MemoryMarshal.Read<long>(events[(i * EventBytes + EventBytes - sizeof(long))..]);
        }
        return Math.Max(count, 0);
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint OpenProcessCall(nint number, nint pid, nint flags);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint CopyDescriptorCall(nint number, SafeFileHandle process, nint descriptor, nint flags);

    [LibraryImport("libc", EntryPoint = "epoll_create1")]
    private static partial int CreateSetCall(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl")]
    private static partial int ControlSetCall(SafeFileHandle set, int operation, SafeFileHandle descriptor, ref byte @event);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    private static partial int WaitForSetCall(SafeFileHandle set, ref byte events, int count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "eventfd")]
    private static partial int BellCall(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint HushCall(SafeFileHandle bell, ref byte bytes, nuint length);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint RingCall(SafeFileHandle bell, ref byte bytes, nuint length);
}
