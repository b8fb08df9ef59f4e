using System.Globalization;

namespace Offerbook.Chaos.Hosts;

/// <summary>A network namespace with an address of its own on the common bridge. Files and processes are the box's.</summary>
public sealed class Machine
{
    private readonly string _directory;
    private readonly string _logs;
    private readonly SlowLink _slowLink;

    private Machine(string name, string space, string address, string directory, string logs, SlowLink slowLink) =>
        (Name, Space, Address, _directory, _logs, _slowLink) = (name, space, address, directory, logs, slowLink);

    public string Name { get; }

    /// <summary>The namespace's name, as <c>ip netns</c> shows it.</summary>
    public string Space { get; }

    public string Address { get; }

    /// <summary>Where its parts keep their data.</summary>
    public string Directory => _directory;

    internal static async Task<Machine> CreateAsync(string name, string space, string hub, int number, string directory)
    {
        var machine = new Machine(name, space, string.Create(CultureInfo.InvariantCulture, $"10.99.0.{number}"),
            System.IO.Directory.CreateDirectory(Path.Combine(directory, name)).FullName,
            System.IO.Directory.CreateDirectory(Path.Combine(directory, "logs")).FullName, new SlowLink(hub, number));
        await Command.RunAsync("ip", "netns", "add", space);
        await Command.RunAsync("ip", "-n", hub, "link", "add", $"m{number}", "type", "veth", "peer", "name", "eth0", "netns", space);
        await Command.RunAsync("ip", "-n", hub, "link", "set", $"m{number}", "master", "br0", "up");
        await Command.RunAsync("ip", "-n", space, "addr", "add", $"{machine.Address}/24", "dev", "eth0");
        await Command.RunAsync("ip", "-n", space, "link", "set", "eth0", "up");
        await Command.RunAsync("ip", "-n", space, "link", "set", "lo", "up");
        return machine;
    }

    public Child Start(ChildStart start, string logName) => Child.Start(Space, start, Path.Combine(_logs, logName + ".log"), _directory);

    /// <summary>Drops every packet that comes from there, until <see cref="HearAsync"/>.</summary>
    public Task IgnoreAsync(Machine other) => RuleAsync("-A", "-s", other.Address, "-j", "DROP");

    public Task HearAsync(Machine other) => RuleAsync("-D", "-s", other.Address, "-j", "DROP");

    /// <summary>Loses this share of the packets that come in.</summary>
    public Task LoseAsync(double share) =>
        RuleAsync("-A", "-i", "eth0", "-m", "statistic", "--mode", "random", "--probability", Text(share), "-j", "DROP");

    public Task KeepAsync(double share) =>
        RuleAsync("-D", "-i", "eth0", "-m", "statistic", "--mode", "random", "--probability", Text(share), "-j", "DROP");

    /// <summary>Holds back every frame that goes in or out, until <see cref="HurryAsync"/>.</summary>
    public Task DelayAsync(Delay delay, int seed) => _slowLink.BeginAsync(delay, seed);

    public Task HurryAsync() => _slowLink.EndAsync();

    private Task<string> RuleAsync(string action, params string[] rule) =>
        Command.RunAsync("nsenter", ["--net=/run/netns/" + Space, "--", "iptables", "-w", action, "INPUT", .. rule]);

    private static string Text(double share) => share.ToString("0.00", CultureInfo.InvariantCulture);
}
