using System.Globalization;
using Offerbook.Chaos.Hosts;
using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Faults;

/// <summary>Networks that come apart, in one direction or both, and networks that lose packets.</summary>
internal static class NetworkFaults
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(20);

    /// <summary>With cutting and healing past a session, but too short for an agent to be given up: nothing is excused.</summary>
    private static readonly TimeSpan Short = Timing.Session + TimeSpan.FromSeconds(1);

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("random-halves", [7, 9, 11], Hold, _ => true, setting => HalvesAsync(setting, isOneWay: false)),
        new("random-halves-short", [7, 8], Short, _ => true, setting => HalvesAsync(setting, isOneWay: false)),
        new("random-halves-one-way", [7, 9, 11], Hold, _ => true, setting => HalvesAsync(setting, isOneWay: true)),
        new("master-isolated", [1, 7], Hold, _ => true, async setting =>
        {
            var master = await setting.MasterAsync();
            return await Cuts.MakeAsync($"{master.Name} cut off from everybody", Cuts.Between([master.Machine], Machines(setting)),
                setting.Cluster.Masters.Count > 1 ? [] : setting.Cluster.Agents.Select(agent => agent.Machine));
        }),
        new("apps-isolated", [11], Hold, _ => true, async setting =>
        {
            var apps = await setting.AppsAsync();
            return await Cuts.MakeAsync($"{apps.Name} cut off from everybody", Cuts.Between([apps.Machine], Machines(setting)));
        }),
        new("apps-cut-from-masters", [11], Hold, _ => true, async setting =>
        {
            var apps = await setting.AppsAsync();
            return await Cuts.MakeAsync($"{apps.Name} cut off from the masters",
                Cuts.Between([apps.Machine], setting.Cluster.Masters.Select(master => master.Machine)));
        }),
        new("packets-lost", [16, 17], Hold, _ => true, LoseAsync),
        new("links-one-by-one", [5, 8], TimeSpan.FromSeconds(4), _ => true, LinksAsync),
    ];

    /// <summary>All but the clients', who see both sides.</summary>
    private static IReadOnlyList<Machine> Machines(FaultSetting setting) => [.. setting.Cluster.Parts.Select(part => part.Machine)];

    private static Task<MadeFault> HalvesAsync(FaultSetting setting, bool isOneWay)
    {
        var machines = Machines(setting).ToArray();
        setting.Random.Shuffle(machines);
        var (left, right) = (machines[..(machines.Length / 2)], machines[(machines.Length / 2)..]);
        var names = $"{string.Join(' ', left.Select(machine => machine.Name))} | {string.Join(' ', right.Select(machine => machine.Name))}";
        return Cuts.MakeAsync(isOneWay ? $"the right does not hear the left: {names}" : $"halves: {names}", isOneWay
            ? Cuts.OneWay(left, right) : Cuts.Between(left, right),
            Lost(setting, left, right));
    }

    /// <summary>
    /// Agents that have no leading master on their side. A new one leads where most of the ensemble and a master are; without such a side,
    /// or without an election, nobody knows which, and any agent may be given up.
    /// </summary>
    private static IEnumerable<Machine> Lost(FaultSetting setting, Machine[] left, Machine[] right)
    {
        var cluster = setting.Cluster;
        var leads = new[] { left, right }.FirstOrDefault(side => cluster.Layout.HasElection
            && cluster.ZooKeepers.Count(server => side.Contains(server.Machine)) * 2 > cluster.ZooKeepers.Count
            && cluster.Database is { } database && side.Contains(database.Machine)
                && cluster.Masters.Any(master => side.Contains(master.Machine)));
        return cluster.Agents.Select(agent => agent.Machine).Where(agent => leads is null || !leads.Contains(agent));
    }

    private static async Task<MadeFault> LoseAsync(FaultSetting setting)
    {
        var share = 0.05 + (setting.Random.Next(4) * 0.05);
        var machines = Machines(setting);
        foreach (var machine in machines)
        {
            await machine.LoseAsync(share);
        }
        return new MadeFault(string.Create(CultureInfo.InvariantCulture, $"{share:0%} of all packets lost"), async () =>
        {
            foreach (var machine in machines)
            {
                await machine.KeepAsync(share);
            }
        })
        {
            LostHosts = [.. setting.Cluster.Agents.Select(agent => agent.Machine.Name)],
        };
    }

    /// <summary>Links go one by one, and come back in another order.</summary>
    private static async Task<MadeFault> LinksAsync(FaultSetting setting)
    {
        var (machines, cut) = (Machines(setting), new List<(Machine From, Machine To)>());
        for (var i = 0; i < machines.Count; i++)
        {
            var (from, to) = (setting.Any(machines), setting.Any(machines));
            if (from != to && !cut.Contains((from, to)))
            {
                cut.Add((from, to));
                await to.IgnoreAsync(from);
                await Task.Delay(setting.Random.Next(300));
            }
        }
        return new MadeFault(
            $"{cut.Count} links cut one by one: {string.Join(", ", cut.Select(link => $"{link.From.Name}→{link.To.Name}"))}", async () =>
        {
            var order = cut.ToArray();
            setting.Random.Shuffle(order);
            foreach (var (from, to) in order)
            {
                await to.HearAsync(from);
                await Task.Delay(setting.Random.Next(300));
            }
        })
        {
            LostHosts = [.. setting.Cluster.Agents.Select(agent => agent.Machine.Name)],
        };
    }
}
