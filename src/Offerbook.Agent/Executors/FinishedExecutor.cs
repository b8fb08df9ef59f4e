using Mesos.V1;
using Offerbook.Agent.Sandbox;

namespace Offerbook.Agent.Executors;

/// <summary>An executor that has ended: kept for people to look at, as long as its sandbox is.</summary>
internal sealed record FinishedExecutor(ExecutorInfo Info, SandboxPath Sandbox, long EndedNanoseconds);
