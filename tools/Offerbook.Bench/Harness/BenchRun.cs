using System.Globalization;

namespace Offerbook.Bench.Harness;

/// <summary>One run of a benchmark: its options, and the figures so far.</summary>
public sealed class BenchRun(IReadOnlyDictionary<string, string> options, TextWriter progress)
{
    private readonly List<Figure> _figures = [];

    public IReadOnlyList<Figure> Figures => _figures;

    public string Text(string option) => options[option];

    /// <exception cref="BenchUsageException">The option is not a whole number.</exception>
    public int Int(string option) => int.TryParse(options[option], NumberStyles.Integer, CultureInfo.InvariantCulture, out var value)
        ? value
        : throw new BenchUsageException($"--{option} must be a whole number, but is '{options[option]}'.");

    /// <exception cref="BenchUsageException">The option is not a number of zero or more.</exception>
    public double Number(string option) =>
        double.TryParse(options[option], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
        ? value
        : throw new BenchUsageException($"--{option} must be a number, but is '{options[option]}'.");

    /// <summary>Whole numbers separated by commas.</summary>
    /// <exception cref="BenchUsageException">An element is not a whole number.</exception>
    public IReadOnlyList<int> Ints(string option) => options[option].Split(',').Select(text =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new BenchUsageException($"--{option} must be whole numbers separated by commas, but has '{text}'.")).ToList();

    public void Report(string name, double value, string unit, string note = "") =>
        _figures.Add(new Figure(name, value, unit, Machine.LoadAverage(), note));

    /// <summary>Tells a person who waits what is being done.</summary>
    public void Progress(string text) => progress.WriteLine($"bench: {text}");
}

/// <summary>The command line asks for something that cannot be.</summary>
public sealed class BenchUsageException(string message) : Exception(message);
