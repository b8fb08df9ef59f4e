using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Says which records were written to: one inotify watch on their directory, whatever the number of containers, for which the thread that
/// looks at records waits itself. A container is named once however often its record changed since it was last looked at, so the set is
/// bounded by the containers. When events were lost, or the kernel has no watch left, everything is named; in the latter case several times
/// a second.
/// </summary>
internal sealed class RecordWatcher : IDisposable
{
    private const long BellKey = -1;
    private const long NoticesKey = 0;

    private static readonly TimeSpan PollWithoutWatch = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly HashSet<ContainerId> _changed = [];
    private readonly SafeFileHandle? _notices;
    private readonly SafeFileHandle? _set;
    private readonly SafeFileHandle? _bell;

    /// <summary>Takes the place of the bell where the kernel gives none.</summary>
    private readonly AutoResetEvent _woken = new(false);

    private readonly ITimer? _poll;
    private readonly byte[] _buffer = new byte[Native.NoticeBytes];
    private readonly List<string> _names = [];
    private bool _everything;
    private bool _stopping;
    private bool _disposed;

    public RecordWatcher(string directory, TimeProvider time, ILogger logger)
    {
        _set = Native.OpenWaitSet();
        _bell = Native.OpenBell();
        _notices = Native.OpenNotices(directory);
        if (_set is null || _bell is null || !Native.AddToSet(_set, _bell, BellKey, once: false))
        {
            _set?.Dispose();
            _set = null;
        }
        if (_set is not null && _notices is not null && Native.AddToSet(_set, _notices, NoticesKey, once: false))
        {
            return;
        }
        logger.LogWarning("The kernel gives no inotify watch; containers are polled instead. Raise fs.inotify.max_user_instances.");
        _poll = time.CreateTimer(_ => NameEverything(), null, PollWithoutWatch, PollWithoutWatch);
    }

    /// <summary>Waits until <see cref="Take"/> has something, or somebody wakes. One thread.</summary>
    /// <returns>False when it is over.</returns>
    public bool Wait()
    {
        if (_set is null)
        {
            _woken.WaitOne();
        }
        else
        {
            Span<long> keys = stackalloc long[2];
            int count;
            while ((count = Native.WaitForSet(_set, keys)) == 0)
            {
                // A signal came in between.
            }
            foreach (var key in keys[..count])
            {
                if (key == BellKey)
                {
                    Native.Hush(_bell!);
                }
                else
                {
                    Listen();
                }
            }
        }
        return !Volatile.Read(ref _stopping);
    }

    /// <returns>The containers named since the last call, or null for all of them.</returns>
    public IReadOnlyList<ContainerId>? Take()
    {
        lock (_lock)
        {
            ContainerId[]? taken = _everything ? null : [.. _changed];
            _changed.Clear();
            _everything = false;
            return taken;
        }
    }

    /// <summary>Ends a wait without naming anything.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            Ring();
        }
    }

    public void Name(ContainerId container)
    {
        lock (_lock)
        {
            _changed.Add(container);
            Ring();
        }
    }

    public void NameEverything()
    {
        lock (_lock)
        {
            _everything = true;
            Ring();
        }
    }

    /// <summary>Ends the wait, and those to come.</summary>
    public void Stop()
    {
        Volatile.Write(ref _stopping, true);
        Wake();
    }

    /// <summary>Nobody may wait any more.</summary>
    public void Dispose()
    {
        _poll?.Dispose();
        lock (_lock)
        {
            _disposed = true;
            _notices?.Dispose();
            _set?.Dispose();
            _bell?.Dispose();
            _woken.Dispose();
        }
    }

    private void Ring()
    {
        if (_disposed)
        {
            return;
        }
        if (_set is null)
        {
            _woken.Set();
        }
        else
        {
            Native.Ring(_bell!);
        }
    }

    private void Listen()
    {
        _names.Clear();
        var complete = Native.ReadNotices(_notices!, _buffer, _names);
        lock (_lock)
        {
            _everything |= !complete;
            foreach (var name in _names)
            {
                _changed.Add(new ContainerId(name));
            }
        }
    }
}
