using System.Runtime.InteropServices;

namespace Offerbook.Agent.Hosting.Containers;

// Calls about processes.
internal static partial class Native
{
    private const int WaitNoHang = 1;
    private const int Interrupted = 4;
    private const int SetNoNewPrivileges = 38;
    private const int DropFromBoundingSet = 24;

    /// <summary>Collects a child that has ended. False while it runs on.</summary>
    public static bool TryReap(int child) => WaitCall(child, out _, WaitNoHang) != 0;

    /// <summary>What wait(2) gives, as shells say it: the exit status, or 128 and the signal that killed it.</summary>
    public static int StatusOf(int waited) => (waited & 0x7f) == 0 ? (waited >> 8) & 0xff : 128 + (waited & 0x7f);

    /// <summary>For the calling thread, and for whatever it starts.</summary>
    public static void ForbidNewPrivileges() => ControlCall(SetNoNewPrivileges, 1, 0, 0, 0);

    /// <summary>Collects a child when it ends.</summary>
    /// <returns>As wait(2) gives it.</returns>
    public static int WaitForEnd(int child)
    {
        int status;
        while (WaitCall(child, out status, 0) < 0 && Marshal.GetLastPInvokeError() == Interrupted)
        {
            // A signal came in between.
        }
        return status;
    }

    /// <summary>For the calling thread, and for whatever it starts. False when the thread may not.</summary>
    public static bool DropCapability(int number) => ControlCall(DropFromBoundingSet, (ulong)number, 0, 0, 0) == 0;

    /// <summary>The calling thread gets processor time only when nobody else wants it. There is no way back without privileges.</summary>
    public static void StandBack()
    {
        const int process = 0;
        const int callingThread = 0;
        const int last = 19;
        // A kernel that refuses leaves the priority as it is: slower for others, and no fault.
        _ = PriorityCall(process, callingThread, last);
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int PriorityCall(int which, int who, int priority);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitCall(int pid, out int status, int options);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int ControlCall(int option, ulong second, ulong third, ulong fourth, ulong fifth);
}
