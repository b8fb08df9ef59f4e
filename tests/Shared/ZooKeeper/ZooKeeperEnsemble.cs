using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Offerbook.Testing.ZooKeeper;

/// <summary>Real servers on loopback, with an empty folder of their own.</summary>
public sealed class ZooKeeperEnsemble : IAsyncDisposable
{
    /// <summary>Sessions are granted from 2 to 20 ticks, hence from 0.4 to 4 s.</summary>
    public const int TickMs = 200;

    private readonly string _home;

    private ZooKeeperEnsemble(string home, IReadOnlyList<ZooKeeperServer> servers) => (_home, Servers) = (home, servers);

    public IReadOnlyList<ZooKeeperServer> Servers { get; }

    /// <summary>Returns when all of them serve.</summary>
    /// <param name="maxSessionMs">The longest session that is granted; null: 20 ticks.</param>
    public static async Task<ZooKeeperEnsemble> StartAsync(int servers = 3, int? maxSessionMs = null)
    {
        var home = Directory.CreateTempSubdirectory("offerbook-zookeeper-").FullName;
        var ports = FreePorts(3 * servers);
        var members = string.Concat(
            Enumerable.Range(0, servers).Select(i => $"server.{i + 1}=127.0.0.1:{ports[(3 * i) + 1]}:{ports[(3 * i) + 2]}\n"));
        var list = new List<ZooKeeperServer>();
        for (var i = 0; i < servers; i++)
        {
            list.Add(new ZooKeeperServer(
                Configure(Path.Combine(home, $"{i + 1}"), i + 1, ports[3 * i],
                    (servers > 1 ? members : "") + (maxSessionMs is { } longest ? $"maxSessionTimeout={longest}\n" : "")), ports[3 * i]));
        }
        var ensemble = new ZooKeeperEnsemble(home, list);
        await ensemble.StartAllAsync();
        return ensemble;
    }

    /// <summary>The <c>zk://</c> address of a path, by all servers.</summary>
    /// <param name="user"><c>user:password</c>, or null.</param>
    public string Address(string path, string? user = null) =>
        $"zk://{(user is null ? "" : user + "@")}{string.Join(',', Servers.Select(static server => $"127.0.0.1:{server.Port}"))}{path}";

    /// <summary>The <c>zk://</c> address of a path, by proxies.</summary>
    public static string Address(string path, params TcpProxy[] proxies) =>
        $"zk://{string.Join(',', proxies.Select(static proxy => $"127.0.0.1:{proxy.Port}"))}{path}";

    /// <summary>Starts those that are not running, and waits until all serve.</summary>
    public async Task StartAllAsync()
    {
        await Task.WhenAll(Servers.Where(static server => server.Pid == 0).Select(static server => server.LaunchAsync()));
        await Task.WhenAll(Servers.Select(static server => server.ServesAsync()));
    }

    public Task KillAllAsync() => Task.WhenAll(Servers.Select(static server => server.KillAsync()));

    public async ValueTask DisposeAsync()
    {
        await KillAllAsync();
        Directory.Delete(_home, recursive: true);
    }

    private static string Configure(string home, int number, int port, string members)
    {
        Directory.CreateDirectory(home);
        File.WriteAllText(Path.Combine(home, "myid"), $"{number}\n");
        File.WriteAllText(Path.Combine(home, "log4j.properties"), """
            log4j.rootLogger=WARN, CONSOLE
            log4j.appender.CONSOLE=org.apache.log4j.ConsoleAppender
            log4j.appender.CONSOLE.layout=org.apache.log4j.PatternLayout
            log4j.appender.CONSOLE.layout.ConversionPattern=%d{ISO8601} %-5p %C{1} %m%n
            """);
        File.WriteAllText(Path.Combine(home, "zoo.cfg"), new StringBuilder()
            .Append($"tickTime={TickMs}\ninitLimit=50\nsyncLimit=25\ndataDir={home}\n")
            .Append($"clientPort={port}\nclientPortAddress=127.0.0.1\nmaxClientCnxns=0\nadmin.enableServer=false\n4lw.commands.whitelist=*\n")
            .Append(members).ToString());
        return home;
    }

    /// <summary>All are held until all are known, so that they differ.</summary>
    private static List<int> FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(static listener => listener.Start());
        var ports = listeners.ConvertAll(static listener => ((IPEndPoint)listener.LocalEndpoint).Port);
        listeners.ForEach(static listener => listener.Stop());
        return ports;
    }
}
