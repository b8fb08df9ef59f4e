namespace Offerbook.Simulator.Workload;

/// <summary>What a client knows of an app that it has put: enough to tell whether an acknowledged write is still there.</summary>
/// <param name="Revision">Written into the command line, so that every change of configuration shows.</param>
/// <param name="Good">Whether the app can become healthy at all.</param>
public sealed record AppFacts(int Instances, int Revision, bool Good)
{
    /// <summary>Whether a deployment of it may give up: see <see cref="RolloutPolicy.MayGiveUp"/>.</summary>
    public bool MayGiveUp { get; init; }

    /// <summary>Whether a deployment of it that fails is rolled back by itself.</summary>
    public bool MayRevert { get; init; }
}
