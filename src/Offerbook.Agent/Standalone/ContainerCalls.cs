using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Standalone;

/// <summary>
/// Decides the calls about containers (API section 6): exact about what is answered when, see <see cref="ContainerReply"/>.
/// </summary>
internal sealed class ContainerCalls(AgentContext context, OperatorContainers containers, Func<ContainerId, ContainerSpec?> specOf)
{
    /// <summary>A container's record on disk bears its whole id, and file names have no more bytes.</summary>
    private const int MaxIdLength = 255;

    private const int SignalKill = 9;
    private const int LastSignal = 64;

    public void Take(ContainerCall call, ConnectionId connection)
    {
        switch (call)
        {
            case ContainerCall.Launch launch:
                Launch(launch, connection);
                break;
            case ContainerCall.Wait:
                Wait(call.Container, connection);
                break;
            case ContainerCall.Kill kill:
                Reply(connection, Kill(kill));
                break;
            case ContainerCall.Remove:
                Reply(connection, Remove(call.Container));
                break;
        }
    }

    private void Launch(ContainerCall.Launch launch, ConnectionId connection)
    {
        var id = launch.Container;
        if (containers.Owns(id) || specOf(id) is not null)
        {
            Reply(connection, new ContainerReply.AlreadyLaunched());
            return;
        }
        var parent = id.Parent is { } within ? specOf(within) : null;
        if (Obstacle(launch, parent) is { } why)
        {
            Reply(connection, new ContainerReply.Refused(ContainerRefusal.CannotLaunch, why));
            return;
        }
        var launched = Describe(launch, parent);
        containers.Launch(launched, launch.IsSession ? SessionSpec(launched, parent!) : null, connection);
    }

    private string? Obstacle(ContainerCall.Launch launch, ContainerSpec? parent)
    {
        var id = launch.Container;
        if (id.Value.Length > MaxIdLength)
        {
            return $"The id of a container together with those it lies in may have at most {MaxIdLength} characters, not {id.Value.Length}";
        }
        if (!OperatorContainerSpecs.IsSupported(launch.Info, launch.Container.IsNested))
        {
            return "The provided ContainerInfo is not supported";
        }
        if (IsInEngine(id) && OperatorContainerSpecs.ObstacleInEngine(launch.Info) is { } foreign)
        {
            return foreign;
        }
        if (ProcessSettingsReader.Problems(launch.Info).FirstOrDefault() is { } problem)
        {
            return problem;
        }
        if (id.Parent is { } within)
        {
            if (parent is null)
            {
                return $"Parent container {within} does not exist";
            }
            if (containers.Find(within) is { Doomed: true })
            {
                return $"Parent container {within} is in 'DESTROYING' state";
            }
        }
        if (!launch.Command.HasValue && !launch.IsSession)
        {
            return "A container without an image needs a command";
        }
        return containers.Live >= context.Settings.MaxOperatorContainers
            ? $"This agent runs {containers.Live} containers of operators already, which is as many as it takes; end some of them"
            : null;
    }

    private OperatorContainerLaunched Describe(ContainerCall.Launch launch, ContainerSpec? parent)
    {
        var launched = new OperatorContainerLaunched
        {
            ContainerId = launch.Container.Value,
            Command = launch.Command,
            Container = launch.Info,
            LaunchedNanoseconds = context.Now.UnixNanoseconds,
        };
        launched.Resources.Add(launch.Resources);
        foreach (var (name, value) in launch.Limits)
        {
            launched.Limits[name] = new Value.Types.Scalar { Value = value };
        }
        if (IsInEngine(launch.Container))
        {
            launched.InEngine = true;
            // Users of a host mean nothing in an image: unless one is named it is the container's.
            if (launch.Command is { HasUser: true, User: { Length: > 0 } named })
            {
                launched.User = named;
            }
        }
        else if (context.Settings.SwitchUser && (launch.Command.HasUser ? launch.Command.User : parent?.User) is { Length: > 0 } user)
        {
            launched.User = user;
        }
        if (parent is { Sandbox: { IsAlone: false } sandbox })
        {
            launched.AgentId = sandbox.Agent.ToProto();
            launched.FrameworkId = sandbox.Framework.ToProto();
            launched.ExecutorId = sandbox.Executor.ToProto();
        }
        return launched;
    }

    /// <summary>
    /// Whether a Docker engine runs the nearest container around it that is not an operator's. One further out may be the engine's where
    /// this one is not: the holder of a pod.
    /// </summary>
    private bool IsInEngine(ContainerId container)
    {
        var around = container.Parent;
        while (around is { } parent && containers.Owns(parent))
        {
            around = parent.Parent;
        }
        return around is { } nearest && specOf(nearest) is { Docker: not null };
    }

    /// <summary>
    /// A session sees what the container that it looks into sees: its variables, and its sandbox as the working directory.
    /// </summary>
    private static ContainerSpec SessionSpec(OperatorContainerLaunched launched, ContainerSpec parent) =>
        OperatorContainerSpecs.Of(new OperatorContainer(launched), parent.Environment, isSession: true);

    private void Wait(ContainerId id, ConnectionId connection)
    {
        if (containers.Find(id) is { Ended: { } ended })
        {
            Reply(connection, new ContainerReply.Ended(ended));
        }
        else if (containers.Owns(id) || specOf(id) is not null)
        {
            containers.Waiters.Add(id, connection);
        }
        else
        {
            Reply(connection, new ContainerReply.Refused(ContainerRefusal.NotFound, $"Container {id} cannot be found"));
        }
    }

    private ContainerReply Kill(ContainerCall.Kill kill)
    {
        if (kill.Signal is < 1 or > LastSignal)
        {
            return new ContainerReply.Refused(ContainerRefusal.WrongState, "Unable to send signal to container: Invalid argument");
        }
        if (containers.Find(kill.Container) is { Ended: null } own)
        {
            if (kill.Signal == SignalKill)
            {
                containers.Kill(own);
            }
            else
            {
                context.Do(new SendSignal(own.Id, kill.Signal));
            }
            return new ContainerReply.Done();
        }
        if (specOf(kill.Container) is not null)
        {
            context.Do(kill.Signal == SignalKill
                ? new SignalContainer(kill.Container, ContainerSignal.Kill)
                : new SendSignal(kill.Container, kill.Signal));
            return new ContainerReply.Done();
        }
        return new ContainerReply.Refused(ContainerRefusal.NotFound,
            $"Container '{kill.Container}' cannot be found (or is already killed)");
    }

    private ContainerReply Remove(ContainerId id)
    {
        var live = containers.Find(id) is { } known ? known.Ended is null : specOf(id) is not null;
        if (live || containers.Within(id).Any(within => within.Ended is null))
        {
            return new ContainerReply.Refused(ContainerRefusal.WrongState,
                $"{(id.IsNested ? "Nested container" : "Container")} has not terminated yet");
        }
        if (containers.Find(id) is { } ended)
        {
            containers.Forget([.. containers.Within(id), ended], withSandboxes: true);
            return new ContainerReply.Done();
        }
        return id.IsNested && (containers.Owns(id.Root) || specOf(id.Root) is not null)
            ? new ContainerReply.Done()
            : new ContainerReply.Refused(ContainerRefusal.WrongState, "Unknown root container");
    }

    private void Reply(ConnectionId connection, ContainerReply reply) => context.Do(new ReplyContainerCall(connection, reply));
}
