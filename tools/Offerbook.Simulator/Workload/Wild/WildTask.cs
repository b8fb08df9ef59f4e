using System.Globalization;
using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulator.Workload.Wild;

/// <summary>Draws tasks that fit into what is left of an offer.</summary>
internal static class WildTask
{
    /// <returns>Null when the offer holds too little. What the task takes is taken out of <paramref name="offer"/>.</returns>
    public static TaskInfo? Draw(SeededRandom random, Offer offer, string id)
    {
        var cpus = Take(offer, "cpus", 0.1);
        var mem = cpus is null ? null : Take(offer, "mem", 32);
        if (cpus is null || mem is null)
        {
            return null;
        }
        var life = random.Exponential(TimeSpan.FromSeconds(20)).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        var task = new TaskInfo
        {
            Name = "wild",
            TaskId = new TaskID { Value = id },
            AgentId = offer.AgentId.Clone(),
            Command = new CommandInfo { Value = $"sim life={life} exit={(random.Chance(0.2) ? 1 : 0)}{(random.Chance(0.1) ? " stubborn" : "")}" },
        };
        task.Resources.Add(cpus);
        task.Resources.Add(mem);
        return task;
    }

    /// <summary>The executor of a pod.</summary>
    /// <returns>Null when the offer holds too little for it.</returns>
    public static ExecutorInfo? Pod(Offer offer, string id)
    {
        var cpus = Take(offer, "cpus", 0.1);
        var mem = cpus is null ? null : Take(offer, "mem", 32);
        var disk = mem is null ? null : Take(offer, "disk", 1);
        return cpus is null || mem is null || disk is null ? null : new ExecutorInfo
        {
            Type = ExecutorInfo.Types.Type.Default, ExecutorId = new ExecutorID { Value = id }, FrameworkId = offer.FrameworkId,
            Resources = { cpus, mem, disk },
        };
    }

    /// <summary>The same tasks as a group of a pod. Now and then one of them has no disk, for which the group is refused.</summary>
    public static Offer.Types.Operation Group(ExecutorInfo pod, Offer offer, IReadOnlyList<TaskInfo> tasks)
    {
        foreach (var task in tasks)
        {
            if (Take(offer, "disk", 1) is { } disk)
            {
                task.Resources.Add(disk);
            }
        }
        return new Offer.Types.Operation
        {
            Type = Offer.Types.Operation.Types.Type.LaunchGroup,
            LaunchGroup = new() { Executor = pod, TaskGroup = new() { Tasks = { tasks } } },
        };
    }

    /// <summary>A custom executor that speaks the executor API.</summary>
    /// <returns>Null when the offer holds too little for it.</returns>
    public static ExecutorInfo? Executor(SeededRandom random, Offer offer, string id)
    {
        var cpus = Take(offer, "cpus", 0.1);
        var mem = cpus is null ? null : Take(offer, "mem", 32);
        var disk = mem is null ? null : Take(offer, "disk", 1);
        return cpus is null || mem is null || disk is null ? null : new ExecutorInfo
        {
            Type = ExecutorInfo.Types.Type.Custom,
            ExecutorId = new ExecutorID { Value = id },
            FrameworkId = offer.FrameworkId,
            Command = new CommandInfo { Value = "sim executor" + (random.Chance(0.1) ? " stubborn" : "") },
            Resources = { cpus, mem, disk },
        };
    }

    /// <summary>Makes tasks into tasks of an executor, which does what their command said.</summary>
    /// <param name="asGroup">In one group; else each for itself.</param>
    public static Offer.Types.Operation Under(ExecutorInfo executor, Offer offer, IReadOnlyList<TaskInfo> tasks, bool asGroup)
    {
        foreach (var task in tasks)
        {
            task.Data = Google.Protobuf.ByteString.CopyFromUtf8(task.Command!.Value);
            task.Command = null;
            task.Executor = executor;
            if (asGroup && Take(offer, "disk", 1) is { } disk)
            {
                task.Resources.Add(disk);
            }
        }
        return asGroup
            ? new Offer.Types.Operation
            {
                Type = Offer.Types.Operation.Types.Type.LaunchGroup,
                LaunchGroup = new() { Executor = executor, TaskGroup = new() { Tasks = { tasks } } },
            }
            : new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Launch, Launch = new() { TaskInfos = { tasks } } };
    }

    private static Resource? Take(Offer offer, string name, double amount)
    {
        foreach (var resource in offer.Resources)
        {
            if (resource.Name == name && resource.Scalar.Value >= amount)
            {
                resource.Scalar.Value = Math.Round(resource.Scalar.Value - amount, 3);
                var taken = resource.Clone();
                taken.Scalar.Value = amount;
                return taken;
            }
        }
        return null;
    }

    public static Resource Scalar(string name, double amount) =>
        new() { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = amount } };
}
