using System.ComponentModel;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Networks;

/// <summary>The networks of other processes. A thread is in one network, and so is whatever it makes: sockets, processes.</summary>
internal static partial class OtherNetwork
{
    private const int NewNetwork = 0x40000000;
    private const int StackBytes = 256 * 1024;

    /// <summary>Whether this process has the right to enter any, which is root's (CAP_SYS_ADMIN): tried with its own.</summary>
    public static bool MayBeEntered()
    {
        var mayBe = false;
        OnNewThread(() =>
        {
            try
            {
                mayBe = TryEnter(System.Environment.ProcessId) is null;
            }
            catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
            {
                mayBe = false;
            }
        });
        return mayBe;
    }

    /// <summary>
    /// Does something on a thread of its own in the network of a process. The thread has the rights of the one that calls, which waits for
    /// it; it ends in that network, so that nothing has to be taken back.
    /// </summary>
    /// <exception cref="IOException">The process has ended, or its network cannot be entered.</exception>
    public static T Run<T>(ProcessIdentity process, Func<T> action)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        OnNewThread(() =>
        {
            try
            {
                Enter(process);
                result = action();
            }
            catch (Exception thrown)
            {
                failure = ExceptionDispatchInfo.Capture(thrown);
            }
        });
        failure?.Throw();
        return result;
    }

    /// <summary>Moves the calling thread into the network of a process.</summary>
    /// <returns>Why that cannot be; null when it is there.</returns>
    /// <exception cref="IOException">There is no such process.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not the agent's to look at.</exception>
    public static Win32Exception? TryEnter(int process)
    {
        using var network = File.OpenHandle($"/proc/{process}/ns/net");
        return Enter(network);
    }

    private static void Enter(ProcessIdentity process)
    {
        SafeFileHandle network;
        try
        {
            network = File.OpenHandle($"/proc/{process.Pid}/ns/net");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"the network that it shares cannot be entered: {failure.Message}", failure);
        }
        using (network)
        {
            // Looked at when the file is open: until then the number could have become that of another.
            if (!process.IsAlive)
            {
                throw new IOException("the container whose network it shares has ended");
            }
            if (Enter(network) is { } refusal)
            {
                throw new IOException($"the network that it shares cannot be entered: {refusal.Message}", refusal);
            }
        }
    }

    private static Win32Exception? Enter(SafeFileHandle network) =>
        EnterCall(network, NewNetwork) == 0 ? null : new Win32Exception(Marshal.GetLastPInvokeError());

    private static void OnNewThread(Action action)
    {
        var thread = new Thread(() => action(), StackBytes) { IsBackground = true, Name = "in another network" };
        thread.Start();
        thread.Join();
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int EnterCall(SafeFileHandle target, int kind);
}
