using Microsoft.Win32.SafeHandles;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Tells when supervisors end, without a look at each: one thread waits for all of them. Each takes a descriptor, so there are at most
/// as many as the agent has tasks; a process for which there is none left is to be looked at now and then instead.
/// Collects those that this process has started; those of an earlier agent are init's.
/// </summary>
internal sealed class ProcessEnds : IDisposable
{
    private const long BellKey = -1;

    /// <summary>Ends told by one call of the kernel.</summary>
    private const int MaxAtOnce = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, Watched> _watched = [];
    private readonly Action<ContainerId> _ended;
    private readonly SafeFileHandle? _set;
    private readonly SafeFileHandle? _bell;
    private readonly Thread? _thread;
    private long _lastKey;
    private volatile bool _stopping;

    /// <param name="ended">Called by the thread that waits; must not block.</param>
    public ProcessEnds(Action<ContainerId> ended)
    {
        _ended = ended;
        _set = Native.OpenWaitSet();
        _bell = Native.OpenBell();
        if (_set is null || _bell is null || !Native.AddToSet(_set, _bell, BellKey))
        {
            return;
        }
        _thread = new Thread(Run) { IsBackground = true, Name = "ends of supervisors" };
        _thread.Start();
    }

    /// <param name="isChild">Whether this process has started it and must collect it.</param>
    /// <returns>False when nobody will tell of its end.</returns>
    public bool TryWatch(ProcessIdentity process, bool isChild, ContainerId container)
    {
        if (_thread is null || Native.OpenProcess(process.Pid) is not { } descriptor)
        {
            return false;
        }
        // An uncollected child keeps its number. Of any other process the number may have changed hands before it was opened.
        if (!isChild && !process.IsAlive)
        {
            descriptor.Dispose();
            return false;
        }
        long key;
        lock (_lock)
        {
            key = ++_lastKey;
            _watched.Add(key, new Watched(descriptor, process.Pid, isChild, container));
        }
        if (Native.AddToSet(_set!, descriptor, key))
        {
            return true;
        }
        lock (_lock)
        {
            _watched.Remove(key);
        }
        descriptor.Dispose();
        return false;
    }

    public void Dispose()
    {
        _stopping = true;
        if (_thread is not null)
        {
            Native.Ring(_bell!);
            _thread.Join();
        }
        foreach (var watched in _watched.Values)
        {
            watched.Descriptor.Dispose();
        }
        _set?.Dispose();
        _bell?.Dispose();
    }

    private void Run()
    {
        Span<long> keys = stackalloc long[MaxAtOnce];
        while (!_stopping)
        {
            var count = Native.WaitForSet(_set!, keys);
            foreach (var key in keys[..count])
            {
                Take(key);
            }
        }
    }

    private void Take(long key)
    {
        Watched watched;
        lock (_lock)
        {
            if (!_watched.Remove(key, out watched))
            {
                return;
            }
        }
        watched.Descriptor.Dispose();
        if (watched.IsChild)
        {
            Native.TryReap(watched.Pid);
        }
        _ended(watched.Container);
    }

    private readonly record struct Watched(SafeFileHandle Descriptor, int Pid, bool IsChild, ContainerId Container);
}
