using System.Collections.Concurrent;
using System.ComponentModel;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// A thread that has given up what containers are not to have, and starts processes: they are born without it, which saves each one
/// the execution of setpriv. What needs more rights to be set up (another user, namespaces) is started by an ordinary thread.
/// </summary>
internal sealed class ConfinedSpawner : IDisposable
{
    /// <summary>Each launch worker waits for its own, so there are never more than a few.</summary>
    private readonly BlockingCollection<Order> _orders = new(16);

    private readonly Thread _thread;
    private readonly IsolationOptions _options;

    public ConfinedSpawner(IsolationOptions options)
    {
        _options = options;
        _thread = new Thread(Run) { IsBackground = true, Name = "container starts" };
        _thread.Start();
    }

    /// <exception cref="Win32Exception">It could not be started.</exception>
    public Task<int> StartAsync(string program, IReadOnlyList<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, string directory)
    {
        var order = new Order(program, arguments, environment, directory, new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously));
        _orders.Add(order);
        return order.Done.Task;
    }

    public void Dispose()
    {
        _orders.CompleteAdding();
        _thread.Join();
        _orders.Dispose();
    }

    private void Run()
    {
        if (_options.NoNewPrivileges)
        {
            Native.ForbidNewPrivileges();
        }
        if (Ownership.IsRoot && CapabilityNames.Parse(_options.BoundingCapabilities) is { } kept)
        {
            foreach (var dropped in CapabilityNames.Numbers.Where(number => !kept.Contains(CapabilityNames.Of(number)!)))
            {
                Native.DropCapability(dropped);
            }
        }
        foreach (var order in _orders.GetConsumingEnumerable())
        {
            try
            {
                order.Done.SetResult(Spawner.Start(order.Program, order.Arguments, order.Environment, order.Directory));
            }
            catch (Win32Exception failure)
            {
                order.Done.SetException(failure);
            }
        }
    }

    private sealed record Order(string Program, IReadOnlyList<string> Arguments, IEnumerable<KeyValuePair<string, string>> Environment,
        string Directory, TaskCompletionSource<int> Done);
}
