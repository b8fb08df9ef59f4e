using Offerbook.Agent;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Reasons;
using Offerbook.Apps.Specs;
using Offerbook.Master;
using Offerbook.Simulator.Cluster;

namespace Offerbook.Simulator.Checks;

/// <summary>Whether the cluster has come to rest: every app has its instances, running and healthy, and nothing else runs.</summary>
public sealed class Convergence(SimCluster cluster)
{
    public string? WhyNot()
    {
        foreach (var process in cluster.Processes)
        {
            if (!process.IsUp)
            {
                return process.Name + " is down";
            }
        }
        if ((cluster.Masters.WhyNotLed(cluster.Coordinator) ?? cluster.AppsRole.WhyNotLed(cluster.Coordinator)
            ?? cluster.BatchRole.WhyNotLed(cluster.Coordinator)) is { } leaderless)
        {
            return leaderless;
        }
        if (cluster.AppsCore!.State.Deployments is [var deployment, ..])
        {
            return Describe(deployment);
        }
        // A kill that was lost on its way is repeated after a while: until then the cluster only looks as if it were at rest.
        foreach (var instance in cluster.AppsCore.State.Instances.All)
        {
            if (instance.MustDie)
            {
                return $"{instance.Task} is to be killed";
            }
        }
        var running = 0;
        foreach (var app in cluster.AppsCore.HealthyCounts())
        {
            if (cluster.AppsCore.State.Root.FindApp(PathId.Parse(app.App)) is { RunOnce: true } once)
            {
                var done = cluster.AppsCore.State.Instances.Of(once.Id).Count(instance => instance.IsCompleted);
                if (done != once.Instances)
                {
                    return $"{app.App} wants {once.Instances} instances to end well, and {done} have";
                }
                continue;
            }
            if (app.Running != app.Instances || app.Healthy != app.Instances)
            {
                return $"{app.App} wants {app.Instances} instances, {app.Running} run, {app.Healthy} are healthy";
            }
            running += app.Instances * (cluster.AppsCore.State.Root.FindPod(PathId.Parse(app.App)) is { } pod
                ? pod.Containers.Count + 1 : 1);
        }
        if (cluster.Machines.Select(WhyUnlike).FirstOrDefault(why => why is not null) is { } unlike)
        {
            return unlike;
        }
        var containers = cluster.Machines.Sum(machine => machine.Containers.All.Count(container => container.Exit is null));
        return containers == running ? null : $"{running} tasks are wanted and {containers} containers run";
    }

    /// <summary>What an agent has, and what the master believes that it has; nothing is under way between them.</summary>
    private string? WhyUnlike(SimMachine machine)
    {
        var agent = ((AgentCore)machine.Agent.Core!).View();
        var known = ((MasterCore)cluster.Master.Core!).View(cluster.Master.Clock.Now).Agents.FirstOrDefault(known => known.Id == agent.Id);
        return known is null ? $"{machine.Name} is not registered"
            : known.Total != agent.Total ? $"{machine.Name} has {agent.Total}, and the master counts on {known.Total}"
            : agent.Frameworks.SelectMany(framework => framework.Tasks).FirstOrDefault(task => task.ContainerEnded) is { } ended
                ? $"{machine.Name} waits for the acknowledgement of how {ended.Task.TaskId.Value} ended"
            : agent.Operations.Count > 0 ? $"{machine.Name} waits with {agent.Operations.Count} operations for their acknowledgements"
            : null;
    }

    private string Describe(Deployment deployment)
    {
        var actions = deployment.CurrentActions.Select(action =>
            $"{action.Name} {action.App.Id} to {action.App.Instances} with {action.App.UpgradeStrategy}");
        var instances = cluster.AppsCore!.State.Instances.All.Where(instance => deployment.Locks(instance.App))
            .Select(instance => $"{instance.Task} {instance.Goal} {instance.Condition} of {instance.Version}"
                + (instance.Reservation is { } held ? $" on {held.Location.Host}{(held.IsUsed ? "" : ", unused")}" : ""));
        var waits = DeploymentWaits.Write(cluster.AppsPort.View, deployment, Timestamp.From(cluster.Apps.Clock.Now.Wall));
        return $"deployment {deployment.Id} is at step {deployment.CurrentStep}: {string.Join(", ", actions)}; "
            + $"{string.Join(", ", instances)}; says that it waits for {waits.ToString(Newtonsoft.Json.Formatting.None)}";
    }
}
