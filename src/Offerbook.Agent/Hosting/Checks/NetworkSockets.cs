using System.Collections.Concurrent;
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Offerbook.Agent.Hosting.Checks;

/// <summary>
/// Makes sockets in the networks of other processes. A socket stays in the network of the thread that made it, so one thread walks
/// from network to network, and whoever gets a socket uses it from anywhere. Takes root's rights.
/// </summary>
internal sealed partial class NetworkSockets : IDisposable
{
    private const int NewNetwork = 0x40000000;

    /// <summary>Sockets that may wait; whoever wants one more waits for a place.</summary>
    private readonly BlockingCollection<Order> _orders = new(1024);

    private readonly Lazy<Thread> _thread;

    public NetworkSockets() => _thread = new Lazy<Thread>(() =>
    {
        var thread = new Thread(Run) { IsBackground = true, Name = "sockets of containers" };
        thread.Start();
        return thread;
    });

    /// <param name="process">Null: this process's own network.</param>
    /// <exception cref="SocketException">None can be made.</exception>
    public Task<Socket> CreateAsync(int? process, AddressFamily family)
    {
        if (process is not { } other)
        {
            return Task.FromResult(Create(family));
        }
        _ = _thread.Value;
        var order = new Order(other, family, new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously));
        _orders.Add(order);
        return order.Done.Task;
    }

    public void Dispose()
    {
        _orders.CompleteAdding();
        if (_thread.IsValueCreated)
        {
            _thread.Value.Join();
        }
        _orders.Dispose();
    }

    private static Socket Create(AddressFamily family) => new(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private void Run()
    {
        foreach (var order in _orders.GetConsumingEnumerable())
        {
            try
            {
                using var network = File.OpenHandle($"/proc/{order.Process}/ns/net");
                if (EnterCall(network, NewNetwork) != 0)
                {
                    throw new Win32Exception(Marshal.GetLastPInvokeError(),
                        $"the container's network cannot be entered: {Marshal.GetLastPInvokeErrorMessage()}");
                }
                order.Done.SetResult(Create(order.Family));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or Win32Exception)
            {
                order.Done.SetException(new CheckImpossibleException(failure.Message, failure));
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int EnterCall(SafeFileHandle target, int kind);

    private sealed record Order(int Process, AddressFamily Family, TaskCompletionSource<Socket> Done);
}
