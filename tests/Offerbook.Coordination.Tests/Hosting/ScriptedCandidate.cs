namespace Offerbook.Coordination.Tests.Hosting;

/// <summary>A candidate whose election goes as the test says.</summary>
internal sealed class ScriptedCandidate : ICandidate
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Standing _standing = new Standing.Follows(null);

    /// <summary>What it has been asked: <c>step down</c>, <c>resign</c>, <c>dispose</c>.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>What happens when it shall step down; by default it follows nobody from then on.</summary>
    public Action<ScriptedCandidate> OnStepDown { get; set; } = candidate => candidate.Follow(null);

    public Standing Standing
    {
        get
        {
            lock (_lock)
            {
                return _standing;
            }
        }
    }

    public static LeaderInfo Info(string id, Uri? address = null) => new(id, address ?? new Uri("http://127.0.0.1:1/"), default);

    public void Lead(string id, bool isSuspended = false, Uri? address = null) => Stand(new Standing.Leads(Info(id, address), isSuspended));

    public void Follow(LeaderInfo? leader) => Stand(new Standing.Follows(leader));

    public void Stand(Standing standing)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _standing = standing;
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        changed.SetResult();
    }

    public async ValueTask<Standing> ChangedAsync(Standing known, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_standing != known)
                {
                    return _standing;
                }
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellation);
        }
    }

    public ValueTask StepDownAsync(CancellationToken cancellation)
    {
        Note("step down");
        OnStepDown(this);
        return ValueTask.CompletedTask;
    }

    public ValueTask ResignAsync(CancellationToken cancellation)
    {
        Note("resign");
        Stand(new Standing.Over("It has resigned."));
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Note("dispose");
        return ValueTask.CompletedTask;
    }

    private void Note(string request)
    {
        lock (_lock)
        {
            Asked.Add(request);
        }
    }
}
