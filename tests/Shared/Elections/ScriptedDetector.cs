using Offerbook.Coordination;

namespace Offerbook.Testing.Elections;

/// <summary>Names the leader that the test names.</summary>
internal sealed class ScriptedDetector : ILeaderDetector
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LeaderInfo? _leader;
    private int _elections;

    public LeaderInfo? Leader
    {
        get
        {
            lock (_lock)
            {
                return _leader;
            }
        }
    }

    public void Elect(Uri? leader)
    {
        lock (_lock)
        {
            _leader = leader is null ? null : new LeaderInfo($"{++_elections}", leader, default);
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public async ValueTask<LeaderInfo?> ChangedAsync(LeaderInfo? known, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (!Equals(_leader, known))
                {
                    return _leader;
                }
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellation);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
