namespace Offerbook.Chaos.Observation;

/// <summary>Instances of one run spec start only when those of the other work, and are all stopped before it.</summary>
/// <param name="On">What it depends on.</param>
/// <param name="Instances">Of what it depends on.</param>
/// <param name="Mark">Of both configurations: they were defined by one call.</param>
public sealed record Dependency(string RunSpec, string On, int Instances, string Mark);

/// <summary>Of a run spec that is only ever updated or restarted, so many instances must work at any time once all did.</summary>
public sealed record Capacity(string RunSpec, int Instances, double MinimumHealth)
{
    public int Least => (int)Math.Ceiling(MinimumHealth * Instances);
}
