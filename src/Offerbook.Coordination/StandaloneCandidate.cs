namespace Offerbook.Coordination;

/// <summary>The only candidate: it leads from the start until it resigns. Needs no coordination service.</summary>
/// <param name="describe">Says what its node would hold; asked once for each candidacy, since a master has another id in each.</param>
public sealed class StandaloneCandidate(Uri address, Func<ReadOnlyMemory<byte>> describe) : ICandidate
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Standing _standing = new Standing.Leads(new LeaderInfo("1", address, describe()), IsSuspended: false);
    private int _terms = 1;

    public StandaloneCandidate(Uri address, ReadOnlyMemory<byte> data)
        : this(address, () => data)
    {
    }

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

    /// <summary>As nobody else stands, it leads again at once, in a new term.</summary>
    public ValueTask StepDownAsync(CancellationToken cancellation)
    {
        Change(standing => standing is Standing.Over ? standing
            : new Standing.Leads(new LeaderInfo((++_terms).ToString(System.Globalization.CultureInfo.InvariantCulture), address, describe()), IsSuspended: false));
        return ValueTask.CompletedTask;
    }

    public ValueTask ResignAsync(CancellationToken cancellation)
    {
        Change(_ => new Standing.Over("It has resigned."));
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ResignAsync(CancellationToken.None);

    private void Change(Func<Standing, Standing> to)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _standing = to(_standing);
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        changed.SetResult();
    }
}
