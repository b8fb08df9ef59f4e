namespace Offerbook.Coordination.Sessions;

/// <summary>A message to <see cref="Election.CandidateCore"/> or <see cref="Election.DetectorCore"/>.</summary>
public abstract record ElectionMessage;
