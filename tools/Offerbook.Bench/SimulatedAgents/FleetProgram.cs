using Offerbook.Bench.Programs;
using Offerbook.Bench.Sockets;

namespace Offerbook.Bench.SimulatedAgents;

/// <summary>
/// <c>simulated-agents --master ip:port --agents N …</c>: the fleet as a program of its own. It tells on stdout what happens and
/// takes on stdin, a line each: <c>break</c> (all streams break and come back), <c>counters</c>; it ends with its stdin.
/// </summary>
internal static class FleetProgram
{
    public const string Name = "simulated-agents";

    public static int Run(IReadOnlyList<string> args)
    {
        var options = FleetOptions.Parse(args);
        FileLimit.Require(options.Agents + options.Lanes + 64, $"{options.Agents} simulated agents");
        using var reactor = new Reactor();
        var log = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        var fleet = new Fleet(options, reactor, log);
        reactor.Post(fleet.Come);
        var commands = new Thread(() =>
        {
            while (Console.In.ReadLine() is { } command)
            {
                reactor.Post(command == "break" ? fleet.Break : fleet.PrintCounters);
            }
            reactor.Stop();
        })
        { IsBackground = true };
        commands.Start();
        reactor.Run();
        return 0;
    }
}
