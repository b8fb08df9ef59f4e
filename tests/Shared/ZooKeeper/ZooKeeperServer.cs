using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Offerbook.Testing.ZooKeeper;

/// <summary>One server of an ensemble: a process of its own, which may be killed and started again with what it has on disk.</summary>
public sealed class ZooKeeperServer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _home;
    private Process? _shell;

    internal ZooKeeperServer(string home, int port) => (_home, Port) = (home, port);

    public int Port { get; }

    /// <summary>Of the server itself; 0 while it is not running.</summary>
    public int Pid { get; private set; }

    public string Log => Path.Combine(_home, "server.log");

    /// <summary>Starts the process, and does not wait until it serves.</summary>
    public async Task LaunchAsync()
    {
        // A small heap, and the quick compiler only: it serves within 2 s. The shell lives for as long as our end of its input does, so
        // that no server outlives the tests.
        const string Java =
            "java -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Dzookeeper.forceSync=no -Dzookeeper.preAllocSize=64 "
            + "-Dzookeeper.jmx.log4j.disable=true -cp \"$1:/usr/share/java/zookeeper.jar\" org.apache.zookeeper.server.quorum.QuorumPeerMain \"$1/zoo.cfg\"";
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true,
            UseShellExecute = false };
        foreach (var argument in new[] { "-c", $"{Java} </dev/null >>\"$1/server.log\" 2>&1 & echo $!; cat >/dev/null; kill -9 $! 2>/dev/null", "sh", _home })
        {
            start.ArgumentList.Add(argument);
        }
        _shell = Process.Start(start)!;
        Pid = int.Parse((await _shell.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
    }

    /// <summary>Starts the process and waits until it serves, which needs a majority of the ensemble.</summary>
    public async Task StartAsync()
    {
        await LaunchAsync();
        await ServesAsync();
    }

    /// <summary>Waits until it is part of a quorum.</summary>
    public async Task ServesAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (!(await AskAsync("srvr")).Contains("Mode:", StringComparison.Ordinal))
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new TimeoutException(
                    $"The ZooKeeper server at port {Port} did not serve within {Patience}. Its log ends: {LogEnd()}");
            }
            await Task.Delay(50);
        }
    }

    /// <summary>One of ZooKeeper's four-letter questions.</summary>
    /// <returns>Empty when it does not answer.</returns>
    public async Task<string> AskAsync(string word)
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port, patience.Token);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(word), patience.Token);
            using var reader = new StreamReader(client.GetStream());
            return await reader.ReadToEndAsync(patience.Token);
        }
        catch (Exception failure) when (failure is SocketException or IOException or OperationCanceledException)
        {
            return "";
        }
    }

    /// <summary>Returns when the process is gone.</summary>
    public async Task KillAsync()
    {
        if (_shell is { } shell)
        {
            await SignalAsync("KILL");
            shell.StandardInput.Close();
            await shell.WaitForExitAsync();
            shell.Dispose();
            _shell = null;
            Pid = 0;
        }
    }

    public Task FreezeAsync() => SignalAsync("STOP");

    public Task ThawAsync() => SignalAsync("CONT");

    private string LogEnd() => File.Exists(Log) ? string.Join('\n', File.ReadLines(Log).TakeLast(5)) : "(none)";

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("/bin/kill", [$"-{signal}", Pid.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
