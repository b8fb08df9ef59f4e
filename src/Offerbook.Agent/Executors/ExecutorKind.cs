namespace Offerbook.Agent.Executors;

/// <summary>Who runs an executor's tasks.</summary>
public enum ExecutorKind
{
    /// <summary>A program of the framework's, which speaks the executor API.</summary>
    Custom,

    /// <summary>The agent itself, with a container for each task: a pod.</summary>
    Default,
}
