namespace Offerbook.Chaos.Hosts;

/// <summary>
/// Machines on one bridge, in namespaces that carry the id of our process in their names. Nothing is changed in the box's own network.
/// Whatever runs in them at the end was started by us or by a part of ours, and ends with them.
/// </summary>
public sealed class Site : IAsyncDisposable
{
    public const string Prefix = "obchaos-";

    private readonly string _hub;
    private readonly List<Machine> _machines = [];

    private Site(string directory) => (Directory, _hub) = (directory, SpaceOf("hub"));

    /// <summary>Everything that the run writes apart from its report; gone at the end.</summary>
    public string Directory { get; }

    public IReadOnlyList<Machine> Machines => _machines;

    /// <exception cref="HostException">Namespaces cannot be made: that needs root, iproute2 and iptables.</exception>
    public static async Task<Site> CreateAsync()
    {
        await Leftovers.RemoveAsync();
        var site = new Site(Path.Combine(Path.GetTempPath(), $"{Prefix}{Environment.ProcessId}"));
        await Leftovers.RemoveAsync(Environment.ProcessId); // Of an earlier site of this process that could not be taken down.
        System.IO.Directory.CreateDirectory(site.Directory);
        try
        {
            await Command.RunAsync("ip", "netns", "add", site._hub);
            await Command.RunAsync("ip", "-n", site._hub, "link", "add", "br0", "type", "bridge");
            await Command.RunAsync("ip", "-n", site._hub, "link", "set", "br0", "up");
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
        return site;
    }

    public async Task<Machine> AddAsync(string name)
    {
        var machine = await Machine.CreateAsync(name, SpaceOf(name), _hub, _machines.Count + 1, Directory);
        _machines.Add(machine);
        return machine;
    }

    /// <returns>Ids of the processes on a machine, tasks among them.</returns>
    public static async Task<IReadOnlyList<int>> ProcessesAsync(string space)
    {
        var (status, output) = await Command.TryAsync("ip", "netns", "pids", space);
        return status == 0 ? [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(int.Parse)] : [];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var machine in _machines)
        {
            await machine.HurryAsync();
        }
        await Leftovers.RemoveAsync(Environment.ProcessId);
    }

    private static string SpaceOf(string name) => $"{Prefix}{Environment.ProcessId}-{name}";
}
