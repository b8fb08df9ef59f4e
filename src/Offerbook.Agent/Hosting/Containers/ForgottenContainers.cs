using Offerbook.Actors.Hosting;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Puts by the records of containers that are forgotten and removes their secrets and control groups: half a millisecond each, which nobody
/// waits for. Those that come within a moment go together, on a thread of their own that stands back, so that it is not woken for each and takes
/// the processor from no launch.
/// </summary>
internal sealed class ForgottenContainers : IAsyncDisposable
{
    /// <summary>That may wait: the agent's bound on tasks. More are removed by the one who asks.</summary>
    private const int Capacity = 16_384;

    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(20);

    private readonly object _sleep = new();
    private readonly List<Order> _orders = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ContainerFiles _files;
    private readonly ContainerGroups _groups;
    private readonly Func<ContainerId, bool> _isNeeded;
    private bool _isOver;

    /// <param name="isNeeded">Whether another container has that control group.</param>
    public ForgottenContainers(ContainerFiles files, ContainerGroups groups, Func<ContainerId, bool> isNeeded)
    {
        (_files, _groups, _isNeeded) = (files, groups, isNeeded);
        new Thread(Run) { IsBackground = true, Name = "forgotten containers" }.Start();
    }

    public Task Completion => _ended.Task;

    /// <param name="container">Null when only the record may be left.</param>
    public void Remove(ContainerId id, TrackedContainer? container)
    {
        var order = new Order(id, container?.Spec, container?.Record ?? ContainerRecord.Empty);
        lock (_sleep)
        {
            if (!_isOver && _orders.Count < Capacity)
            {
                _orders.Add(order);
                if (_orders.Count == 1)
                {
                    Monitor.Pulse(_sleep);
                }
                return;
            }
        }
        Obey(order);
    }

    /// <summary>Finishes what was asked for.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_sleep)
        {
            _isOver = true;
            Monitor.Pulse(_sleep);
        }
        await Completion;
    }

    private void Run()
    {
        StandingBack.Enter();
        try
        {
            while (Next() is { Length: > 0 } orders)
            {
                foreach (var order in orders)
                {
                    Obey(order);
                }
            }
            _ended.SetResult();
        }
        catch (Exception failure)
        {
            _ended.SetException(failure);
        }
    }

    /// <returns>Nothing when it is over.</returns>
    private Order[] Next()
    {
        lock (_sleep)
        {
            while (_orders.Count == 0 && !_isOver)
            {
                Monitor.Wait(_sleep);
            }
            if (!_isOver)
            {
                Monitor.Wait(_sleep, GatherTime);
            }
            var taken = _orders.ToArray();
            _orders.Clear();
            return taken;
        }
    }

    private void Obey(Order order)
    {
        _files.Retire(order.Id, order.Record);
        _files.Secrets.Remove(order.Id);
        if (order.Spec is { } spec)
        {
            _groups.Leave(spec, _isNeeded);
        }
    }

    private readonly record struct Order(ContainerId Id, ContainerSpec? Spec, ContainerRecord Record);
}
