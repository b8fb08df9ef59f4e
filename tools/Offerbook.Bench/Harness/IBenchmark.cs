namespace Offerbook.Bench.Harness;

/// <summary>A program that measures something and gives figures. It judges nothing.</summary>
public interface IBenchmark
{
    /// <summary>What it is started by.</summary>
    string Name { get; }

    /// <summary>What it measures, in a line.</summary>
    string Summary { get; }

    /// <summary>What <c>--name value</c> pairs it takes.</summary>
    IReadOnlyList<BenchOption> Options { get; }

    /// <summary>Measures. Figures are reported as they become known, in the order of the table.</summary>
    Task RunAsync(BenchRun run, CancellationToken cancellation);
}

/// <param name="Name">Without the dashes.</param>
/// <param name="Default">Used when the option is not given.</param>
/// <param name="Meaning">What it sets, with the unit.</param>
public sealed record BenchOption(string Name, string Default, string Meaning);
