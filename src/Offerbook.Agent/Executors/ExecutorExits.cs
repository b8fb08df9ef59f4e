using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Registration;
using Offerbook.Wire.AgentProtocol;

namespace Offerbook.Agent.Executors;

/// <summary>
/// Tells the master that an executor has ended, so that its resources are free and its framework hears of it. Said once: a master
/// that misses it learns from the next SUBSCRIBE, which does not list the executor any more. What ends while a SUBSCRIBE that
/// still lists it is under way is told as soon as the master has taken that.
/// </summary>
internal sealed class ExecutorExits(AgentContext context, MasterLink link)
{
    /// <summary>The raw wait status of a process that exits with 1: for an executor that never ran.</summary>
    public const int NeverRan = 1 << 8;

    /// <summary>That of a process which was killed: what is said when the true one is lost.</summary>
    private const int Killed = 9;

    /// <summary>More than may end while the agent is away; of the oldest, a SUBSCRIBE has told since.</summary>
    private const int MaxUntold = 10_000;

    private readonly Queue<Call> _untold = new();

    /// <summary>The agent is registered.</summary>
    public void Resume()
    {
        while (_untold.TryDequeue(out var call))
        {
            link.Send(call);
        }
    }

    /// <param name="exit">Null when it never ran.</param>
    public void Tell(AgentExecutor executor, ContainerExit? exit)
    {
        // One of an identity that the agent gave up is none of the master's: it forgot it with the agent.
        if (executor.Sandbox.Agent == context.State.Id)
        {
            Tell(executor.Key.Framework.ToProto(), executor.Key.Executor.ToProto(), WaitStatus(exit));
        }
    }

    /// <summary>For an executor that was never admitted, though the master has set resources aside for it.</summary>
    public void TellNeverRan(FrameworkID framework, ExecutorID executor) => Tell(framework, executor, NeverRan);

    private void Tell(FrameworkID framework, ExecutorID executor, int status)
    {
        var call = new Call
        {
            Type = Call.Types.Type.ExecutorExited,
            ExecutorExited = new() { FrameworkId = framework, ExecutorId = executor, Status = status },
        };
        if (link.Registered)
        {
            link.Send(call);
            return;
        }
        if (_untold.Count == MaxUntold)
        {
            _untold.Dequeue();
        }
        _untold.Enqueue(call);
    }

    private static int WaitStatus(ContainerExit? exit) => exit is null ? NeverRan : exit.WaitStatus ?? Killed;
}
