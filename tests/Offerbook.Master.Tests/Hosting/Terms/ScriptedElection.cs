using Offerbook.Coordination;

namespace Offerbook.Master.Tests.Hosting.Terms;

/// <summary>An election within the test: candidates stand in line, the first leads, and the test says whose session ends.</summary>
internal sealed class ScriptedElection
{
    private readonly Lock _lock = new();
    private readonly List<Candidate> _line = [];
    private int _candidacies;
    private bool _reachable = true;

    public ICandidate Stand(Uri address, Func<ReadOnlyMemory<byte>> describe)
    {
        var candidate = new Candidate(this, address, describe);
        lock (_lock)
        {
            Enter(candidate);
        }
        return candidate;
    }

    /// <summary>The session of whoever leads has expired; it stands again behind the others.</summary>
    public void ExpireLeader()
    {
        lock (_lock)
        {
            Again(_line[0]);
        }
    }

    /// <summary>The service is lost to all, or there again.</summary>
    public void Reach(bool reachable)
    {
        lock (_lock)
        {
            _reachable = reachable;
            Tell();
        }
    }

    /// <summary>Another leads as well, as it does to a store when the first one sleeps: only the newcomer learns it.</summary>
    public void LeadSecretly(Uri address)
    {
        lock (_lock)
        {
            _line.Single(candidate => candidate.Address == address).Set(candidate => new Standing.Leads(candidate.Info, false));
        }
    }

    private void Again(Candidate candidate)
    {
        _line.Remove(candidate);
        Enter(candidate);
    }

    private void Enter(Candidate candidate)
    {
        candidate.Info = new LeaderInfo($"{++_candidacies}", candidate.Address, candidate.Describe());
        _line.Add(candidate);
        Tell();
    }

    private void Tell()
    {
        foreach (var candidate in _line)
        {
            var leads = candidate == _line[0];
            candidate.Set(one => leads
                ? new Standing.Leads(one.Info, !_reachable) : new Standing.Follows(_reachable ? _line[0].Info : null));
        }
    }

    private sealed class Candidate(ScriptedElection election, Uri address, Func<ReadOnlyMemory<byte>> describe) : ICandidate
    {
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Uri Address => address;

        public Func<ReadOnlyMemory<byte>> Describe => describe;

        public LeaderInfo Info { get; set; } = null!;

        public Standing Standing { get; private set; } = new Standing.Follows(null);

        public void Set(Func<Candidate, Standing> standing)
        {
            Standing = standing(this);
            var changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }

        public async ValueTask<Standing> ChangedAsync(Standing known, CancellationToken cancellation)
        {
            while (true)
            {
                Task changed;
                lock (election._lock)
                {
                    if (Standing != known)
                    {
                        return Standing;
                    }
                    changed = _changed.Task;
                }
                await changed.WaitAsync(cancellation);
            }
        }

        public ValueTask StepDownAsync(CancellationToken cancellation)
        {
            lock (election._lock)
            {
                election.Again(this);
            }
            return ValueTask.CompletedTask;
        }

        public ValueTask ResignAsync(CancellationToken cancellation)
        {
            lock (election._lock)
            {
                election._line.Remove(this);
                Set(_ => new Standing.Over("It has resigned."));
                election.Tell();
            }
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
