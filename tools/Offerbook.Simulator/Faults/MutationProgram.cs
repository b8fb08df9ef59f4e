using System.Globalization;

namespace Offerbook.Simulator.Faults;

/// <summary>The part of <c>offerbook simulate</c> that looks for the defects put in on purpose, one after the other.</summary>
internal static class MutationProgram
{
    /// <summary>A defect that so many seeds do not show is one that nothing checks.</summary>
    private const ulong MaxSeeds = 1_000;

    /// <returns>0 when each was found.</returns>
    public static int Run(TextWriter output, CancellationToken cancellation)
    {
        var missed = 0;
        foreach (var mutation in Enum.GetValues<Mutation>())
        {
            if (mutation != Mutation.None && !cancellation.IsCancellationRequested)
            {
                missed += Find(mutation, output, cancellation) ? 0 : 1;
            }
        }
        output.WriteLine(missed == 0 ? "every defect was found" : $"{missed} defects were not found");
        return missed == 0 ? 0 : 1;
    }

    private static bool Find(Mutation mutation, TextWriter output, CancellationToken cancellation)
    {
        var options = MutationRuns.OptionsFor(mutation);
        for (var seed = 1UL; seed <= MaxSeeds && !cancellation.IsCancellationRequested; seed++)
        {
            if (Simulation.Run(seed, options).Violation is { } violation)
            {
                var end = violation.IndexOf('\n', StringComparison.Ordinal);
                output.WriteLine(
                    string.Create(CultureInfo.InvariantCulture, $"{mutation}: seed {seed}: {(end < 0 ? violation : violation[..end])}"));
                return true;
            }
        }
        output.WriteLine($"{mutation}: NOT FOUND in {MaxSeeds} seeds");
        return false;
    }
}
