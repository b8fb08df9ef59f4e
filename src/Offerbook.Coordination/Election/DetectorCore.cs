using Offerbook.Actors;
using Offerbook.Coordination.Nodes;
using Offerbook.Coordination.Sessions;

namespace Offerbook.Coordination.Election;

/// <summary>
/// Follows one election without standing in it: watches the list of candidates and reads the lowest node. While the service cannot be
/// reached, the leader known last stays the leader: an ensemble that is down takes no leadership away from anybody.
///
/// It never gives up and never writes: a parent that is not there yet, or may not be read, is looked for again.
/// </summary>
public sealed class DetectorCore : ICore<ElectionMessage>
{
    /// <summary>
    /// The service cannot tell of a parent that is not there yet, so it is asked: at most one small request a second and follower, until
    /// the first master starts.
    /// </summary>
    private static readonly TimeSpan MissingPause = TimeSpan.FromSeconds(1);

    /// <summary>An access list is mended by hand.</summary>
    private static readonly TimeSpan DeniedPause = TimeSpan.FromSeconds(30);

    private readonly NodeFormat _format;
    private readonly ElectionPaths _paths;
    private readonly SessionLife _session;
    private readonly Requests _requests;
    private readonly Backoff _retry;
    private Ballot _ballot = new();
    private LeaderInfo? _leader;
    private bool _isWaiting;

    /// <param name="path">Of the <c>zk://</c> address: absolute, without a slash at the end unless it is the root.</param>
    public DetectorCore(string path, NodeFormat format, SeededRandom random)
    {
        _format = format;
        _paths = new ElectionPaths(format.ParentBelow(path));
        _session = new SessionLife(random.Fork());
        _requests = new Requests(_session, _paths);
        _retry = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), random.Fork());
    }

    public void Handle(ElectionMessage message, Now now, Effects effects)
    {
        if (_session.IsOver(message))
        {
            return;
        }
        if (_session.Hear(message, now, effects))
        {
            Renew(now, effects);
        }
        switch (message)
        {
            case ServiceMessage.AuthenticationFailed:
                effects.Add(
                    new Remark("ZooKeeper does not accept the credentials of the zk:// address: no leader can be found with them."));
                Renew(now, effects);
                break;
            case ServiceMessage.ConnectionLost:
                _session.Lost();
                _requests.Abandon();
                _ballot.ForgetWatches();
                break;
            case ServiceMessage.ConnectionRestored:
                _session.Restored();
                _isWaiting = false;
                break;
            case ServiceMessage.Answered answered when _requests.Answered(answered.Request) is { } step:
                Take(step, answered.Answer, effects);
                break;
            case ServiceMessage.WatchFired fired when fired.Path == _paths.Parent:
                _ballot.ForgetRanks();
                break;
            case ServiceMessage.WatchFired fired when _paths.NameOf(fired.Path) is { } name:
                _ballot.Fired(name);
                break;
            case RetryDue timer when timer.Number == _session.Number:
                _isWaiting = false;
                break;
        }
        Next(effects);
    }

    private void Renew(Now now, Effects effects)
    {
        _requests.Abandon();
        _isWaiting = false;
        _ballot = new Ballot();
        _session.Ended(now, effects);
    }

    private void Next(Effects effects)
    {
        if (_requests.Step is not null || _isWaiting || !_session.IsConnected)
        {
            return;
        }
        if (_ballot.Ranks is null)
        {
            _requests.List(new Step.List(), watch: true, isFresh: false, effects);
        }
        else if (_ballot.Ranks.Count == 0)
        {
            Follow(null, effects);
        }
        else if (_ballot.LeaderWatched != _ballot.Ranks[0])
        {
            _requests.Read(new Step.ReadLeader(_ballot.Ranks[0]), _ballot.Ranks[0], effects);
        }
    }

    private void Take(Step step, Answer answer, Effects effects)
    {
        switch (step, answer)
        {
            case (Step.List, Answer.Listed listed):
                _ballot.Rank(listed.Names, _format);
                _retry.Reset();
                break;
            case (Step.List, Answer.Refused(ServiceError.NoNode, _)):
                Follow(null, effects);
                Wait(MissingPause, effects);
                break;
            case (Step.ReadLeader read, Answer.Content content):
                _ballot.LeaderWatched = read.Name;
                Follow(LeaderOf(read.Name, content, effects), effects);
                break;
            case (Step.ReadLeader, Answer.Refused(ServiceError.NoNode, _)):
                _ballot.ForgetRanks();
                break;
            case (_, Answer.Refused(ServiceError.Denied or ServiceError.Invalid, _)):
                effects.Add(new Remark($"ZooKeeper does not let us {step.Wish} {_paths.Parent}: no leader can be found there."));
                Wait(DeniedPause, effects);
                break;
            case (_, Answer.Refused):
                Wait(_retry.Next(), effects);
                break;
            default:
                Invariant.Fail($"{answer.GetType().Name} does not answer {step.GetType().Name}");
                break;
        }
    }

    private LeaderInfo? LeaderOf(string name, Answer.Content content, Effects effects)
    {
        if (_format.AddressIn(content.Data) is { } address)
        {
            return new LeaderInfo(LeaderInfo.IdOf(name, content.Owner), address, content.Data);
        }
        effects.Add(new Remark($"The node {_paths.PathOf(name)} leads, but says nowhere that it can be reached."));
        return null;
    }

    private void Wait(TimeSpan pause, Effects effects)
    {
        _isWaiting = true;
        effects.Add(new StartTimer(nameof(RetryDue), pause, new RetryDue(_session.Number)));
    }

    private void Follow(LeaderInfo? leader, Effects effects)
    {
        if (_leader != leader)
        {
            _leader = leader;
            effects.Add(new AnnounceLeader(leader));
        }
    }
}
