using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Says which records may have changed: one inotify watch on their directory, whatever the number of containers. A container is
/// named once however often its record changed since it was last looked at, so the set is bounded by the containers. When events
/// were lost, or the kernel has no watch left, everything is named; in the latter case several times a second.
/// </summary>
internal sealed class RecordWatcher : IDisposable
{
    private static readonly TimeSpan PollWithoutWatch = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly HashSet<ContainerId> _changed = [];
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly FileSystemWatcher? _watcher;
    private readonly ITimer? _poll;
    private bool _everything;

    public RecordWatcher(string directory, TimeProvider time, ILogger logger)
    {
        try
        {
            _watcher = new FileSystemWatcher(directory) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite };
            _watcher.Created += (_, change) => Name(change.Name);
            _watcher.Changed += (_, change) => Name(change.Name);
            _watcher.Error += (_, _) => NameEverything();
            _watcher.EnableRaisingEvents = true;
        }
        catch (IOException failure)
        {
            _watcher?.Dispose();
            _watcher = null;
            logger.LogWarning("The kernel gives no inotify watch ({Reason}); containers are polled instead. Raise fs.inotify.max_user_instances.", failure.Message);
            _poll = time.CreateTimer(_ => NameEverything(), null, PollWithoutWatch, PollWithoutWatch);
        }
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
        _watcher?.Dispose();
        _poll?.Dispose();
        _signal.Writer.TryComplete();
    }

    private void Name(string? file)
    {
        if (file is not null)
        {
            Name(new ContainerId(file));
        }
    }
}
