using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Attach;

/// <summary>
/// The terminal of one container: what comes goes to the end of a file and to those who are attached. Others end and signal the process.
/// </summary>
internal sealed class TaskTerminal : IAttachedProcess
{
    /// <summary>A terminal's line discipline passes on at most 4 KiB at once.</summary>
    private const int ReadBytes = 4 * 1024;

    private const int StackBytes = 256 * 1024;

    private readonly PseudoTerminal _terminal;
    private readonly string _log;
    private readonly ContainerId _container;
    private readonly ILogger _logger;
    private readonly SafeFileHandle _bell = Native.OpenBell() ?? throw new IOException("the kernel gives no more descriptors");
    private readonly TaskCompletionSource<ContainerExit> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _read = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <exception cref="IOException">The kernel gives no more descriptors.</exception>
    public TaskTerminal(PseudoTerminal terminal, string log, ContainerId container, ILogger logger) =>
        (_terminal, _log, _container, _logger) = (terminal, log, container, logger);

    public int Pid => 0;

    public Task<ContainerExit> Exit => _exit.Task;

    public Task PumpAsync(Func<bool, ReadOnlyMemory<byte>, ValueTask> output)
    {
        new Thread(() => Read(output), StackBytes) { IsBackground = true, Name = "terminal" }.Start();
        return _read.Task;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        try
        {
            // Blocks while the process does not read.
            await Task.Run(() => _terminal.Stream.Write(input.Span), cancellation).WaitAsync(cancellation);
        }
        catch (ObjectDisposedException)
        {
            throw new IOException("the terminal is closed");
        }
    }

    public ValueTask CloseInputAsync() => ValueTask.CompletedTask;

    public void Resize(TerminalSize size) => _terminal.Resize(size);

    public void Signal(int signal)
    {
        // It is not this agent's session: whoever looks on does not end the task.
    }

    /// <summary>The process has ended: what it has written is read, and then the terminal goes.</summary>
    public void End(ContainerExit exit)
    {
        _terminal.End();
        _exit.TrySetResult(exit);
    }

    /// <summary>Stops reading; the process goes on.</summary>
    public void Leave()
    {
        Native.Ring(_bell);
        _exit.TrySetResult(new ContainerExit.Vanished("The agent stopped"));
    }

    public async ValueTask DisposeAsync()
    {
        Native.Ring(_bell);
        await _read.Task;
        _terminal.Dispose();
        _bell.Dispose();
    }

    private void Read(Func<bool, ReadOnlyMemory<byte>, ValueTask> output)
    {
        var buffer = new byte[ReadBytes];
        SafeFileHandle? log = null;
        var isLost = false;
        try
        {
            while (NativeTerminal.WaitToRead(_terminal.Master, _bell) && _terminal.Stream.Read(buffer) is var read and > 0)
            {
                log ??= Native.OpenAppend(_log);
                if (!TryKeep(log, buffer.AsSpan(0, read)) && !isLost)
                {
                    isLost = true;
                    _logger.LogWarning("What container {Container} writes to its terminal cannot be written to {File}.", _container, _log);
                }
                output(false, buffer.AsMemory(0, read)).AsTask().GetAwaiter().GetResult();
            }
        }
        catch (IOException)
        {
            // Nobody has the other end open any more.
        }
        finally
        {
            log?.Dispose();
            _read.SetResult();
        }
    }

    private static bool TryKeep(SafeFileHandle? log, ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (log is not null)
            {
                RandomAccess.Write(log, bytes, 0);
            }
            return log is not null;
        }
        catch (IOException)
        {
            // The disk is full: who is attached sees it all the same.
            return false;
        }
    }
}
