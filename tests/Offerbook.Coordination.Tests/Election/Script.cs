using Offerbook.Actors;
using Offerbook.Coordination.Election;
using Offerbook.Coordination.Nodes;
using Offerbook.Coordination.Sessions;

namespace Offerbook.Coordination.Tests.Election;

/// <summary>Plays the service to one core, by hand.</summary>
internal sealed class Script
{
    public const long Id = 0x77;
    public const string Parent = "/mesos";

    public static readonly Uri Address = new("http://10.0.0.1:5050/");

    private readonly ICore<ElectionMessage> _core;
    private readonly Effects _effects = new();
    private readonly Dictionary<object, ElectionMessage> _timers = [];
    private TimeSpan _elapsed;

    public Script(ICore<ElectionMessage>? core = null)
    {
        _core = core ?? new CandidateCore(new CandidateOptions(Parent, new MasterNodes(), Address, Content(1)), new SeededRandom(1));
        Tell(new Begin());
    }

    /// <summary>What has been announced last.</summary>
    public Standing? Standing { get; private set; }

    public LeaderInfo? Leader { get; private set; }

    public List<int> Ended { get; } = [];

    public List<string> Remarks { get; } = [];

    public List<(int Call, IReadOnlyList<Contender>? Line)> Lines { get; } = [];

    /// <summary>Calls since they were taken last.</summary>
    public List<ServiceCall> Calls { get; } = [];

    public int Session { get; private set; }

    public static byte[] Content(int host) => System.Text.Encoding.UTF8.GetBytes($$"""{"address":{"ip":"10.0.0.{{host}}","port":5050} }""");

    public static string Name(int sequence) => $"json.info_{sequence:D10}";

    public Script Tell(ElectionMessage message)
    {
        _effects.Clear();
        _core.Handle(message, new Now(_elapsed, DateTimeOffset.UnixEpoch + _elapsed), _effects);
        for (var i = 0; i < _effects.Count; i++)
        {
            Take(_effects[i]);
        }
        return this;
    }

    /// <summary>The one call that the core has made since the last.</summary>
    public T Take<T>() where T : ServiceCall
    {
        Assert.That(Calls, Has.Count.EqualTo(1).And.All.InstanceOf<T>());
        var call = (T)Calls[0];
        Calls.Clear();
        return call;
    }

    public Script Answer(ServiceCall call, Answer answer) => Tell(new ServiceMessage.Answered(call.Session, RequestOf(call), answer));

    public Script Open()
    {
        Take<ServiceCall.Open>();
        return Tell(new ServiceMessage.SessionOpened(Session, Id, TimeSpan.FromSeconds(10)));
    }

    /// <summary>Opens, makes its node with this number, and is shown these.</summary>
    public Script Stand(int own, params int[] all)
    {
        Open();
        Answer(Take<ServiceCall.Create>(), new Answer.Created($"{Parent}/{Name(own)}"));
        return Show(all);
    }

    public Script Show(params int[] all) => Answer(Take<ServiceCall.List>(), new Answer.Listed([.. all.Select(Name)]));

    /// <summary>Answers the read that must be of this node.</summary>
    public Script Read(int sequence, int host, long owner)
    {
        var read = Take<ServiceCall.Read>();
        Assert.That(read.Path, Is.EqualTo($"{Parent}/{Name(sequence)}"));
        return Answer(read, new Answer.Content(Content(host), owner));
    }

    public Script Lead()
    {
        Stand(5, 5, 6);
        return Read(5, 1, Id);
    }

    /// <summary>Node 6 of ours, behind 4, the leader, and 5.</summary>
    public Script Follow()
    {
        Stand(6, 4, 5, 6);
        Read(6, 1, Id);
        Read(4, 4, 44);
        return Read(5, 5, 55);
    }

    public Script Fire(int sequence) => Tell(new ServiceMessage.WatchFired(Session, $"{Parent}/{Name(sequence)}"));

    public Script Lose() => Tell(new ServiceMessage.ConnectionLost(Session));

    public Script Restore() => Tell(new ServiceMessage.ConnectionRestored(Session));

    /// <summary>Lets a timer of this name run out.</summary>
    public Script RunOut(string timer, TimeSpan? after = null)
    {
        _elapsed += after ?? TimeSpan.FromSeconds(1);
        Assert.That(_timers.Remove(timer, out var message), Is.True, $"{timer} among {string.Join(", ", _timers.Keys)}");
        return Tell(message!);
    }

    private static int RequestOf(ServiceCall call) => call switch
    {
        ServiceCall.Create create => create.Request,
        ServiceCall.Delete delete => delete.Request,
        ServiceCall.List list => list.Request,
        ServiceCall.Read read => read.Request,
        _ => throw new ArgumentException($"{call} is not answered."),
    };

    private void Take(IEffect effect)
    {
        switch (effect)
        {
            case ServiceCall call:
                Session = call is ServiceCall.Open ? call.Session : Session;
                Calls.Add(call);
                break;
            case Announce announce:
                Standing = announce.Standing;
                break;
            case AnnounceLeader announce:
                Leader = announce.Leader;
                break;
            case CallEnded ended:
                Ended.Add(ended.Call);
                break;
            case Remark remark:
                Remarks.Add(remark.Text);
                break;
            case LineTold told:
                Lines.Add((told.Call, told.Line));
                break;
            case StartTimer timer:
                _timers[timer.Key] = (ElectionMessage)timer.Message;
                break;
            case CancelTimer timer:
                _timers.Remove(timer.Key);
                break;
        }
    }
}
