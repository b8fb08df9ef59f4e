using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Attach;
using Offerbook.Agent.Hosting.Networks;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Takes containers from the order to start to the supervisor that begins, on the launcher's threads, a few at once and in the order in
/// which they were asked for.
/// </summary>
internal sealed class ContainerLaunches(
    ProcessLauncher launcher, JoinedNamespaces namespaces, JoinedNetworks networks, TrackedContainers tracked, ContainerGroups groups,
    TaskTerminals terminals, SupervisorWatch supervisors, RecordWatcher watcher, Func<AgentMessage, ValueTask> post) : IAsyncDisposable
{
    public const string TooMany = "Too many launches are waiting on this agent";

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
        if (spec.SharesNetwork)
        {
            _ = BeginInNetworkAsync(spec);
            return true;
        }
        if (launcher.TryPost(() => Run(spec, null)))
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

    /// <summary>Who holds the network is asked for it first, on nobody's thread; that may take as long as an engine hangs.</summary>
    private async Task BeginInNetworkAsync(ContainerSpec spec)
    {
        var isUnderWay = false;
        try
        {
            var network = await networks.HeldForAsync(spec);
            var within = network.Addresses is [var address, ..]
                ? spec with { Environment = [.. spec.Environment, new("MESOS_CONTAINER_IP", address)] } : spec;
            isUnderWay = launcher.TryPost(() => Run(within, network.Process));
            if (!isUnderWay)
            {
                await post(new AgentMessage.ContainerLaunchFailed(spec.Container, TooMany));
            }
        }
        catch (IOException failure)
        {
            await post(new AgentMessage.ContainerLaunchFailed(spec.Container, NotStarted(failure)));
        }
        catch (OperationCanceledException)
        {
            // The agent stops: it never starts, and the next agent reports so.
        }
        catch (Exception bug)
        {
            _ended.TrySetException(bug);
        }
        finally
        {
            if (!isUnderWay)
            {
                Leave();
            }
        }
    }

    private void Run(ContainerSpec spec, ProcessIdentity? network)
    {
        try
        {
            if (!_stopping)
            {
                Launch(spec, network);
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

    private void Launch(ContainerSpec spec, ProcessIdentity? network)
    {
        var outcome = Start(spec, network);
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

    private LaunchOutcome Start(ContainerSpec spec, ProcessIdentity? network)
    {
        try
        {
            return launcher.Launch(spec, namespaces.ForAsync(spec).AsTask().GetAwaiter().GetResult(), network ?? networks.Of(spec.Joins));
        }
        catch (IOException failure)
        {
            return new LaunchOutcome(null, NotStarted(failure));
        }
    }

    private static string NotStarted(IOException failure) => $"The task's process could not be started: {failure.Message}";
}
