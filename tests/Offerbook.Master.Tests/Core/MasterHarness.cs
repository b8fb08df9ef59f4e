using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Actors;
using Offerbook.Master.Operator.Views;
using Offerbook.Storage;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tests.Core;

/// <summary>
/// The smallest shell: messages go straight into a core, effects are collected, timers run when time is moved on. The journal
/// lives in memory and survives <see cref="Restart"/>. Invariants are checked after every turn.
/// </summary>
internal sealed class MasterHarness
{
    private readonly List<JournalRecord> _journal = [];
    private readonly Effects _effects = new();
    private TimerQueue<MasterMessage> _timers = new();
    private Snapshot? _snapshot;
    private int _snapshotted;
    private long _connections;
    private ulong _lives;

    public MasterHarness(MasterSettings? settings = null)
    {
        Settings = settings ?? MasterSettings.Default;
        Core = Boot();
    }

    public MasterSettings Settings { get; }

    public MasterCore Core { get; private set; }

    public Now Now { get; private set; } = new(TimeSpan.FromHours(1), new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public List<MasterEffect> Sent { get; } = [];

    public int JournalLength => _journal.Count;

    public MasterView View => Core.View(Now);

    public ConnectionId NewConnection() => new(++_connections);

    public void Handle(MasterMessage message)
    {
        Core.Handle(message, Now, _effects);
        Perform();
        Core.CheckInvariants();
    }

    /// <summary>Moves time on, running timers as they come due.</summary>
    public void Advance(TimeSpan by)
    {
        var end = Now.Elapsed + by;
        while (_timers.NextDue is { } due && due <= end)
        {
            MoveTo(due > Now.Elapsed ? due : Now.Elapsed);
            if (_timers.TryTakeDue(Now.Elapsed, out var message))
            {
                Handle(message);
            }
        }
        MoveTo(end);
    }

    /// <summary>Runs what a few milliseconds bring: batched allocations and timers of zero.</summary>
    public void Settle() => Advance(TimeSpan.FromMilliseconds(10));

    /// <summary>The process dies and a new one starts on the same journal after some time.</summary>
    public void Restart(TimeSpan? downtime = null)
    {
        MoveTo(Now.Elapsed + (downtime ?? TimeSpan.FromSeconds(1)));
        _timers = new TimerQueue<MasterMessage>();
        Core = Boot();
    }

    public MasterEffect.Answer Call(Call call, string? streamId, string? principal = null)
    {
        var connection = NewConnection();
        Handle(new MasterMessage.SchedulerCallReceived(connection, call, streamId, principal));
        return Sent.OfType<MasterEffect.Answer>().Single(answer => answer.Connection == connection);
    }

    public MasterEffect.Answer Operate(Mesos.V1.Master.Call call)
    {
        var connection = NewConnection();
        Handle(new MasterMessage.OperatorCallReceived(connection, call));
        return Sent.OfType<MasterEffect.Answer>().Single(answer => answer.Connection == connection);
    }

    /// <summary>The durable state must be what the journal gives, whatever was decided.</summary>
    public void CheckFold() => Assert.That(
        MasterCore.Fold(Settings, new Recovery(_snapshot, _journal.Skip(_snapshotted).ToList(), _journal.Count)),
        Is.EqualTo(Core.CaptureState()));

    private MasterCore Boot()
    {
        var core = new MasterCore(Settings, new SeededRandom(1000 + ++_lives));
        core.Recover(new Recovery(_snapshot, _journal.Skip(_snapshotted).ToList(), _journal.Count), Now, _effects);
        Perform();
        core.CheckInvariants();
        return core;
    }

    private void MoveTo(TimeSpan elapsed) => Now = new Now(elapsed, Now.Wall + (elapsed - Now.Elapsed));

    private void Perform()
    {
        for (var i = 0; i < _effects.Count; i++)
        {
            switch (_effects[i])
            {
                case StartTimer timer:
                    _timers.Start(timer.Key, Now.Elapsed + timer.After, (MasterMessage)timer.Message);
                    break;
                case CancelTimer timer:
                    _timers.Cancel(timer.Key);
                    break;
                case Persist persist:
                    _journal.Add(persist.Event);
                    break;
                case SaveSnapshot snapshot:
                    _snapshot = new Snapshot(_journal.Count, snapshot.State);
                    _snapshotted = _journal.Count;
                    break;
                case MasterEffect effect:
                    Sent.Add(effect);
                    break;
            }
        }
        _effects.Clear();
    }
}
