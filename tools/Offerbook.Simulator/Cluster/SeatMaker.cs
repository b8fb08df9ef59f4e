using System.Text;
using Offerbook.Actors;
using Offerbook.Coordination.Election;
using Offerbook.Coordination.Nodes;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Seats;
using Offerbook.Simulator.Storage;

namespace Offerbook.Simulator.Cluster;

/// <summary>
/// Puts together the processes of one part of a cluster: one with a disk of its own, or several that stand in an election.
/// </summary>
internal sealed class SeatMaker(SimCluster cluster)
{
    public const string MasterPath = "/mesos";
    public const string AppsPath = "/marathon";
    public const string BatchPath = "/batch";

    public static readonly NodeFormat MasterFormat = new MasterNodes();
    public static readonly NodeFormat FrameworkFormat = new LatchNodes();

    private static string ParentOf(string path, NodeFormat format) => format.Folder.Length == 0 ? path : $"{path}/{format.Folder}";

    /// <param name="persistenceId">The log that they share.</param>
    public SimRole<TMessage> Make<TMessage, TPort>(
        string name, int count, string path, NodeFormat format, string persistenceId, Func<string, SeededRandom, ICore<TMessage>> boot,
        Func<string, TPort> port,
        Func<TPort, Action<IEffect>> perform, Action<TPort, SimNode<TMessage>, SimProcess?> attach, List<TPort> ports)
        where TMessage : class
    {
        var nodes = new List<SimNode<TMessage>>();
        var processes = new List<SimProcess>();
        for (var i = 1; i <= count; i++)
        {
            var host = count == 1 ? name : $"{name}-{i}";
            var made = port(host);
            ports.Add(made);
            if (count == 1)
            {
                var only = new SimNode<TMessage>(host, cluster.World, random => boot(host, random), perform(made), new SimJournal());
                attach(made, only, null);
                nodes.Add(only);
                processes.Add(only);
                continue;
            }
            var wall = new WallClock();
            var node = new SimNode<TMessage>(host, cluster.World, random => boot(host, random), perform(made), new SimJournal(), wall,
                new DiskBehaviour())
            {
                Holder = new StoreHolder(cluster.Store!, host, persistenceId),
            };
            var address = cluster.Network.Host(host).Address;
            var uri = new Uri($"http://{address}:5050/");
            var data = format == MasterFormat
                ? Encoding.UTF8.GetBytes($$"""{"address":{"hostname":"{{host}}","ip":"{{address}}","port":5050},"hostname":"{{host}}"}""")
                : LatchNodes.DataOf(uri);
            var options = new CandidateOptions(path, format, uri, data);
            var seat = new SimSeat<TMessage>(cluster.Network, cluster.Coordinator!, node, wall, ParentOf(path, format),
                random => new CandidateCore(options, random));
            attach(made, node, seat);
            nodes.Add(node);
            processes.Add(seat);
        }
        return new SimRole<TMessage>(name, nodes, processes);
    }
}
