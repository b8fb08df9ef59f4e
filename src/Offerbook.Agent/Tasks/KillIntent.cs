using Offerbook.Agent.Recovery;

namespace Offerbook.Agent.Tasks;

/// <summary>That a task is to die, and why.</summary>
public readonly record struct KillIntent(KillCause Cause, TimeSpan Grace);
