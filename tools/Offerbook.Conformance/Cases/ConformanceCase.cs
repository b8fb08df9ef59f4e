namespace Offerbook.Conformance.Cases;

/// <summary>One behaviour of a master, told as a script that any implementation can be put to.</summary>
/// <param name="Name">A sentence without spaces: <c>Subscribe_WithStreamId_IsRefused</c>.</param>
/// <param name="Run">Throws <see cref="Kit.ExpectationFailed"/> when the implementation behaves otherwise.</param>
public sealed record ConformanceCase(string Name, Func<CaseContext, Task> Run)
{
    /// <summary>The numbers of the behaviours in the list of acceptance cases that this one covers, such as 8.</summary>
    public IReadOnlyList<int> Numbers { get; init; } = [];

    public Needs Needs { get; init; } = Needs.Master;

    public override string ToString() => Name;
}

/// <summary>What a cluster must have for a case to say anything.</summary>
[Flags]
public enum Needs
{
    Master = 0,

    /// <summary>At least one agent that makes offers.</summary>
    Agent = 1,

    /// <summary>At least two agents.</summary>
    TwoAgents = 2 | Agent,

    /// <summary>An agent that runs task groups under the default executor.</summary>
    TaskGroups = 4 | Agent,

    /// <summary>Such an agent that runs what tasks say, in a shell, with health checks: not one that only plays its part.</summary>
    Processes = 8 | TaskGroups,
}
