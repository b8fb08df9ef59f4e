namespace Offerbook.Agent.Hosting.Fetcher;

/// <summary>Something cannot be fetched; the message says what and why, in words for the one who asked for it.</summary>
internal sealed class FetchFailedException(string message, Exception? cause = null) : Exception(message, cause);
