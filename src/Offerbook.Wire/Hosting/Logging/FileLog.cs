using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Offerbook.Wire.Hosting.Logging;

/// <summary>
/// Writes log lines to a file, on a task of its own: whoever logs never waits for the disk. Up to 10,000 lines may wait; more are
/// dropped and counted. At 64 MiB the file becomes <c>….1</c> and a new one begins, so that at most 128 MiB lie on the disk.
/// </summary>
public sealed class FileLog : ILoggerProvider
{
    private const int MaxWaiting = 10_000;
    private const long MaxBytes = 64L * 1024 * 1024;

    private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);
    private readonly Channel<string> _lines = Channel.CreateBounded<string>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly TimeProvider _time;
    private readonly Task _writing;
    private StreamWriter _file;
    private long _dropped;

    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be written.</exception>
    public FileLog(string path, TimeProvider time)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        (Path, _time, _file) = (path, time, Open(path));
        _writing = Task.Run(WriteAsync);
    }

    public string Path { get; }

    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, name => new Logger(this, name));

    public void Dispose()
    {
        _lines.Writer.TryComplete();
        _writing.GetAwaiter().GetResult();
    }

    private static StreamWriter Open(string path) =>
        new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete));

    private void Add(string line)
    {
        if (!_lines.Writer.TryWrite(line))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    private async Task WriteAsync()
    {
        var failed = false;
        while (await _lines.Reader.WaitToReadAsync())
        {
            while (_lines.Reader.TryRead(out var line))
            {
                failed = !await TryWriteAsync(line, failed);
            }
            failed = !await TryWriteAsync(null, failed);
        }
        await _file.DisposeAsync();
    }

    /// <summary>A full disk loses lines and not the program; when there is room again the log goes on.</summary>
    /// <param name="line">Null: nothing but to write out.</param>
    private async Task<bool> TryWriteAsync(string? line, bool failed)
    {
        try
        {
            if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
            {
                await _file.WriteLineAsync($"{dropped} lines were lost");
            }
            if (line is not null)
            {
                await _file.WriteLineAsync(line);
            }
            else
            {
                await _file.FlushAsync();
                await RotateAsync();
            }
            return true;
        }
        catch (IOException fault)
        {
            if (!failed)
            {
                await Console.Error.WriteLineAsync($"offerbook: the log file '{Path}' cannot be written: {fault.Message}");
            }
            Interlocked.Increment(ref _dropped);
            return false;
        }
    }

    private async Task RotateAsync()
    {
        if (_file.BaseStream.Length > MaxBytes)
        {
            await _file.DisposeAsync();
            File.Move(Path, Path + ".1", overwrite: true);
            _file = Open(Path);
        }
    }

    private sealed class Logger(FileLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            var time = log._time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
            var text = formatter(state, exception).ReplaceLineEndings(" ");
            var thrown = exception is null ? "" : " " + exception.ToString().ReplaceLineEndings(" | ");
            log.Add($"{time} {logLevel} {category}: {text}{thrown}");
        }
    }
}
