using System.ComponentModel;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Threads that have given up what containers are not to have, and start processes: these are born without it, which saves each one
/// the execution of setpriv. A start holds its thread until the kernel has executed the program, which on a busy machine takes some
/// milliseconds: so there are a few. Launches are prepared on them, too, as a change of threads costs as much as a part of a launch; what
/// they gave up is missed by what they execute, not by themselves. What needs more rights to be set up (another user, namespaces) is
/// started by an ordinary thread.
/// </summary>
internal sealed class ConfinedThreads : IDisposable
{
    [ThreadStatic]
    private static bool s_isConfined;

    /// <summary>Who waits for work sleeps at once: looking about for it first took a twentieth of the agent's processor time.</summary>
    private readonly object _sleep = new();

    /// <summary>At most one of each launch thread and of each command check that is just due.</summary>
    private readonly Queue<Action> _starts = new();

    private readonly Queue<Action> _launches = new();
    private readonly int _launchCapacity;
    private readonly List<Thread> _threads;
    private readonly IsolationOptions _options;
    private bool _isOver;

    /// <param name="threads">Starts at once.</param>
    /// <param name="launchCapacity">Launches that may wait.</param>
    public ConfinedThreads(IsolationOptions options, int threads, int launchCapacity)
    {
        (_options, _launchCapacity) = (options, launchCapacity);
        _threads = [.. Enumerable.Range(0, threads).Select(_ => new Thread(Run) { IsBackground = true, Name = "container starts" })];
        _threads.ForEach(thread => thread.Start());
    }

    /// <summary>Has a launch prepared behind those that wait. It must not throw.</summary>
    /// <returns>False when too many wait.</returns>
    public bool TryLaunch(Action launch)
    {
        lock (_sleep)
        {
            if (_isOver || _launches.Count >= _launchCapacity)
            {
                return false;
            }
            _launches.Enqueue(launch);
            Monitor.Pulse(_sleep);
            return true;
        }
    }

    /// <summary>Before all launches that wait; at once on one of these threads.</summary>
    /// <param name="network">A process in whose network the child is born; null: this one's.</param>
    /// <exception cref="Win32Exception">It could not be started.</exception>
    /// <exception cref="IOException">That network cannot be entered.</exception>
    public Task<int> StartAsync(string program, IReadOnlyList<string> arguments, IEnumerable<KeyValuePair<string, string>> environment,
        string directory, ProcessIdentity? network = null)
    {
        if (s_isConfined)
        {
            return Task.FromResult(Spawner.Start(program, arguments, environment, directory, network: network));
        }
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_sleep)
        {
            ObjectDisposedException.ThrowIf(_isOver, this);
            _starts.Enqueue(() =>
            {
                try
                {
                    done.SetResult(Spawner.Start(program, arguments, environment, directory, network: network));
                }
                catch (Exception failure) when (failure is Win32Exception or IOException)
                {
                    done.SetException(failure);
                }
            });
            Monitor.Pulse(_sleep);
        }
        return done.Task;
    }

    /// <summary>Finishes what waits.</summary>
    public void Dispose()
    {
        lock (_sleep)
        {
            _isOver = true;
            Monitor.PulseAll(_sleep);
        }
        _threads.ForEach(thread => thread.Join());
    }

    private void Run()
    {
        if (_options.NoNewPrivileges)
        {
            Native.ForbidNewPrivileges();
        }
        if (Ownership.IsRoot && CapabilityNames.Parse(_options.BoundingCapabilities) is { } kept)
        {
            foreach (var dropped in CapabilityNames.Numbers.Where(number => !kept.Contains(CapabilityNames.Of(number)!)))
            {
                Native.DropCapability(dropped);
            }
        }
        s_isConfined = true;
        while (Next() is { } work)
        {
            work();
        }
    }

    private Action? Next()
    {
        lock (_sleep)
        {
            while (true)
            {
                if (_starts.TryDequeue(out var start) || _launches.TryDequeue(out start))
                {
                    return start;
                }
                if (_isOver)
                {
                    return null;
                }
                Monitor.Wait(_sleep);
            }
        }
    }
}
