using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Says which records were written to: one inotify watch on their directory, and a thread that waits for it, whatever the number of
/// containers. A container is
/// named once however often its record changed since it was last looked at, so the set is bounded by the containers. When events
/// were lost, or the kernel has no watch left, everything is named; in the latter case several times a second.
/// </summary>
internal sealed class RecordWatcher : IDisposable
{
    private static readonly TimeSpan PollWithoutWatch = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly HashSet<ContainerId> _changed = [];
    private readonly Channel<bool> _signal =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SafeFileHandle? _notices;
    private readonly int _watch;
    private readonly Thread? _thread;
    private readonly ITimer? _poll;
    private volatile bool _stopping;
    private bool _everything;

    public RecordWatcher(string directory, TimeProvider time, ILogger logger)
    {
        _notices = Native.OpenNotices(directory, out _watch);
        if (_notices is not null)
        {
            _thread = new Thread(Listen) { IsBackground = true, Name = "container records" };
            _thread.Start();
            return;
        }
        logger.LogWarning("The kernel gives no inotify watch; containers are polled instead. Raise fs.inotify.max_user_instances.");
        _poll = time.CreateTimer(_ => NameEverything(), null, PollWithoutWatch, PollWithoutWatch);
    }

    /// <summary>Waits until <see cref="Take"/> has something.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        if (!await _signal.Reader.WaitToReadAsync(cancellation))
        {
            return false;
        }
        _signal.Reader.TryRead(out _);
        return true;
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
    public void Wake() => _signal.Writer.TryWrite(true);

    public void Name(ContainerId container)
    {
        lock (_lock)
        {
            _changed.Add(container);
        }
        _signal.Writer.TryWrite(true);
    }

    public void NameEverything()
    {
        lock (_lock)
        {
            _everything = true;
        }
        _signal.Writer.TryWrite(true);
    }

    public void Dispose()
    {
        _stopping = true;
        if (_notices is not null)
        {
            Native.StopNotices(_notices, _watch);
            _thread!.Join();
            _notices.Dispose();
        }
        _poll?.Dispose();
        _signal.Writer.TryComplete();
    }

    private void Listen()
    {
        var buffer = new byte[Native.NoticeBytes];
        var names = new List<string>();
        while (!_stopping)
        {
            names.Clear();
            if (!Native.ReadNotices(_notices!, buffer, names))
            {
                NameEverything();
            }
            if (names.Count == 0)
            {
                continue;
            }
            lock (_lock)
            {
                foreach (var name in names)
                {
                    _changed.Add(new ContainerId(name));
                }
            }
            _signal.Writer.TryWrite(true);
        }
    }
}
