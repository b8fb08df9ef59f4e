using Offerbook.Agent.Tasks;

namespace Offerbook.Agent.Executors;

/// <summary>One LAUNCH or LAUNCH_GROUP event to be.</summary>
/// <param name="IsGroup">The tasks are one group: all are delivered in one event, or none is.</param>
internal sealed record QueuedLaunch(IReadOnlyList<AgentTask> Tasks, bool IsGroup);
