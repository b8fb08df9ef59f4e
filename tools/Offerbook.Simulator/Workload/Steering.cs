using Offerbook.Apps.Deployments;
using Offerbook.Simulator.Cluster;

namespace Offerbook.Simulator.Workload;

/// <summary>Pauses and promotes deployments.</summary>
public sealed class Steering(SimCluster cluster, AppsClient client)
{
    private int _underWay;

    /// <summary>Nothing is under way, and no deployment waits for somebody.</summary>
    public bool IsDone => _underWay == 0 && !Standing.Any();

    /// <summary>Deployments that wait for somebody, as their list shows them.</summary>
    private IEnumerable<Deployment> Standing => cluster.AppsPort.View.State.Deployments.Where(deployment =>
        deployment.Life.Halt is not null
            || deployment.Progress.Actions.Values.Any(action => action is { Done: false, PausedAt: not null }));

    public void PromoteAll()
    {
        foreach (var deployment in Standing.ToList())
        {
            Steer("promote", deployment.Id);
        }
    }

    /// <param name="verb">promote or pause.</param>
    public void Steer(string verb, string deployment)
    {
        _underWay++;
        client.Send($"POST /offerbook/v1/deployments/{deployment}/{verb}", null, [], (_, facts) => [facts], (_, _) => _underWay--);
    }
}
