using System.IO.Enumeration;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Counts what sandboxes hold on disk, one after the other, and rests 49 times as long as each took, so that counting never takes
/// more than a fiftieth of a processor however large the sandboxes are. Links are not followed and volumes do not count.
/// </summary>
internal sealed class DiskCare : IAsyncDisposable
{
    /// <summary>So many files take some seconds to look at; a sandbox with more is counted as if it had no more.</summary>
    private const int MaxFiles = 1_000_000;

    private const double Megabyte = 1 << 20;
    private const int RestFactor = 49;

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private readonly Func<IReadOnlyList<TrackedContainer>> _running;
    private readonly SandboxDirectories _sandboxes;
    private readonly IsolationOptions _options;
    private readonly Action<TrackedContainer, double, double> _end;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();

    /// <param name="end">Ends a container that holds more (MiB) than it may (MiB).</param>
    public DiskCare(Func<IReadOnlyList<TrackedContainer>> running, SandboxDirectories sandboxes, IsolationOptions options,
        Action<TrackedContainer, double, double> end, TimeProvider time)
    {
        (_running, _sandboxes, _options, _end, _time) = (running, sandboxes, options, end, time);
        Completion = RunAsync();
    }

    public Task Completion { get; }

    /// <summary>Bytes on disk below a directory.</summary>
    /// <param name="except">Directories directly or deeper below that do not count.</param>
    public static long Count(string directory, IReadOnlySet<string> except, CancellationToken cancellation)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = true };
        var files = new FileSystemEnumerable<string>(directory, (ref FileSystemEntry entry) => entry.ToFullPath(), options)
        {
            ShouldRecursePredicate = (ref FileSystemEntry entry) =>
                (entry.Attributes & FileAttributes.ReparsePoint) == 0 && (except.Count == 0 || !except.Contains(entry.ToFullPath())),
        };
        var bytes = 0L;
        foreach (var file in files.Take(MaxFiles))
        {
            cancellation.ThrowIfCancellationRequested();
            bytes += Native.Facts(file)?.Allocated ?? 0;
        }
        return bytes;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Completion;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                await Task.Delay(Beat, _time, _stopping.Token);
                foreach (var container in _running())
                {
                    if (container.DiskBytes is null || _time.GetElapsedTime(container.DiskCountedAt) >= _options.DiskWatchInterval)
                    {
                        await Task.Delay(Look(container) * RestFactor, _time, _stopping.Token);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The agent stops.
        }
    }

    /// <returns>How long it took.</returns>
    private TimeSpan Look(TrackedContainer container)
    {
        var began = _time.GetTimestamp();
        var sandbox = _sandboxes.PathOf(container.Spec.Sandbox);
        try
        {
            var volumes = container.Spec.Volumes.Select(volume => Path.Combine(sandbox, volume.ContainerPath.TrimEnd('/')))
                .ToHashSet(StringComparer.Ordinal);
            container.DiskBytes = Count(sandbox, volumes, _stopping.Token);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The sandbox has just gone; one that stays is counted next time.
            container.DiskBytes ??= 0;
        }
        container.DiskCountedAt = _time.GetTimestamp();
        if (_options.EnforceDiskQuota && container is { IsRunning: true, Limits.DiskMegabytes: { } limit, DiskBytes: { } used }
            && used > limit * Megabyte)
        {
            _end(container, Math.Round(used / Megabyte, 3), limit);
        }
        return _time.GetElapsedTime(began);
    }
}
