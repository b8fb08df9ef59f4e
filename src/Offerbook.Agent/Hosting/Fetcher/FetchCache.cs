using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Offerbook.Agent.Hosting.Fetcher;

/// <summary>
/// Keeps files that were fetched, by user and URI, within a bound of bytes. Those who want the same file at the same time share
/// one download, which goes on as long as one of them waits. Room is made by dropping what nobody uses, the least recently used
/// first; when that is not enough, the file is not kept. A kept file is not compared with its source again. Empty after a start.
/// </summary>
internal sealed class FetchCache : IAsyncDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _directory;
    private readonly long _capacity;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string User, string Uri), CachedFile> _files = [];
    private long _used;
    private long _clock;

    public FetchCache(FetchOptions options, string workDirectory, ILogger logger)
    {
        (_capacity, _logger) = (options.CacheBytes, logger);
        // Several agents may be told the same directory.
        var own = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(workDirectory)))[..16].ToLowerInvariant();
        _directory = Path.Combine(options.CacheDirectory ?? Path.Combine(workDirectory, "fetch"), own);
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    public delegate Task Download(Stream to, Action<long> reserve, Action<long> grow, CancellationToken cancellation);

    public (long Total, long Used) Bytes
    {
        get
        {
            lock (_lock)
            {
                return (_capacity, _used);
            }
        }
    }

    /// <summary>The file, downloaded now if need be. It stays as long as the lease is held.</summary>
    /// <returns>Null when the cache has no room for it.</returns>
    /// <exception cref="FetchFailedException">It cannot be had.</exception>
    public async Task<FetchLease?> AcquireAsync(string user, string uri, Download download, CancellationToken cancellation)
    {
        if (_capacity == 0)
        {
            return null;
        }
        CachedFile? file;
        lock (_lock)
        {
            if (!_files.TryGetValue((user, uri), out file))
            {
                file = new CachedFile(user, uri, Path.Combine(_directory, $"{++_clock}"));
                _files.Add((user, uri), file);
                file.Ready = Task.Run(() => DownloadAsync(file, download));
            }
            file.Users++;
            file.LastUse = ++_clock;
        }
        try
        {
            if (await file.Ready.WaitAsync(cancellation))
            {
                return new FetchLease(file.Path, () => Release(file));
            }
        }
        catch
        {
            Release(file);
            throw;
        }
        Release(file);
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        List<CachedFile> files;
        lock (_lock)
        {
            files = [.. _files.Values];
        }
        foreach (var file in files)
        {
            await file.Cancellation.CancelAsync();
            await file.Ready.ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    /// <returns>False when there is no room.</returns>
    private async Task<bool> DownloadAsync(CachedFile file, Download download)
    {
        try
        {
            Directory.CreateDirectory(_directory, OwnerOnly);
            await using (var to = new FileStream(file.Path, new FileStreamOptions
            {
                Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                Options = FileOptions.Asynchronous,
            }))
            {
                await download(to, bytes => Take(file, bytes), bytes => Take(file, bytes), file.Cancellation.Token);
            }
            return true;
        }
        catch (NoRoomException)
        {
            Drop(file);
            return false;
        }
        catch
        {
            Drop(file);
            throw;
        }
    }

    private void Take(CachedFile file, long bytes)
    {
        lock (_lock)
        {
            while (_used + bytes > _capacity)
            {
                var oldest = _files.Values.Where(other => other.Users == 0).MinBy(other => other.LastUse) ?? throw new NoRoomException();
                Remove(oldest);
            }
            _used += bytes;
            file.Bytes += bytes;
        }
    }

    private void Drop(CachedFile file)
    {
        lock (_lock)
        {
            Remove(file);
        }
    }

    /// <summary>Under the lock.</summary>
    private void Remove(CachedFile file)
    {
        if (_files.TryGetValue((file.User, file.Uri), out var known) && known == file)
        {
            _files.Remove((file.User, file.Uri));
        }
        _used -= file.Bytes;
        file.Bytes = 0;
        try
        {
            File.Delete(file.Path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _logger.LogWarning("A file of the fetcher's cache cannot be deleted: {Path}: {Reason}", file.Path, failure.Message);
        }
    }

    private void Release(CachedFile file)
    {
        lock (_lock)
        {
            if (--file.Users == 0 && !file.Ready.IsCompleted)
            {
                // Nobody waits for it any more. Whoever asks from now on begins a new one.
                _files.Remove((file.User, file.Uri));
                file.Cancellation.Cancel();
            }
        }
    }

    /// <summary>What is in use leaves no room.</summary>
    private sealed class NoRoomException : Exception;

    private sealed class CachedFile(string user, string uri, string path)
    {
        public string User => user;

        public string Uri => uri;

        public string Path => path;

        public CancellationTokenSource Cancellation { get; } = new();

        public Task<bool> Ready { get; set; } = Task.FromResult(false);

        public int Users { get; set; }

        public long LastUse { get; set; }

        public long Bytes { get; set; }
    }
}

/// <summary>A file that stays until this is disposed.</summary>
internal sealed class FetchLease(string path, Action release) : IDisposable
{
    private Action? _release = release;

    public string Path => path;

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
