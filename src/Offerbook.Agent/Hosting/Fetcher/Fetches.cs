using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Fetcher;

/// <summary>
/// What stands between a launch and its container when there is something to fetch. So many containers fetch at once, the rest
/// wait, and none of them holds a thread or a launch worker. Whoever takes a container out of <see cref="_pending"/> decides
/// what becomes of it: it is fetched for and starts, has failed, or was given up.
/// </summary>
internal sealed class Fetches : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ContainerId, CancellationTokenSource> _pending = [];
    private readonly SandboxDirectories _sandboxes;
    private readonly FetchSources _sources;
    private readonly FetchCache _cache;
    private readonly FileFetcher _fetcher;
    private readonly SemaphoreSlim _slots;
    private readonly Func<AgentMessage, ValueTask> _post;
    private readonly ILogger _logger;
    private long _succeeded;
    private long _failed;
    private bool _stopping;

    public Fetches(FetchOptions options, string workDirectory, SandboxDirectories sandboxes, Func<AgentMessage, ValueTask> post,
        ILogger logger)
    {
        (_sandboxes, _post, _logger) = (sandboxes, post, logger);
        _sources = new FetchSources(options);
        _cache = new FetchCache(options, workDirectory, logger);
        _fetcher = new FileFetcher(options, _sources, _cache);
        _slots = new SemaphoreSlim(options.MaxConcurrent);
    }

    public FetchCounts Counts =>
        new(Interlocked.Read(ref _succeeded), Interlocked.Read(ref _failed), _cache.Bytes.Total, _cache.Bytes.Used);

    /// <summary>Fetches what the container wants, then starts it. A failure is its answer.</summary>
    public void Begin(ContainerSpec spec, Action start)
    {
        var cancellation = new CancellationTokenSource();
        _pending[spec.Container] = cancellation;
        _ = Task.Run(() => FetchAsync(spec, start, cancellation));
    }

    /// <summary>Gives up a container that is still fetched for.</summary>
    /// <returns>False when it is not.</returns>
    public bool Cancel(ContainerId container)
    {
        if (!_pending.TryRemove(container, out var cancellation))
        {
            return false;
        }
        cancellation.Cancel();
        _ = _post(new AgentMessage.ContainerLaunchFailed(container, "The launch was given up while files were fetched")).AsTask();
        return true;
    }

    /// <summary>Gives up all without a word: the next agent finds them not started.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        foreach (var container in _pending.Keys)
        {
            if (_pending.TryRemove(container, out var cancellation))
            {
                await cancellation.CancelAsync();
            }
        }
        await _cache.DisposeAsync();
        _sources.Dispose();
    }

    private async Task FetchAsync(ContainerSpec spec, Action start, CancellationTokenSource cancellation)
    {
        string? failure = null;
        try
        {
            await _slots.WaitAsync(cancellation.Token);
            try
            {
                failure = await TryFetchAsync(spec, cancellation.Token);
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return;
        }
        catch (Exception unexpected)
        {
            // Whatever it was, the task must not wait for ever.
            _logger.LogError(unexpected, "Fetching for container {Container} failed in a way that it should not.", spec.Container);
            failure = $"Fetching failed: {unexpected.Message}";
        }
        if (_stopping || !_pending.TryRemove(spec.Container, out _))
        {
            return;
        }
        if (failure is null)
        {
            Interlocked.Increment(ref _succeeded);
            start();
            return;
        }
        Interlocked.Increment(ref _failed);
        await _post(new AgentMessage.ContainerLaunchFailed(spec.Container, failure));
    }

    private async Task<string?> TryFetchAsync(ContainerSpec spec, CancellationToken cancellation)
    {
        if (spec.User is { Length: > 0 } name && Ownership.Find(name) is null)
        {
            return $"The user '{name}' does not exist on this host; name another in CommandInfo.user or FrameworkInfo.user";
        }
        try
        {
            var sandbox = _sandboxes.Prepare(spec.Sandbox);
            try
            {
                await _fetcher.FetchAsync(spec.Fetch, sandbox, spec.User, cancellation);
                return null;
            }
            catch (FetchFailedException failure)
            {
                await File.AppendAllTextAsync(Path.Combine(sandbox, "stderr"), $"offerbook: {failure.Message}\n", cancellation);
                return failure.Message;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _logger.LogWarning("Nothing can be fetched for container {Container}: {Reason}", spec.Container, failure.Message);
            return $"Nothing could be fetched into the sandbox: {failure.Message}";
        }
    }
}

/// <param name="Succeeded">Containers for which all was fetched.</param>
internal readonly record struct FetchCounts(long Succeeded, long Failed, long CacheBytesTotal, long CacheBytesUsed);
