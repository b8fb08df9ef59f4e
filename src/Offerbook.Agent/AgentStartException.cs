namespace Offerbook.Agent;

/// <summary>An agent cannot start; the message is for people and says what to do.</summary>
public sealed class AgentStartException(string message, Exception? cause = null) : Exception(message, cause);
