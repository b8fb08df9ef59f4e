namespace Offerbook.Client.Hosting.Terms;

/// <summary>What a term is told of the leadership that it serves in, and tells.</summary>
/// <param name="IsCertain">Whether the election says for certain that the term leads; null when nobody else stands.</param>
/// <param name="Committed">To be told how long each append to the journal took; from any thread.</param>
public sealed record Incumbency(Func<bool>? IsCertain, Action<TimeSpan> Committed);
