namespace Offerbook.Chaos.Observation;

/// <summary>A part ended although nobody had ended it.</summary>
/// <param name="Excused">A fault was made that it may answer so.</param>
/// <param name="Tail">What it printed last.</param>
public sealed record PartEnd(TimeSpan At, string Part, int ExitCode, bool Excused, string Tail);
