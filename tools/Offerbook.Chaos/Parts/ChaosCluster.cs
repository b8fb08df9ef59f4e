using Offerbook.Chaos.Hosts;
using Offerbook.Chaos.Observation;
using Offerbook.Chaos.Running;

namespace Offerbook.Chaos.Parts;

/// <summary>A whole cluster of real programs, each part on a machine of its own, and one machine more for the clients.</summary>
public sealed class ChaosCluster : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(120);

    private readonly Site _site;
    private readonly List<Part> _parts = [];

    private ChaosCluster(Site site, Layout layout, RunClock clock, Machine client) =>
        (_site, Layout, Clock, Client, Sockets) = (site, layout, clock, client, new MachineSockets(client));

    public Layout Layout { get; }

    public RunClock Clock { get; }

    public Machine Client { get; }

    /// <summary>Of the clients' machine.</summary>
    public MachineSockets Sockets { get; }

    public string Directory => _site.Directory;

    /// <summary>Where tasks write down their starts and ends.</summary>
    public string Marks => Path.Combine(_site.Directory, "marks");

    public IReadOnlyList<Part> Parts => _parts;

    public IReadOnlyList<Part> Masters => Of(Role.Master);

    public IReadOnlyList<Part> Apps => Of(Role.Apps);

    public IReadOnlyList<Part> Batches => Of(Role.Batch);

    public IReadOnlyList<Part> Agents => Of(Role.Agent);

    public IReadOnlyList<Part> Engines => Of(Role.Engine);

    public IReadOnlyList<Part> ZooKeepers => Of(Role.ZooKeeper);

    public Part? Database => Of(Role.Database).SingleOrDefault();

    /// <summary>Parts that ended by themselves.</summary>
    public IReadOnlyList<PartEnd> Ends
    {
        get
        {
            lock (_ends)
            {
                return [.. _ends];
            }
        }
    }

    private readonly List<PartEnd> _ends = [];

    /// <summary>Another build of the program, if there is one.</summary>
    public string? Other { get; private init; }

    /// <param name="program">The built <c>offerbook</c>.</param>
    /// <param name="other">Another build of it; null: none.</param>
    /// <exception cref="HostException">Something is missing, or did not come up.</exception>
    public static async Task<ChaosCluster> StartAsync(string program, string? other, Layout layout, RunClock clock)
    {
        if (!File.Exists(program))
        {
            throw new HostException($"there is no program {program}; build it, and name it with --program");
        }
        var site = await Site.CreateAsync();
        ChaosCluster? cluster = null;
        try
        {
            await Preloads.PrepareAsync(site);
            cluster = new ChaosCluster(site, layout, clock, await site.AddAsync("client")) { Other = other };
            await File.WriteAllTextAsync(cluster.Marks, "");
            File.SetUnixFileMode(cluster.Marks, (UnixFileMode)0b110_110_110);
            await cluster.BuildAsync(program);
            await cluster.AwaitServiceAsync();
            return cluster;
        }
        catch
        {
            await (cluster?.DisposeAsync() ?? site.DisposeAsync());
            throw;
        }
    }

    public IReadOnlyList<Part> Of(Role role) => [.. _parts.Where(part => part.Role == role)];

    /// <summary>The file system of its own that a part writes to; null when it has none.</summary>
    public static string? DiskOf(Part part) =>
        part.Role is Role.Database or Role.Agent ? Path.Combine(part.Machine.Directory, "disk") : null;

    /// <summary>Processes on the agents' machines that are not the agents: tasks, and what keeps them.</summary>
    public async Task<IReadOnlyList<int>> StrayProcessesAsync()
    {
        var found = new List<int>();
        foreach (var agent in Agents)
        {
            found.AddRange((await Site.ProcessesAsync(agent.Machine.Space))
                .Where(process => process != agent.Process && ProcessLook.Of(process) is not { IsOfEngine: true }));
        }
        return found;
    }

    public async Task<IReadOnlyList<string>> ContainersLeftAsync() =>
        [.. (await Task.WhenAll(Engines.Select(engine => EnginePlan.ContainersAsync(engine.Machine))))
            .SelectMany(containers => containers)];

    public static IReadOnlyList<string> ControlGroupsLeft() => [.. ControlGroups.Of(Environment.ProcessId).Where(IsInner)];

    public async ValueTask DisposeAsync()
    {
        foreach (var part in _parts)
        {
            await part.DisposeAsync();
        }
        Sockets.Dispose();
        await _site.DisposeAsync();
    }

    /// <summary>An agent keeps the root that it was given; what is below belongs to containers.</summary>
    private static bool IsInner(string group) => !Path.GetFileName(group).StartsWith(Site.Prefix, StringComparison.Ordinal)
        && !Path.GetFileName(Path.GetDirectoryName(group)!).EndsWith(EnginePlan.Groups, StringComparison.Ordinal);

    private async Task BuildAsync(string program)
    {
        var machines = new Dictionary<string, Machine>(StringComparer.Ordinal);
        async Task<List<Machine>> AddAsync(string kind, int count)
        {
            var made = new List<Machine>();
            for (var i = 1; i <= count; i++)
            {
                made.Add(machines[$"{kind}{i}"] = await _site.AddAsync($"{kind}{i}"));
            }
            return made;
        }
        var zooKeepers = await AddAsync("zk", Layout.ZooKeepers);
        var databases = await AddAsync("database", Layout.HasDatabase ? 1 : 0);
        var masters = await AddAsync("master", Layout.Masters);
        var agents = await AddAsync("agent", Layout.Agents);
        var apps = await AddAsync("apps", Layout.Apps);
        var batches = await AddAsync("batch", Layout.Batches);
        var plan = new PartPlan(program, _site, Layout) { Machines = machines };

        foreach (var machine in zooKeepers)
        {
            await LaunchAsync(Role.ZooKeeper, machine, PartPlan.ZooKeeperPort, ZooKeeperPlan.Server(machine, zooKeepers));
        }
        foreach (var machine in databases)
        {
            await LaunchAsync(Role.Database, machine, PartPlan.DatabasePort, await DatabasePlan.PrepareAsync(_site, machine));
            await DatabasePlan.CreateDatabasesAsync(machine);
        }
        foreach (var machine in masters)
        {
            await LaunchAsync(Role.Master, machine, PartPlan.MasterPort, plan.Master(machine));
        }
        foreach (var machine in agents)
        {
            // A sandbox holds a few lines, a container's record a few kilobytes.
            if (Layout.HasEngines)
            {
                await LaunchAsync(Role.Engine, machine, 0, EnginePlan.Engine(machine, keeps: machine == agents[0]));
                await EnginePlan.PrepareAsync(machine);
            }
            var disk = await SmallDisk.MountAsync(Path.Combine(machine.Directory, "disk"), "128m");
            await LaunchAsync(Role.Agent, machine, PartPlan.AgentPort, plan.Agent(machine, Path.Combine(disk, "work")));
        }
        foreach (var machine in apps)
        {
            await LaunchAsync(Role.Apps, machine, PartPlan.AppsPort, plan.Apps(machine));
        }
        foreach (var machine in batches)
        {
            await LaunchAsync(Role.Batch, machine, PartPlan.BatchPort, plan.Batch(machine));
        }
    }

    private Task LaunchAsync(Role role, Machine machine, int port, ChildStart start)
    {
        var part = new Part(role == Role.Engine ? machine.Name + "-engine" : machine.Name, role, machine, port, start, Clock, Tell);
        _parts.Add(part);
        return part.StartAsync();
    }

    private void Tell(PartEnd end)
    {
        lock (_ends)
        {
            _ends.Add(end);
        }
    }

    private static string LastLines(string text) => string.Join('\n', text.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(8));

    private async Task AwaitServiceAsync()
    {
        using var leaders = new Leaders(this);
        // What ends at its start, ends again.
        var serves = false;
        await Polling.HoldsAsync(async () => (serves = await ServesAsync(leaders)) || Ends.Count > 2 * _parts.Count, StartPatience);
        if (!serves)
        {
            throw new HostException($"the cluster did not come up:\n" + string.Join('\n', _parts.Select(part =>
                $"--- {part.Name} ({(part.IsRunning ? "runs" : "ended")})\n{LastLines(part.Tail())}")));
        }
    }

    private async Task<bool> ServesAsync(Leaders leaders) =>
        await leaders.AppsAsync() is not null && await leaders.BatchAsync() is not null
        && await leaders.ActiveAgentsAsync() >= Layout.Agents;
}
