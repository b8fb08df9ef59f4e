namespace Offerbook.Simulator;

/// <summary>What <c>offerbook simulate</c> is asked for.</summary>
public sealed record SimulatorOptions
{
    /// <summary>How many seeds to run. Default 100.</summary>
    public int Seeds { get; init; } = 100;

    /// <summary>The first of them; the others follow it one by one. Default 1.</summary>
    public ulong FirstSeed { get; init; } = 1;

    /// <summary>Run only this seed and print every event.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Run every seed twice and compare the hashes.</summary>
    public bool Twice { get; init; }

    /// <summary>Run a named scenario instead of random seeds; <c>list</c> prints their names, <c>all</c> runs them all.</summary>
    public string? Scenario { get; init; }

    /// <summary>
    /// Look for every defect of <see cref="Faults.Mutation"/>, instead of running anything well, and say in how many seeds each is found.
    /// </summary>
    public bool Mutations { get; init; }

    /// <summary>Every run has three masters, two of Apps and two of Batch; else four in ten have several of some.</summary>
    public bool Elected { get; init; }

    /// <summary>Who takes part in each run. Default: whoever the seed draws.</summary>
    public Mixture Mixture { get; init; }

    /// <summary>Virtual minutes of work and faults in each run, before faults stop. Default 10.</summary>
    public int Minutes { get; init; } = 10;
}
