using Mesos.V1.Scheduler;
using Offerbook.Actors;
using Offerbook.Master;
using Offerbook.Simulator.Nodes;
using Offerbook.Wire.Identity;
using AgentEvent = Offerbook.Wire.AgentProtocol.Event;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// Keeps its own book of the masters' offers from what goes in and out: an offer id is given out once; an offer ends exactly once (by
/// an accepted ACCEPT or DECLINE, a RESCIND, or the end of its stream); nothing is launched on an offer that had ended; no task is
/// launched twice, by whomever.
/// </summary>
public sealed class OfferLedger
{
    private readonly HashSet<string> _ever = [];
    private readonly HashSet<TaskKey> _launched = [];

    public OfferLedger(IReadOnlyList<SimNode<MasterMessage>> masters)
    {
        foreach (var master in masters)
        {
            _ = new OfMaster(this, master);
        }
    }

    public long Offers { get; private set; }

    public long Launches { get; private set; }

    /// <summary>Every TaskInfo that a master sent to an agent.</summary>
    public Dictionary<TaskKey, Mesos.V1.TaskInfo> Tasks { get; } = [];

    /// <summary>What the executors that came with tasks take for themselves, by framework and executor.</summary>
    public Dictionary<(FrameworkId, ExecutorId), Mesos.V1.ExecutorInfo> Executors { get; } = [];

    private void Launch(Mesos.V1.FrameworkInfo framework, Mesos.V1.TaskInfo task, bool onValidOffer)
    {
        var key = new TaskKey(FrameworkId.From(framework.Id), TaskId.From(task.TaskId));
        Invariant.Check(_launched.Add(key), $"I3: {key} is launched twice");
        Invariant.Check(onValidOffer, $"I5: {key} is launched on an offer that had ended");
        Tasks.Add(key, task);
        if (task.Executor is { } executor)
        {
            Executors[(key.Framework, ExecutorId.From(executor.ExecutorId))] = executor;
        }
        Launches++;
    }

    /// <summary>The offers of one master: those of another mean nothing to it.</summary>
    private sealed class OfMaster
    {
        private readonly OfferLedger _all;
        private readonly Dictionary<string, ConnectionId> _open = [];
        private readonly List<(Mesos.V1.FrameworkInfo Framework, Mesos.V1.TaskInfo Task)> _launchedNow = [];
        private MasterMessage.SchedulerCallReceived? _call;
        private bool _taken;

        public OfMaster(OfferLedger all, SimNode<MasterMessage> master)
        {
            _all = all;
            master.Received += Receive;
            master.Emitted += Emit;
            master.TurnEnded += EndTurn;
            master.Started += _open.Clear;
        }

        private void Receive(MasterMessage message)
        {
            (_call, _taken) = (message as MasterMessage.SchedulerCallReceived, false);
            if (message is MasterMessage.ConnectionClosed closed)
            {
                CloseStream(closed.Connection);
            }
        }

        private void Emit(IEffect effect)
        {
            switch (effect)
            {
                case MasterEffect.SendToScheduler { Event.Type: Event.Types.Type.Offers } send:
                    foreach (var offer in send.Event.Offers.Offers_)
                    {
                        Invariant.Check(_all._ever.Add(offer.Id.Value), $"I5: offer id {offer.Id.Value} is given out twice");
                        _open.Add(offer.Id.Value, send.Stream);
                        _all.Offers++;
                    }
                    break;
                case MasterEffect.SendToScheduler { Event.Type: Event.Types.Type.Rescind } send:
                    var rescinded = send.Event.Rescind.OfferId.Value;
                    Invariant.Check(_open.Remove(rescinded), $"I5: offer {rescinded} is rescinded though it had ended");
                    break;
                case MasterEffect.CloseStream close:
                    CloseStream(close.Stream);
                    break;
                case MasterEffect.Answer { Status: 202 } answer when answer.Connection == _call?.Connection:
                    _taken = true;
                    break;
                case MasterEffect.SendToAgent { Event.Type: AgentEvent.Types.Type.Launch } send:
                    _launchedNow.Add((send.Event.Launch.FrameworkInfo, send.Event.Launch.Task));
                    break;
                case MasterEffect.SendToAgent { Event.Type: AgentEvent.Types.Type.LaunchGroup } send:
                    var group = send.Event.LaunchGroup;
                    _launchedNow.AddRange(group.TaskGroup.Tasks.Select(task => (group.FrameworkInfo, task)));
                    break;
            }
        }

        private void EndTurn()
        {
            var valid = true;
            if (_taken && _call!.Call.Type == Call.Types.Type.Accept)
            {
                foreach (var id in _call.Call.Accept.OfferIds)
                {
                    valid &= _open.Remove(id.Value);
                }
            }
            else if (_taken && _call!.Call.Type == Call.Types.Type.Decline)
            {
                foreach (var id in _call.Call.Decline.OfferIds)
                {
                    _open.Remove(id.Value);
                }
            }
            foreach (var (framework, task) in _launchedNow)
            {
                _all.Launch(framework, task, _taken && valid);
            }
            _launchedNow.Clear();
            (_call, _taken) = (null, false);
        }

        private void CloseStream(ConnectionId stream)
        {
            foreach (var id in _open.Where(item => item.Value == stream).Select(item => item.Key).ToList())
            {
                _open.Remove(id);
            }
        }
    }
}
