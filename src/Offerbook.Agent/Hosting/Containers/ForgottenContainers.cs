using System.Threading.Channels;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Removes the records and control groups of containers that are forgotten: half a millisecond each, which nobody waits for.
/// </summary>
internal sealed class ForgottenContainers : IAsyncDisposable
{
    /// <summary>That may wait: the agent's bound on tasks. More are removed by the one who asks.</summary>
    private readonly Channel<Order> _orders = Channel.CreateBounded<Order>(16_384);

    private readonly ContainerFiles _files;
    private readonly ContainerGroups _groups;
    private readonly Func<ContainerId, bool> _isNeeded;

    /// <param name="isNeeded">Whether another container has that control group.</param>
    public ForgottenContainers(ContainerFiles files, ContainerGroups groups, Func<ContainerId, bool> isNeeded)
    {
        (_files, _groups, _isNeeded) = (files, groups, isNeeded);
        Completion = RunAsync();
    }

    public Task Completion { get; }

    /// <param name="spec">Null when only the record may be left.</param>
    public void Remove(ContainerId id, ContainerSpec? spec)
    {
        var order = new Order(id, spec);
        if (!_orders.Writer.TryWrite(order))
        {
            Obey(order);
        }
    }

    /// <summary>Finishes what was asked for.</summary>
    public async ValueTask DisposeAsync()
    {
        _orders.Writer.TryComplete();
        await Completion;
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        await foreach (var order in _orders.Reader.ReadAllAsync())
        {
            Obey(order);
        }
    }

    private void Obey(Order order)
    {
        _files.Delete(order.Id);
        if (order.Spec is { } spec)
        {
            _groups.Leave(spec, _isNeeded);
        }
    }

    private readonly record struct Order(ContainerId Id, ContainerSpec? Spec);
}
