namespace Offerbook.Chaos.Observation;

/// <summary>An event as a reader of the stream got it.</summary>
/// <param name="Reader">Who read it; a reader keeps its name when it connects again.</param>
public sealed record StreamEvent(string Reader, long Id, string Type, string Data, TimeSpan At);

/// <summary>A reader that came back was told that what it missed is not kept any more.</summary>
public sealed record StreamGap(string Reader, long After, TimeSpan At, string Answer);
