using Offerbook.Actors;

namespace Offerbook.Simulator.Nodes;

/// <summary>The timers of one life of a node: the heap of production, woken by virtual time.</summary>
/// <param name="take">Takes a turn with what a timer says.</param>
internal sealed class NodeTimers<TMessage>(INodeShell node, Action<TMessage> take) where TMessage : class
{
    private readonly TimerQueue<TMessage> _queue = new();
    private readonly int _life = node.Life;
    private TimeSpan? _wakeAt;

    public int Count => _queue.Count;

    public void Start(StartTimer timer)
    {
        Invariant.Check(timer.After >= TimeSpan.Zero, $"{node.Name} starts timer {timer.Key} in the past");
        _queue.Start(timer.Key, node.Clock.Now.Elapsed + timer.After, (TMessage)timer.Message);
    }

    public void Cancel(CancelTimer timer) => _queue.Cancel(timer.Key);

    /// <summary>Sees to it that the next timer is heard of, if it is not yet.</summary>
    public void Arm()
    {
        if (!node.IsUp || _queue.NextDue is not { } due || (_wakeAt is { } armed && armed <= due))
        {
            return;
        }
        _wakeAt = due;
        var at = node.Clock.ToWorld(due);
        node.World.ScheduleAt(at < node.World.Elapsed ? node.World.Elapsed : at, null, () => Wake(due));
    }

    private void Wake(TimeSpan due)
    {
        if (_life != node.Life || !node.IsUp || _wakeAt != due)
        {
            return;
        }
        _wakeAt = null;
        if (!node.IsPaused)
        {
            TakeDue();
        }
    }

    public void TakeDue()
    {
        while (node.IsUp && !node.IsPaused && _queue.TryTakeDue(node.Clock.Now.Elapsed, out var message))
        {
            node.World.Note($"{node.Name} timer {message.GetType().Name}");
            take(message);
        }
        Arm();
    }
}
