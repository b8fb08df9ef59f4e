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

    /// <summary>The same tasks as a group under an executor of its own.</summary>
    /// <returns>Null when the offer holds too little for the executor.</returns>
    public static Offer.Types.Operation? Group(Offer offer, IReadOnlyList<TaskInfo> tasks, string executor)
    {
        var cpus = Take(offer, "cpus", 0.1);
        var mem = cpus is null ? null : Take(offer, "mem", 32);
        if (cpus is null || mem is null)
        {
            return null;
        }
        var info = new ExecutorInfo
        {
            Type = ExecutorInfo.Types.Type.Default, ExecutorId = new ExecutorID { Value = executor }, FrameworkId = offer.FrameworkId, Resources = { cpus, mem },
        };
        return new Offer.Types.Operation
        {
            Type = Offer.Types.Operation.Types.Type.LaunchGroup, LaunchGroup = new() { Executor = info, TaskGroup = new() { Tasks = { tasks } } },
        };
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
