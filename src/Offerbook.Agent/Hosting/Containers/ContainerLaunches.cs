using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Attach;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Takes containers from the order to start to the supervisor that begins, on the launcher's threads, a few at once and in the order in
/// which they were asked for.
/// </summary>
internal sealed class ContainerLaunches(
    ProcessLauncher launcher, JoinedNamespaces namespaces, TrackedContainers tracked, ContainerGroups groups, TaskTerminals terminals,
    SupervisorWatch supervisors, RecordWatcher watcher, Func<AgentMessage, ValueTask> post) : IAsyncDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Those that are not over, and one for this itself until it is to end.</summary>
    private int _left = 1;

    private volatile bool _stopping;

    /// <summary>Faults when a launch fails in a way that nobody expects.</summary>
    public Task Completion => _ended.Task;

    /// <returns>False when too many wait.</returns>
    public bool TryBegin(ContainerSpec spec)
    {
        Interlocked.Increment(ref _left);
        if (launcher.TryPost(() => Run(spec)))
        {
            return true;
        }
        Leave();
        return false;
    }

    /// <summary>What is under way comes to its end; what still waits never starts, and the next agent reports so.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        Leave();
        await _ended.Task.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    private void Run(ContainerSpec spec)
    {
        try
        {
            if (!_stopping)
            {
                Launch(spec);
            }
        }
        catch (Exception failure)
        {
            _ended.TrySetException(failure);
        }
        finally
        {
            Leave();
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _left) == 0)
        {
            _ended.TrySetResult();
        }
    }

    private void Launch(ContainerSpec spec)
    {
        var outcome = Start(spec);
        if (outcome.Terminal is { } terminal)
        {
            BeginTerminal(spec, terminal);
        }
        if (outcome.Supervisor is { } supervisor)
        {
            supervisors.Begin(spec.Container, supervisor);
        }
        if (outcome.Failure is { } failure)
        {
            post(new AgentMessage.ContainerLaunchFailed(spec.Container, failure)).AsTask().GetAwaiter().GetResult();
        }
        else if (tracked.Find(spec.Container) is { } container)
        {
            container.Launched = true;
            if (container.Limits != spec.Limits && ContainerGroups.IsOwn(spec))
            {
                // They were changed while it was on its way.
                groups.Apply(spec.Container, container.Limits);
            }
        }
    }

    /// <summary>What became known of it meanwhile is told now.</summary>
    private void BeginTerminal(ContainerSpec spec, PseudoTerminal terminal)
    {
        terminals.Begin(spec, terminal);
        if (tracked.Find(spec.Container) is { } container)
        {
            container.AwaitsTerminal = false;
            watcher.Name(spec.Container);
        }
    }

    private LaunchOutcome Start(ContainerSpec spec)
    {
        try
        {
            return launcher.Launch(spec, namespaces.ForAsync(spec).AsTask().GetAwaiter().GetResult());
        }
        catch (IOException failure)
        {
            return new LaunchOutcome(null, $"The task's process could not be started: {failure.Message}");
        }
    }
}
