using Microsoft.Extensions.Logging;

namespace Offerbook.Master.Hosting;

/// <summary>
/// Watches the file of hosts whose resources may be offered: one name a line, blank lines ignored; an empty file allows none. While the
/// file cannot be read, what was read last goes on to hold. Each term is told what holds when it begins.
/// </summary>
internal sealed class Whitelist : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Names of 255 bytes for 200,000 hosts.</summary>
    private const long MaxBytes = 64L * 1024 * 1024;

    private readonly string _file;
    private readonly ILogger? _log;
    private readonly SemaphoreSlim _telling = new(1);
    private string[] _last;
    private Func<MasterMessage, ValueTask<bool>>? _post;
    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;

    /// <exception cref="FormatException">The file cannot be read at the start.</exception>
    public Whitelist(string file, ILogger? log)
    {
        (_file, _log) = (file, log);
        _last = Read() ?? throw new FormatException($"--whitelist: '{file}' cannot be read");
    }

    /// <summary>Begins to look at the file now and then.</summary>
    public void Start(TimeProvider time) => _watching = WatchAsync(time);

    /// <summary>Tells the core of a term what the file holds, now and whenever that changes, in place of the term before.</summary>
    /// <param name="post">False, and nothing more, when the term is over.</param>
    public async Task FollowAsync(Func<MasterMessage, ValueTask<bool>> post)
    {
        await _telling.WaitAsync();
        try
        {
            _post = post;
            await post(new MasterMessage.WhitelistChanged(_last));
        }
        finally
        {
            _telling.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        _stopping.Dispose();
        _telling.Dispose();
    }

    private async Task WatchAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(Pause, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                if (Read() is { } hosts && !hosts.SequenceEqual(_last))
                {
                    await TellAsync(hosts);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The master stops.
        }
    }

    private async Task TellAsync(string[] hosts)
    {
        await _telling.WaitAsync(_stopping.Token);
        try
        {
            _last = hosts;
            if (_post is { } post)
            {
                await post(new MasterMessage.WhitelistChanged(hosts));
            }
        }
        finally
        {
            _telling.Release();
        }
    }

    private string[]? Read()
    {
        try
        {
            if (new FileInfo(_file).Length <= MaxBytes)
            {
                return [.. File.ReadLines(_file).Select(line => line.Trim()).Where(line =>
                    line.Length > 0).Distinct().Order(StringComparer.Ordinal)];
            }
            _log?.LogWarning("The whitelist '{File}' is longer than {Bytes} bytes and was not read", _file, MaxBytes);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            _log?.LogWarning("The whitelist '{File}' cannot be read: {Reason}", _file, fault.Message);
        }
        return null;
    }
}
