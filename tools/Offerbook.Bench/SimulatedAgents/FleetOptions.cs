using System.Globalization;
using System.Net;

namespace Offerbook.Bench.SimulatedAgents;

/// <summary>What a fleet of simulated agents is and does.</summary>
/// <param name="Masters">Where masters listen; the next is tried when one does not take an agent.</param>
/// <param name="Agents">How many.</param>
/// <param name="Tasks">Tasks that each agent runs from the beginning, as after a restart of the master.</param>
/// <param name="Frameworks">Frameworks to whom these tasks belong, in turns.</param>
/// <param name="Concurrency">Agents that register at the same time: a fleet does not come as one, because agents wait at random.</param>
/// <param name="TaskTime">How long a launched task runs.</param>
/// <param name="Lanes">Connections over which the agents' calls go; an agent keeps to one.</param>
internal sealed record FleetOptions(
    IReadOnlyList<IPEndPoint> Masters, int Agents, int Tasks, int Frameworks, int Concurrency, TimeSpan TaskTime, int Lanes,
    string Resources)
{
    public FleetOptions(IPEndPoint master, int agents, int tasks, int frameworks, int concurrency, TimeSpan taskTime, int lanes,
        string resources)
        : this([master], agents, tasks, frameworks, concurrency, taskTime, lanes, resources)
    {
    }

    /// <summary>
    /// One pair of addresses has 28,232 ports, and a broken connection keeps its port for a minute: room for some restarts.
    /// </summary>
    public const int AgentsPerAddress = 4_000;

    /// <summary>Tasks run until they are killed; as an argument, the largest number of milliseconds.</summary>
    public static TimeSpan Endless => TimeSpan.MaxValue;

    /// <exception cref="Harness.BenchUsageException">The options are wrong.</exception>
    public static FleetOptions Parse(IReadOnlyList<string> args)
    {
        var given = new Dictionary<string, string>
        {
            ["master"] = "127.0.0.1:5050", ["agents"] = "100", ["tasks"] = "0", ["frameworks"] = "5", ["concurrency"] = "1000",
            ["task-ms"] = "0",
            ["lanes"] = "64", ["resources"] = "cpus:16;mem:65536;disk:1000000;ports:31000-32000",
        };
        for (var i = 0; i < args.Count; i += 2)
        {
            var name = args[i].TrimStart('-');
            if (!given.ContainsKey(name) || i + 1 == args.Count)
            {
                throw new Harness.BenchUsageException(
                    $"simulated-agents takes pairs of {string.Join(", ", given.Keys.Select(key => "--" + key))} and a value, "
                    + $"not '{args[i]}'.");
            }
            given[name] = args[i + 1];
        }
        int Number(string name) => int.TryParse(given[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new Harness.BenchUsageException($"--{name} must be a whole number, but is '{given[name]}'.");
        var masters = new List<IPEndPoint>();
        foreach (var text in given["master"].Split(','))
        {
            masters.Add(IPEndPoint.TryParse(text, out var master) && master.Port != 0
                ? master
                : throw new Harness.BenchUsageException(
                    $"--master must be ip:port, or several with commas between, but is '{given["master"]}'."));
        }
        return new FleetOptions(masters, Number("agents"), Number("tasks"), Math.Max(1, Number("frameworks")),
            Math.Max(1, Number("concurrency")),
            Number("task-ms") is < int.MaxValue and var taskMs
                ? TimeSpan.FromMilliseconds(taskMs) : Endless, Math.Max(1, Number("lanes")), given["resources"]);
    }

    /// <summary>The arguments that give these options again.</summary>
    public IEnumerable<string> ToArguments() =>
    [
        "--master", string.Join(',', Masters), "--agents", $"{Agents}", "--tasks", $"{Tasks}", "--frameworks", $"{Frameworks}",
        "--concurrency", $"{Concurrency}",
        "--task-ms", $"{(TaskTime == Endless ? int.MaxValue : (int)TaskTime.TotalMilliseconds)}", "--lanes", $"{Lanes}", "--resources",
        Resources,
    ];
}
