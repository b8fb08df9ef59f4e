using Offerbook.Actors;
using Offerbook.Actors.Hosting;
using Offerbook.Agent.Hosting.Checks;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Hosting.Registration;
using Offerbook.Agent.Hosting.Volumes;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Http;
using Offerbook.Agent.Http.Executors;

namespace Offerbook.Agent.Hosting;

/// <summary>Hands each of the core's effects to the part that carries it out.</summary>
internal sealed class AgentShell(
    MasterConnection master, IContainerRuntime containers, CheckRunner checks, SandboxCollector sandboxes,
    VolumeDirectories volumes, AgentGateway gateway, ExecutorConnections executors) : IEffectHandler
{
    public void Perform(IEffect effect)
    {
        switch (effect)
        {
            case ConnectToMaster connect:
                master.Open(connect.Connection, connect.Subscribe);
                break;
            case DisconnectFromMaster disconnect:
                master.Close(disconnect.Connection);
                break;
            case CallMaster call:
                master.Send(call.Connection, call.Call);
                break;
            case LaunchContainer launch:
                containers.Launch(launch.Spec);
                break;
            case RecoverContainers recover:
                containers.Recover(recover.Containers);
                break;
            case SignalContainer signal:
                containers.Signal(signal.Container, signal.Signal);
                break;
            case SendSignal send:
                containers.Send(send.Container, send.Signal);
                break;
            case CancelLaunch cancel:
                containers.Cancel(cancel.Container);
                break;
            case UpdateContainer update:
                containers.Update(update.Container, update.Limits);
                break;
            case ForgetContainer forget:
                containers.Forget(forget.Container);
                break;
            case CreateVolumes create:
                volumes.Create(create);
                break;
            case RemoveVolumes order:
                volumes.Remove(order);
                break;
            case RunCheck check:
                checks.Run(check);
                break;
            case RemoveSandbox remove:
                sandboxes.Remove(remove.Sandbox);
                break;
            case MeasureDisk:
                sandboxes.MeasureDisk();
                break;
            case MeasureSandbox measure:
                sandboxes.Measure(measure.Sandbox);
                break;
            case ExecutorEffect ofExecutor:
                executors.Perform(ofExecutor);
                break;
            case ReplyView reply:
                gateway.Answer(reply.Connection, reply.View);
                break;
            case ReplyContainerCall reply:
                gateway.Answer(reply.Connection, reply.Reply);
                break;
            case ReplyAllTasksEnded reply:
                gateway.Answer(reply.Connection, null);
                break;
            default:
                Invariant.Fail($"an agent's shell knows no effect {effect.GetType().Name}");
                break;
        }
    }
}
