using Offerbook.Agent.Containers;
using Offerbook.Agent.Sandbox;

namespace Offerbook.Agent.Tasks;

/// <summary>A task that has ended and whose end is acknowledged: kept for people to look at, as long as its sandbox is.</summary>
internal sealed record FinishedTask(MesosTask Task, string ExecutorName, SandboxPath Sandbox, long EndedNanoseconds, bool SharesContainer)
{
    public ContainerId Container => Sandbox.Container;
}
