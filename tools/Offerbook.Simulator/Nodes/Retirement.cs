namespace Offerbook.Simulator.Nodes;

/// <summary>Waits until everything that a life of a node decided is durable and has left, or cannot soon be.</summary>
/// <param name="isOver">Whether there is nobody any more to wait for.</param>
/// <param name="done">Not called in another life.</param>
internal sealed class Retirement(INodeShell node, Func<bool> isOver, Action done)
{
    /// <summary>As long as an election is asked to let another lead.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(5);

    private readonly int _life = node.Life;
    private readonly TimeSpan _end = node.World.Elapsed + Patience;

    public void Look()
    {
        if (_life != node.Life)
        {
            return;
        }
        if (!node.IsUp || isOver() || node.World.Elapsed >= _end || IsSettled)
        {
            done();
            return;
        }
        node.World.Schedule(LookEvery, null, Look);
    }

    private bool IsSettled => node.Gate.Waiting == 0 && node.Gate.Flushed == node.Gate.Appended && !node.IsPaused;
}
