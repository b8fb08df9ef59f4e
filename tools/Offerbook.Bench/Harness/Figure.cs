namespace Offerbook.Bench.Harness;

/// <param name="Name">Lower-case words joined by underscores, without the unit.</param>
/// <param name="Load">The machine's load average of the last minute when the figure was taken.</param>
/// <param name="Note">For people: how it came about.</param>
public sealed record Figure(string Name, double Value, string Unit, double Load, string Note);
