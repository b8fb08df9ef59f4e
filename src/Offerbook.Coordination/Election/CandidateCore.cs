using Offerbook.Actors;
using Offerbook.Coordination.Sessions;

namespace Offerbook.Coordination.Election;

/// <summary>
/// Stands in one election, session after session. Each candidate has one ephemeral sequential node; the lowest leads. Everybody watches
/// its own node, the one before it and the leader's, and looks at the list again when one of the three goes.
///
/// Invariants: it announces <see cref="Standing.Leads"/> only after the service has shown its own node as the lowest in the present
/// session, and something else before it asks for the removal of its node. At most one request is under way. A create whose answer was
/// lost is followed by a search for a node that the session owns, never by a second create. A lost connection decides nothing: whoever
/// led goes on, suspended, until the service says that the session is over.
///
/// Beside that, and after everything else, it tells the other candidates how its store answers (<see cref="StoreNotices"/>).
///
/// Cost: with n candidates one list a change and candidate, and up to three reads.
/// </summary>
public sealed class CandidateCore : ICore<ElectionMessage>
{
    /// <summary>Whoever removes our node again and again is not answered faster than this.</summary>
    private static readonly TimeSpan EvictedPause = TimeSpan.FromSeconds(1);

    private readonly CandidateOptions _options;
    private readonly ElectionPaths _paths;
    private readonly SessionLife _session;
    private readonly Requests _requests;
    private readonly Backoff _retry;
    private readonly Departure _departure = new();
    private readonly StoreNotices _notices;
    private Ballot _ballot = new();
    private ReadOnlyMemory<byte> _data;
    private Standing _standing = new Standing.Follows(null);
    private bool _isWaiting;
    private bool _isClosed;

    public CandidateCore(CandidateOptions options, SeededRandom random)
    {
        _options = options;
        _paths = new ElectionPaths(options.Format.ParentBelow(options.Path));
        _session = new SessionLife(random.Fork());
        _requests = new Requests(_session, _paths);
        _retry = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), random.Fork());
        _notices = new StoreNotices(_requests, options.Format, new ElectionPaths(options.Format.NoticesBelow(options.Path)));
    }

    public void Handle(ElectionMessage message, Now now, Effects effects)
    {
        if (_session.IsOver(message) || (message is ReopenDue && _departure.IsFinal))
        {
            return;
        }
        if (message is ServiceMessage.SessionExpired)
        {
            effects.Add(Texts.Expired(_session.Id));
        }
        if (_session.Hear(message, now, effects))
        {
            Renew(now, effects);
        }
        switch (message)
        {
            case ServiceMessage.ConnectionLost:
                OnConnectionLost(effects);
                break;
            case ServiceMessage.ConnectionRestored:
                OnConnectionRestored(effects);
                break;
            case ServiceMessage.AuthenticationFailed:
                End(Texts.CredentialsRefused, effects);
                break;
            case ServiceMessage.Answered answered when _requests.Answered(answered.Request) is { } step:
                Take(step, answered.Answer, effects);
                break;
            case ServiceMessage.WatchFired fired when _paths.NameOf(fired.Path) is { } name:
                _ballot.Fired(name);
                break;
            case RetryDue timer when timer.Number == _session.Number:
                _isWaiting = false;
                break;
            case LeaderForgotten timer
                when timer.Number == _session.Number && !_session.IsConnected && _standing is Standing.Follows { Leader: { } led }:
                Stand(new Standing.Follows(null) { Last = led }, effects);
                break;
            case StepDown call:
                Leave(call.Call, new Standing.Follows(null), effects);
                break;
            case Resign call:
                Leave(call.Call, new Standing.Over("It has resigned."), effects);
                break;
            case LeaveTimedOut:
                Release(effects);
                break;
            case PublishStore wish:
                _notices.Publish(wish.Commit);
                break;
            case NoticeDue:
                _notices.Retry();
                break;
            case AskLine asked:
                _notices.Ask(asked.Call, _session.IsConnected, effects);
                break;
        }
        Next(effects);
    }

    private void OnConnectionLost(Effects effects)
    {
        _session.Lost();
        Abandon(effects);
        _ballot.ForgetWatches();
        if (_standing is Standing.Leads leads)
        {
            effects.Add(Texts.Suspended);
            Stand(leads with { IsSuspended = true }, effects);
        }
        else
        {
            effects.Add(new StartTimer(nameof(LeaderForgotten), _session.Timeout, new LeaderForgotten(_session.Number)));
        }
        if (_departure.IsUnderWay)
        {
            Release(effects);
        }
    }

    private void OnConnectionRestored(Effects effects)
    {
        _session.Restored();
        _isWaiting = false;
        effects.Add(new CancelTimer(nameof(LeaderForgotten)));
        if (_standing is Standing.Leads leads)
        {
            effects.Add(Texts.Restored);
            Stand(leads with { IsSuspended = false }, effects);
        }
    }

    /// <summary>The session is over, and with it our node.</summary>
    private void Renew(Now now, Effects effects)
    {
        _requests.Abandon();
        _notices.Renew(effects);
        _isWaiting = false;
        _ballot = new Ballot();
        if (!_departure.IsFinal)
        {
            _session.Ended(now, effects);
            Stand(new Standing.Follows(null), effects);
        }
        if (_departure.IsUnderWay)
        {
            Left(effects);
        }
    }

    /// <summary>The answer to the request under way will not come, or says nothing.</summary>
    private void Abandon(Effects effects)
    {
        _ballot.IsOwnInDoubt |= _requests.Step is Step.MakeOwn;
        _notices.Abandon(_requests.Step, effects);
        _requests.Abandon();
    }

    /// <summary>Asks for what is missing most, if nothing is under way.</summary>
    private void Next(Effects effects)
    {
        if (_requests.Step is not null || _isWaiting || !_session.IsConnected)
        {
            return;
        }
        if (_ballot.IsOwnInDoubt)
        {
            SearchOwn(effects);
        }
        else if (_departure.IsUnderWay)
        {
            if (_ballot.Own is { } own)
            {
                _requests.Delete(new Step.DeleteOwn(), own, effects);
            }
            else
            {
                Left(effects);
                Next(effects);
            }
        }
        else if (_ballot.MissingAncestor is { } depth)
        {
            _requests.Create(new Step.MakeAncestor(depth), _paths.Ancestor(depth), ReadOnlyMemory<byte>.Empty, NodeKind.Persistent,
                effects);
        }
        else if (_ballot.Own is null)
        {
            _data = _options.Describe?.Invoke() ?? _options.Data;
            _requests.Create(new Step.MakeOwn(), _paths.PathOf(_options.Format.Prefix), _data, NodeKind.EphemeralSequential, effects);
        }
        else if (_ballot.Ranks is null)
        {
            _requests.List(new Step.List(), watch: false, isFresh: false, effects);
        }
        else
        {
            Judge(_ballot.Own, _ballot.Ranks, effects);
        }
        if (_requests.Step is null && !_isWaiting && _session.IsConnected && !_departure.IsUnderWay && _ballot.Own is { } present)
        {
            _notices.Next(present, effects);
        }
    }

    /// <summary>Looks for the node of a create whose answer was lost: the newest first, as ours would be.</summary>
    private void SearchOwn(Effects effects)
    {
        if (_ballot.Suspects is null)
        {
            _requests.List(new Step.Search(), watch: false, isFresh: true, effects);
        }
        else if (_ballot.Suspects.TryPop(out var name))
        {
            _requests.Read(new Step.Examine(name), name, effects);
        }
        else
        {
            _ballot.ForgetOwn();
            Next(effects);
        }
    }

    private void Judge(string own, List<string> ranks, Effects effects)
    {
        var rank = ranks.IndexOf(own);
        if (rank < 0)
        {
            Evicted(effects);
            return;
        }
        if (rank == 0)
        {
            Stand(new Standing.Leads(new LeaderInfo(LeaderInfo.IdOf(own, _session.Id), _options.Address, _data), IsSuspended: false),
                effects);
        }
        else if (_standing is Standing.Leads)
        {
            // Somebody has made a lower node by hand, or the parent anew.
            Stand(new Standing.Follows(null), effects);
        }
        if (!_ballot.IsOwnWatched)
        {
            _requests.Read(new Step.ReadOwn(), own, effects);
        }
        else if (rank > 0 && _ballot.LeaderWatched != ranks[0])
        {
            _requests.Read(new Step.ReadLeader(ranks[0]), ranks[0], effects);
        }
        else if (rank > 1 && _ballot.PredecessorWatched != ranks[rank - 1])
        {
            _requests.Read(new Step.ReadPredecessor(ranks[rank - 1]), ranks[rank - 1], effects);
        }
    }

    private void Take(Step step, Answer answer, Effects effects)
    {
        if (_notices.Learn(step, answer, effects))
        {
            return;
        }
        if (_ballot.Learn(step, answer, _session.Id, _paths, _options.Format))
        {
            _retry.Reset();
            return;
        }
        switch (step, answer)
        {
            case (Step.ReadLeader read, Answer.Content content):
                _ballot.LeaderWatched = read.Name;
                Stand(new Standing.Follows(LeaderOf(read.Name, content)), effects);
                break;
            case (Step.List or Step.ReadOwn, Answer.Content or Answer.Refused(ServiceError.NoNode, _)):
                Evicted(effects);
                break;
            case (_, Answer.Refused refused):
                Refused(step, refused, effects);
                break;
            default:
                Invariant.Fail($"{answer.GetType().Name} does not answer {step.GetType().Name}");
                break;
        }
    }

    /// <summary>Our node has gone while the session is alive: somebody has removed it.</summary>
    private void Evicted(Effects effects)
    {
        effects.Add(Texts.Evicted(_ballot.Own));
        _ballot.ForgetOwn();
        Stand(new Standing.Follows(null), effects);
        Wait(EvictedPause, effects);
    }

    private void Refused(Step step, Answer.Refused refused, Effects effects)
    {
        switch (refused.Error)
        {
            case ServiceError.Denied:
                End(Texts.Denied(step, _paths.Parent), effects);
                break;
            case ServiceError.Invalid:
                End(Texts.Invalid(step, _paths.Parent, refused), effects);
                break;
            default:
                _ballot.IsOwnInDoubt |= step is Step.MakeOwn && refused.Error == ServiceError.ConnectionLost;
                _ballot.Suspects = null;
                Wait(_retry.Next(), effects);
                break;
        }
    }

    private void Leave(int call, Standing standing, Effects effects)
    {
        _departure.Ask(call);
        if (!_departure.IsFinal)
        {
            _departure.Begin(isFinal: standing is Standing.Over);
            Stand(standing, effects);
        }
        if (_departure.IsUnderWay && _session.IsConnected)
        {
            _departure.BoundWait(effects);
        }
        else
        {
            Release(effects);
        }
    }

    /// <summary>
    /// The node is gone, or cannot be reached and goes with its session; a candidate that only steps down removes it when it can.
    /// </summary>
    private void Release(Effects effects)
    {
        _departure.Release(effects);
        if (_departure.IsFinal && !_isClosed)
        {
            _isClosed = true;
            _requests.Abandon();
            _notices.Renew(effects);
            _session.Close(effects);
        }
    }

    private void Left(Effects effects)
    {
        _departure.Done();
        Release(effects);
    }

    private void End(string reason, Effects effects)
    {
        Stand(new Standing.Over(reason), effects);
        _departure.Finish();
        Left(effects);
    }

    private void Wait(TimeSpan pause, Effects effects)
    {
        _isWaiting = true;
        effects.Add(new StartTimer(nameof(RetryDue), pause, new RetryDue(_session.Number)));
    }

    private void Stand(Standing standing, Effects effects)
    {
        if (_standing != standing && _standing is not Standing.Over)
        {
            _standing = standing;
            effects.Add(new Announce(standing));
        }
    }

    /// <summary>
    /// A node with our own address that is not ours is what an earlier life of ours has left: nobody is to be sent there.
    /// </summary>
    private LeaderInfo? LeaderOf(string name, Answer.Content content) =>
        _options.Format.AddressIn(content.Data) is { } address && address != _options.Address
            ? new LeaderInfo(LeaderInfo.IdOf(name, content.Owner), address, content.Data)
            : null;
}
