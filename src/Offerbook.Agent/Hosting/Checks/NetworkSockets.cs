using System.Collections.Concurrent;
using System.Net.Sockets;
using Offerbook.Agent.Hosting.Networks;

namespace Offerbook.Agent.Hosting.Checks;

/// <summary>
/// Makes sockets in the networks of other processes. A socket stays in the network of the thread that made it, so one thread walks
/// from network to network, and whoever gets a socket uses it from anywhere. Takes root's rights.
/// </summary>
internal sealed class NetworkSockets : IDisposable
{
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
                if (OtherNetwork.TryEnter(order.Process) is { } refusal)
                {
                    throw new IOException($"the container's network cannot be entered: {refusal.Message}", refusal);
                }
                order.Done.SetResult(Create(order.Family));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                order.Done.SetException(new CheckImpossibleException(failure.Message, failure));
            }
        }
    }

    private sealed record Order(int Process, AddressFamily Family, TaskCompletionSource<Socket> Done);
}
