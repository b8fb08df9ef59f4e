using Offerbook.Cluster.Tests.Harness;
using V1 = Mesos.V1;

namespace Offerbook.Cluster.Tests.Chaos;

/// <summary>All launches of a run, drawn from its seed, and what tasks need to know of the run.</summary>
internal sealed class ChaosPlan
{
    private readonly List<ChaosTask> _tasks = [];

    public ChaosPlan(ChaosOptions options, string directory)
    {
        Random = new Random(options.Seed);
        Run = Path.GetFileName(directory);
        Marks = Directory.CreateDirectory(Path.Combine(directory, "marks")).FullName;
        Payload = Path.Combine(directory, "payload");
        File.WriteAllText(Payload, "end fetched\n");
        Launches = Draw(options.Tasks);
    }

    public Random Random { get; }

    /// <summary>Marks every process of the run.</summary>
    public string Run { get; }

    public string Marks { get; }

    /// <summary>A file for tasks to fetch.</summary>
    public string Payload { get; }

    public IReadOnlyList<ChaosLaunch> Launches { get; }

    public IReadOnlyList<ChaosTask> Tasks => _tasks;

    /// <summary>A task that runs a line of shell, with what all tasks have.</summary>
    public ChaosTask Task(ChaosKind kind, string id, string line, TimeSpan? killAfter = null, bool killedAtLaunch = false,
        Action<V1.TaskInfo>? change = null)
    {
        var info = new V1.TaskInfo { Name = id, TaskId = new V1.TaskID { Value = id }, Resources = { Resources(0.1, 32) } };
        info.Command = new V1.CommandInfo { Value = line, Environment = Environment(id) };
        change?.Invoke(info);
        var task = new ChaosTask(id, kind, MarksOf(id)) { Info = info, KillAfter = killAfter, KilledAtLaunch = killedAtLaunch };
        _tasks.Add(task);
        return task;
    }

    public ChaosLaunch Single(ChaosKind kind, string id, string line, TimeSpan? killAfter = null, bool killedAtLaunch = false,
        Action<V1.TaskInfo>? change = null) =>
        new((ChaosTask[])[Task(kind, id, line, killAfter, killedAtLaunch, change)]);

    public string MarksOf(string id) => Path.Combine(Marks, id);

    /// <param name="marks">Where to write marks; by default the task's own file.</param>
    public V1.Environment Environment(string id, string? marks = null)
    {
        var environment = new V1.Environment();
        foreach (var (name, value) in new[]
            { (MarkedProcesses.RunVariable, Run), (MarkedProcesses.TaskVariable, id), ("CHAOS_MARKS", marks ?? MarksOf(id)) })
        {
            environment.Variables.Add(new V1.Environment.Types.Variable { Name = name, Value = value });
        }
        return environment;
    }

    public static IEnumerable<V1.Resource> Resources(double cpus, double memory) =>
        new[] { ("cpus", cpus), ("mem", memory) }.Select(amount => new V1.Resource
        {
            Name = amount.Item1, Type = V1.Value.Types.Type.Scalar, Scalar = new V1.Value.Types.Scalar { Value = amount.Item2 },
        });

    public TimeSpan Between(double least, double most) => TimeSpan.FromSeconds(least + (Random.NextDouble() * (most - least)));

    /// <summary>As many of each kind, in any order.</summary>
    private ChaosLaunch[] Draw(int tasks)
    {
        var launches = new List<ChaosLaunch>();
        for (var i = 0; _tasks.Count < tasks; i++)
        {
            var kind = ChaosKinds.All[i % ChaosKinds.All.Count];
            launches.Add(kind.Plan(this, $"{kind.Name}-{i / ChaosKinds.All.Count}"));
        }
        var drawn = launches.ToArray();
        Random.Shuffle(drawn);
        return drawn;
    }
}
