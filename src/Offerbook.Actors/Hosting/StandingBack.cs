using System.Runtime.InteropServices;

namespace Offerbook.Actors.Hosting;

/// <summary>How a thread stands back behind the others of its process, and of the machine.</summary>
public static partial class StandingBack
{
    /// <summary>
    /// Added to what the process has, as nice(1) counts: a third of the share of a thread that does not stand back. Much less, and a
    /// collection, which must wait until every thread has come to a place where it can be stopped, would wait for such a thread's turn:
    /// 0.8 s were seen with 19.
    /// </summary>
    private const int Niceness = 5;

    /// <summary>
    /// How long a turn it wants, in nanoseconds; the longest that the kernel grants. What wants a shorter one goes before it at once when
    /// it wakes, instead of after up to 3 ms, and what a deployment does is a chain of many short turns.
    /// </summary>
    private const long SliceNs = 100_000_000;

    private const int Last = 19;

    private const int Process = 0;

    private const int CallingThread = 0;

    /// <summary>
    /// Makes the calling thread stand back, for good. A kernel that refuses leaves it as it is: slower for others, and no fault. One
    /// before Linux 6.12 takes the share only.
    /// </summary>
    public static void Enter()
    {
        var niceness = Math.Min(Last, CurrentCall(Process, CallingThread) + Niceness);
        if (AttributesCallNumber() is { } number)
        {
            var attributes = new Attributes { Size = (uint)Marshal.SizeOf<Attributes>(), Niceness = niceness, RuntimeNs = SliceNs };
            if (AttributesCall(number, CallingThread, ref attributes, 0) == 0)
            {
                return;
            }
        }
        _ = PriorityCall(Process, CallingThread, niceness);
    }

    /// <summary>Of sched_setattr, which few C libraries have; null where its number is not known.</summary>
    private static nint? AttributesCallNumber() => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 314,
        Architecture.Arm64 => 274,
        _ => null,
    };

    /// <summary>The kernel's struct sched_attr in its first version, of a thread of the usual policy (0).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Attributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Niceness;
        public uint Priority;
        public long RuntimeNs;
        public long DeadlineNs;
        public long PeriodNs;
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint AttributesCall(nint number, nint thread, ref Attributes attributes, nint flags);

    [LibraryImport("libc", EntryPoint = "getpriority")]
    private static partial int CurrentCall(int which, int who);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int PriorityCall(int which, int who, int priority);
}
