using Microsoft.Extensions.Logging;

namespace Offerbook.Master.Hosting;

/// <summary>
/// Watches the file of hosts whose resources may be offered: one name a line, blank lines ignored; an empty file allows none. While the
/// file cannot be read, what was read last goes on to hold.
/// </summary>
internal sealed class Whitelist : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Names of 255 bytes for 200,000 hosts.</summary>
    private const long MaxBytes = 64L * 1024 * 1024;

    private readonly string _file;
    private readonly ILogger? _log;
    private readonly string[] _first;
    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;

    /// <exception cref="FormatException">The file cannot be read at the start.</exception>
    public Whitelist(string file, ILogger? log)
    {
        (_file, _log) = (file, log);
        _first = Read() ?? throw new FormatException($"--whitelist: '{file}' cannot be read");
    }

    /// <summary>Tells the core what the file holds, now and whenever that changes.</summary>
    public async Task StartAsync(Func<MasterMessage, ValueTask<bool>> post, TimeProvider time)
    {
        await post(new MasterMessage.WhitelistChanged(_first));
        _watching = WatchAsync(post, time);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        _stopping.Dispose();
    }

    private async Task WatchAsync(Func<MasterMessage, ValueTask<bool>> post, TimeProvider time)
    {
        using var timer = new PeriodicTimer(Pause, time);
        var last = _first;
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                if (Read() is { } hosts && !hosts.SequenceEqual(last))
                {
                    last = hosts;
                    await post(new MasterMessage.WhitelistChanged(hosts));
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The master stops.
        }
    }

    private string[]? Read()
    {
        try
        {
            if (new FileInfo(_file).Length <= MaxBytes)
            {
                return [.. File.ReadLines(_file).Select(line => line.Trim()).Where(line => line.Length > 0).Distinct().Order(StringComparer.Ordinal)];
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
