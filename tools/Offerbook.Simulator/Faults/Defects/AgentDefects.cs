using Google.Protobuf;
using Offerbook.Actors;
using Offerbook.Agent;
using Offerbook.Agent.Containers;
using CallType = Offerbook.Wire.AgentProtocol.Call.Types.Type;

namespace Offerbook.Simulator.Faults.Defects;

/// <summary>The ways for an agent to be wrong; see <see cref="Mutation"/> for what each stands for.</summary>
internal static class AgentDefects
{
    /// <summary>To be asked once for each machine: a defect may go on over the lives of its agent.</summary>
    public static Func<ICore<AgentMessage>, ICore<AgentMessage>>? Of(Mutation mutation)
    {
        switch (mutation)
        {
            case Mutation.RestartRecoveredTasks:
                var launched = new SortedDictionary<string, ContainerSpec>(StringComparer.Ordinal);
                return core => new RestartsRecovered(core, launched);
            case Mutation.ForgetUpdates:
                return core => new ForgetsUpdates(core);
            case Mutation.SendUpdatesOnce:
                return core => new SendsUpdatesOnce(core);
            case Mutation.AdoptNothing:
                return core => new AdoptsNothing(core);
            case Mutation.HalveGroups:
                return core => new HalvesGroups(core);
            case Mutation.SpareGroups:
                return core => new SparesGroups(core);
            case Mutation.ShareVolumes:
                return core => new SharesVolumes(core);
            case Mutation.EndTooSoon:
                return core => new EndsTooSoon(core);
            case Mutation.LeaveEndsToTheKernel:
                return core => new LeavesEndsToTheKernel(core);
            default:
                return null;
        }
    }

    /// <summary>Every update may be lost with the machine.</summary>
    private sealed class LeavesEndsToTheKernel(ICore<AgentMessage> core) : CoreDefect<AgentMessage>(core)
    {
        protected override void Say(IEffect effect, Effects effects) =>
            effects.Add(effect is Persist { Event: { Manifest: "UpdateQueued/1" } update } persist
                ? persist with { Event = update with { DiesWithMachine = true } }
                : effect);
    }

    /// <summary>A task with volumes that is told to end has ended, as far as this agent is concerned.</summary>
    private sealed class EndsTooSoon(ICore<AgentMessage> core) : CoreDefect<AgentMessage>(core)
    {
        private readonly HashSet<string> _withVolumes = [];
        private readonly HashSet<string> _told = [];

        protected override AgentMessage? Hear(AgentMessage message, Effects effects) =>
            message is AgentMessage.ContainerExited { Exit: not ContainerExit.Vanished } exited && _told.Remove(exited.Container.Value)
                ? null : message;

        protected override void Say(IEffect effect, Effects effects)
        {
            effects.Add(effect);
            if (effect is LaunchContainer { Spec: { Volumes.Count: > 0 } spec })
            {
                _withVolumes.Add(spec.Container.Value);
            }
            if (effect is SignalContainer signal && _withVolumes.Remove(signal.Container.Value))
            {
                _told.Add(signal.Container.Value);
                effects.Add(
                    new StartTimer(signal.Container, TimeSpan.Zero,
                        new AgentMessage.ContainerExited(signal.Container, new ContainerExit.Vanished("it was told to end"))));
            }
        }
    }

    /// <summary>A task with volumes gets those of one that runs, if there is any.</summary>
    private sealed class SharesVolumes(ICore<AgentMessage> core) : CoreDefect<AgentMessage>(core)
    {
        private readonly SortedDictionary<string, IReadOnlyList<ContainerVolume>> _running = new(StringComparer.Ordinal);

        protected override AgentMessage Hear(AgentMessage message, Effects effects)
        {
            if (message is AgentMessage.ContainerExited exited)
            {
                _running.Remove(exited.Container.Value);
            }
            return message;
        }

        protected override void Say(IEffect effect, Effects effects)
        {
            if (effect is LaunchContainer { Spec: { Task: not null } spec }
                && spec.Volumes.Any(volume => volume.Source is VolumeSource.Persistent))
            {
                var shared = _running.Values.FirstOrDefault(volumes => volumes.Count == spec.Volumes.Count) ?? spec.Volumes;
                _running[spec.Container.Value] = spec.Volumes;
                effect = new LaunchContainer(spec with { Volumes = shared });
            }
            effects.Add(effect);
        }
    }

    /// <summary>A task that ended while its agent was down is started once more, in another container.</summary>
    private sealed class RestartsRecovered(ICore<AgentMessage> core,
        SortedDictionary<string, ContainerSpec> launched) : CoreDefect<AgentMessage>(core)
    {
        private readonly HashSet<string> _ofThisLife = [];

        protected override AgentMessage? Hear(AgentMessage message, Effects effects)
        {
            if (message is AgentMessage.ContainerExited exited && _ofThisLife.Add(exited.Container.Value)
                && launched.Remove(exited.Container.Value, out var spec))
            {
                effects.Add(new LaunchContainer(spec with { Container = new ContainerId(spec.Container.Value + "-again") }));
            }
            return message;
        }

        protected override void Say(IEffect effect, Effects effects)
        {
            if (effect is LaunchContainer launch)
            {
                launched[launch.Spec.Container.Value] = launch.Spec;
                _ofThisLife.Add(launch.Spec.Container.Value);
            }
            effects.Add(effect);
        }
    }

    /// <summary>An update is sent, and not written down: a restart forgets that it is not acknowledged.</summary>
    private sealed class ForgetsUpdates(ICore<AgentMessage> core) : CoreDefect<AgentMessage>(core)
    {
        protected override void Say(IEffect effect, Effects effects)
        {
            if (effect is not Persist { Event.Manifest: "UpdateQueued/1" })
            {
                effects.Add(effect);
            }
        }
    }

    /// <summary>What was sent and not acknowledged is not sent again.</summary>
    private sealed class SendsUpdatesOnce(ICore<AgentMessage> core) : CoreDefect<AgentMessage>(core)
    {
        private readonly HashSet<ByteString> _sent = [];

        protected override void Say(IEffect effect, Effects effects)
        {
            if (effect is not CallMaster { Call: { Type: CallType.Update } call } || _sent.Add(call.Update.Status.Uuid))
            {
                effects.Add(effect);
            }
        }
    }

    /// <summary>What runs is not found after a restart.</summary>
    private sealed class AdoptsNothing(ICore<AgentMessage> core) : CoreDefect<AgentMessage>(core)
    {
        private readonly HashSet<string> _launched = [];

        protected override AgentMessage Hear(AgentMessage message, Effects effects) =>
            message is AgentMessage.ContainerStarted started && !_launched.Contains(started.Container.Value)
                ? new AgentMessage.ContainerNeverStarted(started.Container)
                : message;

        protected override void Say(IEffect effect, Effects effects)
        {
            if (effect is LaunchContainer launch)
            {
                _launched.Add(launch.Spec.Container.Value);
            }
            effects.Add(effect);
        }
    }

    /// <summary>Of tasks that are started together in one pod, only the first is.</summary>
    private sealed class HalvesGroups(ICore<AgentMessage> core) : CoreDefect<AgentMessage>(core)
    {
        private ContainerId? _last;

        protected override AgentMessage Hear(AgentMessage message, Effects effects)
        {
            _last = null;
            return message;
        }

        protected override void Say(IEffect effect, Effects effects)
        {
            var pod = effect is LaunchContainer { Spec: { Task: not null, Container.Parent: { } parent } } ? parent : (ContainerId?)null;
            if (pod is null || pod != _last)
            {
                effects.Add(effect);
            }
            _last = pod ?? _last;
        }
    }

    /// <summary>No task of a pod seems to fail, so the others of its group go on.</summary>
    private sealed class SparesGroups(ICore<AgentMessage> core) : CoreDefect<AgentMessage>(core)
    {
        protected override AgentMessage Hear(AgentMessage message, Effects effects) =>
            message is AgentMessage.ContainerExited { Container.IsNested: true } exited
                ? exited with { Exit = new ContainerExit.Exited(0) } : message;
    }
}
