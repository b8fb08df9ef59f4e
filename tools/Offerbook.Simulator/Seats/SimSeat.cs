using Offerbook.Actors;
using Offerbook.Actors.Hosting;
using Offerbook.Coordination;
using Offerbook.Coordination.Election;
using Offerbook.Coordination.Hosting;
using Offerbook.Coordination.Sessions;
using Offerbook.Simulator.Coordination;
using Offerbook.Simulator.Network;
using Offerbook.Simulator.Nodes;

namespace Offerbook.Simulator.Seats;

/// <summary>
/// A process that stands in an election: a candidate that lives as long as the process, and a core that lives as long as a term. The
/// simulator's <see cref="TermKeeper"/>: a term begins when the candidate leads and ends when it does not any more; one that breaks off
/// because of the store is followed by a rest behind all other candidates.
/// </summary>
public sealed class SimSeat<TMessage> : SimProcess, ISeat where TMessage : class
{
    private readonly string _path;
    private readonly SimNetwork _network;
    private readonly SimNode<TMessage> _node;
    private readonly SimNode<ElectionMessage> _candidate;
    private readonly CoordinatorClient _client;
    private readonly SeatStoreWatch _watch;
    private Standing _standing = new Standing.Follows(null);
    private string? _term;
    private TimeSpan _termBegan;
    private int _failures;
    private bool _rests;
    private bool _isLeaving;
    private int _calls;

    /// <param name="node">What a term consists of. It must not be started by anybody else.</param>
    /// <param name="wall">The clock of the machine, the same as of <paramref name="node"/>.</param>
    /// <param name="path">The parent of all candidates' nodes.</param>
    public SimSeat(SimNetwork network, SimCoordinator coordinator, SimNode<TMessage> node, WallClock wall, string path,
        Func<SeededRandom, CandidateCore> candidate)
        : base(node.Name, network.World, wall, node.Disk)
    {
        (_network, _node, _path) = (network, node, path);
        _candidate = new SimNode<ElectionMessage>(node.Name + " candidate", network.World, candidate, Perform, null, wall);
        _client = new CoordinatorClient(coordinator, _candidate, node.Name, message => _candidate.TryPost(message));
        _watch = new SeatStoreWatch(node.Name, network.World, wall, node.Holder!, message => _candidate.TryPost(message), GiveWay);
        node.Crashed += _ => TermOver();
    }

    /// <summary>Defects, for mutation tests.</summary>
    public SeatDefects Defects { get; set; }

    public CoordinatorClient Client => _client;

    public Standing Standing => _standing;

    /// <summary>Terms that it has begun in all its lives.</summary>
    public int Terms { get; private set; }

    public int HandOvers => _watch.HandOvers;

    public bool Leads => _term is not null;

    /// <summary>Told when a term is over though the process lives: whatever is connected to it is to be cut off.</summary>
    public Action? TermEnded { get; set; }

    public Action<Standing, Standing>? Announced { get; set; }

    public string ElectionPath => _path;

    public bool WasAsked { get; private set; }

    /// <summary>Puts a defect between the candidate and each of its cores.</summary>
    public Func<ICore<ElectionMessage>, ICore<ElectionMessage>>? SpoilCandidate
    {
        set => _candidate.Spoil = value;
    }

    public string? LeaderHost => _standing switch
    {
        Standing.Follows { Leader: { } leader } => _network.HostAt(leader.Address.Host)?.Name,
        Standing.Leads => Name,
        _ => null,
    };

    public override void Start()
    {
        Invariant.Check(!IsUp, Name + " is up already");
        Life++;
        (IsUp, IsPaused, DiedOfItsDisk) = (true, false, false);
        (_standing, _term, _failures, _rests, _isLeaving, WasAsked) = (new Standing.Follows(null), null, 0, false, false, false);
        _candidate.Start();
        _watch.Start();
        _candidate.TryPost(new Begin());
    }

    public override void Crash(string why)
    {
        if (!IsUp)
        {
            return;
        }
        IsUp = false;
        _term = null;
        _node.Crash(why);
        _candidate.Crash(why);
        _watch.Crash(why);
        _client.Die();
        _network.HostDied(Name);
    }

    public override void Pause(TimeSpan duration)
    {
        if (!IsUp || IsPaused)
        {
            return;
        }
        IsPaused = true;
        _node.Pause(duration);
        _candidate.Pause(duration);
        _watch.Pause(duration);
        var life = Life;
        World.Schedule(duration, null, () => IsPaused &= life != Life);
    }

    /// <summary>
    /// SIGTERM: finishes what is under way, leaves the election, and ends. Not an instant: see <see cref="SimProcess.IsUp"/>.
    /// </summary>
    public void Terminate()
    {
        if (IsUp && !_isLeaving)
        {
            World.Note(Name + " is told to end");
            _isLeaving = true;
            GiveUpTerm(() => Call(call => new Resign(call)));
        }
    }

    /// <summary>Abdicates: another leads, if there is one, and this stands behind it.</summary>
    public void StepDown()
    {
        if (Leads && !_isLeaving)
        {
            World.Note(Name + " is asked to step down");
            GiveUpTerm(() => Call(call => new StepDown(call)));
        }
    }

    /// <summary>Its way to the store is worse than another's.</summary>
    private void GiveWay()
    {
        if (Leads)
        {
            StepDown();
        }
        else if (IsUp && !_isLeaving)
        {
            Call(call => new StepDown(call));
        }
    }

    /// <summary>Ends the term in good order: what has been decided is written and sent.</summary>
    private void GiveUpTerm(Action then)
    {
        _node.Retire(() =>
        {
            EndTerm("its term is given up");
            then();
        });
    }

    private void Call(Func<int, ElectionMessage> call)
    {
        WasAsked = true;
        _candidate.TryPost(call(++_calls));
    }

    private void Perform(IEffect effect)
    {
        switch (effect)
        {
            case ServiceCall call:
                _client.Perform(call);
                break;
            case Announce announced:
                World.Note($"{Name} {Text(announced.Standing)}");
                var before = _standing;
                _standing = announced.Standing;
                Announced?.Invoke(before, _standing);
                WasAsked &= _standing is not Standing.Leads;
                _watch.Stands(_standing);
                Look();
                break;
            case CallEnded when _isLeaving:
                Crash("it has resigned");
                break;
            case LineTold told:
                _watch.Hear(told);
                break;
            case CallEnded or Remark:
                break;
            default:
                throw new ArgumentException("a seat knows no effect " + effect.GetType().Name, nameof(effect));
        }
    }

    private static string Text(Standing standing) => standing switch
    {
        Standing.Leads leads => $"leads as {leads.Self.Id}{(leads.IsSuspended ? ", suspended" : "")}",
        Standing.Follows follows => "follows " + (follows.Leader?.Id ?? "nobody"),
        Standing.Over over => "stands no longer: " + over.Reason,
        _ => "",
    };

    private void Look()
    {
        if (_term is not null && !(_standing is Standing.Leads same && same.Self.Id == _term) && !Defects.HasFlag(SeatDefects.TrustsItself))
        {
            EndTerm("it leads no longer");
        }
        if (_term is null && !_rests && !_isLeaving
            && (_standing is Standing.Leads { IsSuspended: false }
                || (Defects.HasFlag(SeatDefects.LeadsAnyway) && _standing is Standing.Follows { Leader: not null }))
            && !_node.IsUp)
        {
            BeginTerm((_standing as Standing.Leads)?.Self.Id ?? "anyway");
        }
    }

    private void BeginTerm(string id)
    {
        (_term, _termBegan) = (id, World.Elapsed);
        Terms++;
        if (!Defects.HasFlag(SeatDefects.ProvesNothing))
        {
            _node.Proof = new LeadershipProof(() => Defects.HasFlag(SeatDefects.TrustsItself)
                || _standing is Standing.Leads { IsSuspended: false } leads && leads.Self.Id == id, new SimTime(World, _candidate));
        }
        _node.Start();
    }

    private void EndTerm(string why)
    {
        if (_term is not null)
        {
            _term = null;
            _node.Crash(why);
        }
    }

    /// <summary>The core's life is over, whoever ended it.</summary>
    private void TermOver()
    {
        if (!IsUp)
        {
            return;
        }
        TermEnded?.Invoke();
        if (_term is null)
        {
            return;
        }
        // It broke off: whoever can lead shall, while this one rests.
        _term = null;
        _failures = World.Elapsed - _termBegan >= TermBackoff.Default.Forgets ? 1 : _failures + 1;
        _rests = true;
        Call(call => new StepDown(call));
        var (life, until) = (Life, World.Elapsed + TermBackoff.Default.After(_failures));
        World.Schedule(TermBackoff.Default.After(_failures), null, () => EndRest(life, until));
    }

    private void EndRest(int life, TimeSpan until)
    {
        if (life != Life || !IsUp)
        {
            return;
        }
        if (IsPaused)
        {
            World.Schedule(SimTime.Overdue, null, () => EndRest(life, until));
            return;
        }
        if (World.Elapsed - until > LeadershipProof.Lasts)
        {
            // It stood still: what its candidate says of itself may be over.
            Call(call => new StepDown(call));
        }
        _rests = false;
        Look();
    }
}
