using Mesos.V1;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;
using Offerbook.Resources;
using MesosEnvironment = Mesos.V1.Environment;

namespace Offerbook.Apps.Pods;

/// <summary>
/// Makes the task group that a pod's instance becomes, once it is known that the offer has enough: the executor gets its share
/// first, then every container in the order of the definition, each from what is left.
/// </summary>
internal sealed class PodBuilder(MatchSettings settings)
{
    /// <param name="ports">One for each endpoint of the pod.</param>
    /// <param name="accept">The part of a bag that may be used.</param>
    /// <param name="volumes">Persistent volumes of the instance, which the executor is given.</param>
    public (LaunchOrder.Group Order, OfferRemainder Left) Build(OfferRemainder offer, LaunchCandidate candidate,
        IReadOnlyList<AssignedPort> ports,
        Func<ResourceBag, AcceptedResources> accept, ResourceBag? volumes = null)
    {
        var pod = (PodDefinition)candidate.Spec;
        var rest = volumes is { } own ? offer.Without(own) : offer;
        var executor = Take(ref rest, accept, pod.EffectiveExecutorResources.Cpus, pod.EffectiveExecutorResources.Mem,
            pod.EffectiveExecutorResources.Disk, 0, []);
        var group = new TaskGroupInfo();
        var first = 0;
        foreach (var container in pod.Containers)
        {
            var ownPorts = ports.Skip(first).Take(container.Endpoints.Count).ToList();
            first += container.Endpoints.Count;
            var used = Take(ref rest, accept, container.Resources.Cpus, container.Resources.Mem, container.Resources.Disk,
                container.Resources.Gpus, ownPorts);
            group.Tasks.Add(Task(offer, candidate, pod, container, ports, ownPorts, used));
        }
        return (new LaunchOrder.Group(Executor(offer, candidate, pod, ports, volumes is null ? executor : executor + volumes), group),
            rest);
    }

    private static ResourceBag Take(ref OfferRemainder rest, Func<ResourceBag, AcceptedResources> accept, Quantity cpus, Quantity mem,
        Quantity disk,
        int gpus, IReadOnlyList<AssignedPort> ports)
    {
        var accepted = accept(rest.Resources);
        var taken = ResourceBag.Of(
        [
            .. accepted.Take("cpus", cpus),
            .. accepted.Take("mem", mem),
            .. accepted.Take("disk", disk),
            .. accepted.Take("gpus", Quantity.Of(gpus)),
            .. PortAssignment.Entries(accepted, ports),
        ]);
        rest = rest.Without(taken);
        return taken;
    }

    private ExecutorInfo Executor(OfferRemainder offer, LaunchCandidate candidate, PodDefinition pod, IReadOnlyList<AssignedPort> ports,
        ResourceBag resources)
    {
        var executor = new ExecutorInfo
        {
            Type = ExecutorInfo.Types.Type.Default,
            ExecutorId = candidate.Instance.Executor.ToProto(),
            FrameworkId = offer.Offer.FrameworkId,
            Labels = TaskBuilder.Labels(pod.Labels),
            Container = PodContainerBuilder.OfExecutor(pod, ports, settings),
        };
        executor.Resources.Add(resources.ToProto(offer.Format));
        return executor;
    }

    private TaskInfo Task(OfferRemainder offer, LaunchCandidate candidate, PodDefinition pod, PodContainer container,
        IReadOnlyList<AssignedPort> all, IReadOnlyList<AssignedPort> own, ResourceBag used)
    {
        var task = new TaskInfo
        {
            Name = container.Name,
            TaskId = candidate.Instance.Task(candidate.Incarnation, container.Name).ToProto(),
            AgentId = offer.Offer.AgentId,
            Labels = TaskBuilder.Labels(container.Labels),
            Command = Command(offer, candidate, pod, container, all),
            Container = PodContainerBuilder.OfTask(pod, container),
            Discovery = PodContainerBuilder.Discovery(pod, container, own),
            HealthCheck = PodCheckBuilder.Build(container, own),
            Check = PodCheckBuilder.BuildCheck(container, own),
        };
        task.Resources.Add(used.ToProto(offer.Format));
        TaskBuilder.AddLimits(task, container.ResourceLimits);
        if (container.KillGracePeriodSeconds is { } seconds)
        {
            task.KillPolicy = new KillPolicy { GracePeriod = new DurationInfo { Nanoseconds = (long)(seconds * 1_000_000_000) } };
        }
        return task;
    }

    private CommandInfo Command(OfferRemainder offer, LaunchCandidate candidate, PodDefinition pod, PodContainer container,
        IReadOnlyList<AssignedPort> ports)
    {
        var command = new CommandInfo { Shell = false, Environment = new MesosEnvironment() };
        switch (container.Exec?.Command)
        {
            case PodCommand.Shell shell:
                command.Shell = true;
                command.Value = shell.Text;
                break;
            case PodCommand.Argv argv:
                command.Arguments.Add(argv.Arguments);
                if (container.Exec.OverrideEntrypoint ?? true)
                {
                    command.Value = argv.Arguments[0];
                }
                break;
        }
        if ((container.User ?? pod.User ?? settings.User) is { } user)
        {
            command.User = user;
        }
        command.Uris.Add(container.Artifacts.Select(TaskBuilder.Uri));
        command.Environment.Variables.Add(PodEnvironment.Of(candidate, pod, container, offer.Location.Host, ports)
            .Select(pair => TaskBuilder.Variable(pair.Key, pair.Value, pod)));
        return command;
    }
}
