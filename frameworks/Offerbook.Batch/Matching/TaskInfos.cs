using System.Globalization;
using Mesos.V1;
using Offerbook.Batch.Jobs;
using MesosEnvironment = Mesos.V1.Environment;

namespace Offerbook.Batch.Matching;

/// <summary>Makes the task that carries out a run's newest attempt.</summary>
public static class TaskInfos
{
    /// <summary>
    /// Besides what the agent sets, a task finds BATCH_JOB_ID, BATCH_RUN (0 to BATCH_COUNT − 1), BATCH_COUNT and BATCH_ATTEMPT
    /// (from 1) in its environment: enough to take its share of the work.
    /// </summary>
    public static TaskInfo Create(Job job, PlacedRun placed, AgentID agent)
    {
        var spec = job.Spec;
        var attempt = job.Find(placed.Number)!.Attempt;
        var task = new TaskInfo
        {
            Name = spec.Id,
            TaskId = new TaskName(spec.Id, job.Serial, placed.Number, attempt).ToTaskId().ToProto(),
            AgentId = agent.Clone(),
            Command = spec.Command is { } shell
                ? new CommandInfo { Shell = true, Value = shell }
                : new CommandInfo { Shell = false, Value = spec.Args[0], Arguments = { spec.Args } },
        };
        task.Resources.Add(placed.Resources);
        task.Command.Environment = new MesosEnvironment
        {
            Variables =
            {
                Variable("BATCH_JOB_ID", spec.Id),
                Variable("BATCH_RUN", Text(placed.Number)),
                Variable("BATCH_COUNT", Text(spec.Count)),
                Variable("BATCH_ATTEMPT", Text(attempt)),
            },
        };
        if (spec.Labels.Count > 0)
        {
            task.Labels = new Labels();
            task.Labels.Labels_.Add(spec.Labels.Select(label => new Label { Key = label.Key, Value = label.Value }));
        }
        return task;
    }

    private static MesosEnvironment.Types.Variable Variable(string name, string value) => new() { Name = name, Value = value };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
