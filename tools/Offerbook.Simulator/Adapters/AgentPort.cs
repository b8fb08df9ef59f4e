using Offerbook.Actors;
using Offerbook.Agent;
using Offerbook.Agent.Executors;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Finding;
using Offerbook.Simulator.Machines;
using Offerbook.Simulator.Network;
using Offerbook.Simulator.Nodes;
using Offerbook.Wire.AgentProtocol;

namespace Offerbook.Simulator.Adapters;

/// <summary>An agent's shell: its connection to the master and the containers of its machine.</summary>
public sealed class AgentPort
{
    private readonly StreamClient _client;
    private readonly SimContainers _containers;
    private readonly SimExecutors _executors;
    private readonly SimVolumes _volumes;
    private readonly SimWorld _world;
    private readonly LeaderFinder _master;
    private SimNode<AgentMessage>? _node;

    public AgentPort(SimNetwork network, string name, LeaderFinder master, SimContainers containers, SimExecutors executors,
        SimVolumes volumes)
    {
        (_containers, _executors, _volumes, _master) = (containers, executors, volumes, master);
        _world = network.World;
        _client = new StreamClient(network, name, master, MasterPort.AgentPath)
        {
            EventArrived = (number, bytes) => Post(new AgentMessage.MasterEventReceived(number, Event.Parser.ParseFrom(bytes.Span))),
            Ended = (number, status, reason) => Post(new AgentMessage.MasterConnectionEnded(number, status, reason)),
            CallFailed = (number, call, status, reason) => Post(new AgentMessage.MasterCallFailed(number, (Call)call, status, reason)),
            Elected = () => Post(new AgentMessage.MasterElected()),
        };
        containers.Report = Post;
        executors.TryPost = message => _node!.TryPost(message);
    }

    public int DeepestQueue => _client.DeepestQueue;

    public void Attach(SimNode<AgentMessage> node, SimNetwork network)
    {
        _node = node;
        network.Host(node.Name).Process = node;
        node.Started += () => (_master as DetectedLeader)?.Start();
        node.Crashed = _ =>
        {
            (_master as DetectedLeader)?.Stop();
            _client.Drop();
            _containers.AgentDied();
            _executors.AgentDied();
            network.HostDied(node.Name);
        };
    }

    public void Perform(IEffect effect)
    {
        switch (effect)
        {
            case ConnectToMaster connect:
                _client.Open(connect.Connection, Describe.Call(connect.Subscribe), connect.Subscribe);
                break;
            case DisconnectFromMaster disconnect:
                _client.Close(disconnect.Connection);
                break;
            case CallMaster call:
                _client.Send(call.Connection, Describe.Call(call.Call), call.Call);
                break;
            case LaunchContainer launch:
                _containers.Launch(launch.Spec);
                break;
            case RecoverContainers recover:
                _containers.Recover(recover.Containers);
                break;
            case SignalContainer signal:
                _containers.Signal(signal.Container, signal.Signal);
                break;
            case SendSignal send:
                _containers.Send(send.Container, send.Signal);
                break;
            case CancelLaunch cancel:
                _containers.Cancel(cancel.Container);
                break;
            case MeasureDisk:
                AnswerLater(new AgentMessage.DiskMeasured(_containers.UsedDisk()));
                break;
            case MeasureSandbox measure:
                AnswerLater(new AgentMessage.SandboxMeasured(measure.Sandbox.Container, 4096));
                break;
            case ExecutorEffect ofExecutor:
                _executors.Perform(ofExecutor);
                break;
            case UpdateContainer:
                break;
            case ForgetContainer forget:
                _containers.Forget(forget.Container);
                break;
            case RunCheck check:
                _containers.Check(check);
                break;
            case CreateVolumes create:
                _volumes.Make(create.Volumes);
                AnswerLater(new AgentMessage.VolumesReady(create.Operation, null));
                break;
            case RemoveVolumes remove:
                _volumes.Remove(remove.Volumes);
                AnswerLater(new AgentMessage.VolumesReady(remove.Operation, null));
                break;
            case RemoveSandbox:
            case ReplyView:
            case ReplyContainerCall:
            case ReplyAllTasksEnded:
                break;
            default:
                throw new ArgumentException("the agent's port knows no effect " + effect.GetType().Name, nameof(effect));
        }
    }

    /// <summary>What the machine does takes a moment, and its end is lost on an agent that died meanwhile.</summary>
    private void AnswerLater(AgentMessage message)
    {
        var life = _node!.Life;
        _world.Schedule(TimeSpan.FromMilliseconds(5), null, () =>
        {
            if (_node.Life == life)
            {
                Post(message);
            }
        });
    }

    private void Post(AgentMessage message) => _node!.TryPost(message);
}
