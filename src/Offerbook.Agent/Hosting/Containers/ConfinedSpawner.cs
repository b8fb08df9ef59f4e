using System.Collections.Concurrent;
using System.ComponentModel;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Threads that have given up what containers are not to have, and start processes: they are born without it, which saves each one
/// the execution of setpriv. A start holds its thread until the kernel has executed the program, which on a busy machine takes some
/// milliseconds: so there are a few. What needs more rights to be set up (another user, namespaces) is started by an ordinary thread.
/// </summary>
internal sealed class ConfinedSpawner : IDisposable
{
    /// <summary>Each launch worker waits for its own, so there are never more than a few.</summary>
    private readonly BlockingCollection<Order> _orders = new(16);

    private readonly List<Thread> _threads;
    private readonly IsolationOptions _options;

    /// <param name="threads">Starts at once.</param>
    public ConfinedSpawner(IsolationOptions options, int threads)
    {
        _options = options;
        _threads = [.. Enumerable.Range(0, threads).Select(_ => new Thread(Run) { IsBackground = true, Name = "container starts" })];
        _threads.ForEach(thread => thread.Start());
    }

    /// <exception cref="Win32Exception">It could not be started.</exception>
    public Task<int> StartAsync(string program, IReadOnlyList<string> arguments, IEnumerable<KeyValuePair<string, string>> environment,
        string directory)
    {
        var order = new Order(program, arguments, environment, directory,
            new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously));
        _orders.Add(order);
        return order.Done.Task;
    }

    public void Dispose()
    {
        _orders.CompleteAdding();
        _threads.ForEach(thread => thread.Join());
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
