using Google.Protobuf;
using Mesos.V1.Master;
using Offerbook.Simulator.Adapters;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Finding;
using Offerbook.Simulator.Network;

namespace Offerbook.Simulator.Workload;

/// <summary>Sends calls of operators to some master, and on to the one that leads.</summary>
public sealed class OperatorClient(SimCluster cluster)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <param name="ended">Told the status, or null when no answer came.</param>
    public void Send(Call call, Action<int?> ended) => Send(call, cluster.AddressOf(cluster.Masters), LeaderFinder.MaxRedirects, ended);

    private void Send(Call call, string to, int redirects, Action<int?> ended)
    {
        int? status = null;
        string? elsewhere = null;
        cluster.Network.Send(SimCluster.ClientName, to,
            new SimFrame("operator " + call.Type, call.ToByteArray()) { Path = MasterPort.OperatorPath },
            frame => (status, elsewhere) = (frame.Status, frame.Location),
            _ =>
            {
                if (elsewhere is not null && redirects > 0)
                {
                    Send(call, elsewhere, redirects - 1, ended);
                }
                else
                {
                    ended(status);
                }
            },
            Patience);
    }
}
