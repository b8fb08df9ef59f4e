using Offerbook.Simulator.Cluster;

namespace Offerbook.Simulator.Scenarios;

/// <param name="Name">A sentence that says what must be true.</param>
public sealed record NamedScenario(string Name, Action<Scenario> Play, ClusterPlan Plan);
