using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Attach;

/// <summary>
/// A process of the host with its streams. Each output has a thread while it lasts, because the kernel offers no other way to wait
/// for a terminal, and its end has one; the core bounds how many there are.
/// </summary>
internal sealed class AttachedProcess : IAttachedProcess
{
    /// <summary>What a pipe passes on at once is at most 64 KiB; a terminal's line discipline 4.</summary>
    private const int ReadBytes = 16 * 1024;

    private const int StackBytes = 256 * 1024;
    private const int LastStatusOfItsOwn = 128;

    private readonly StandardPipes _pipes;
    private readonly Lifeline _lifeline;
    private readonly PseudoTerminal? _terminal;
    private readonly SemaphoreSlim _output = new(1);
    private int _lastSignal;

    /// <param name="child">Is collected here.</param>
    public AttachedProcess(int child, StandardPipes pipes, Lifeline lifeline, PseudoTerminal? terminal)
    {
        (_pipes, _lifeline, _terminal) = (pipes, lifeline, terminal);
        Pid = child;
        Exit = WaitAsync();
    }

    public int Pid { get; }

    public Task<ContainerExit> Exit { get; }

    public Task PumpAsync(Func<bool, ReadOnlyMemory<byte>, ValueTask> output)
    {
        async ValueTask OneAtATimeAsync(bool isError, ReadOnlyMemory<byte> data)
        {
            await _output.WaitAsync();
            try
            {
                await output(isError, data);
            }
            finally
            {
                _output.Release();
            }
        }
        // What the shell says before it becomes the process comes on its own error output, also where there is a terminal.
        var error = ReadAsync(_pipes.Error, data => OneAtATimeAsync(_terminal is null, data));
        var normal = ReadAsync(_terminal?.Stream ?? _pipes.Output, data => OneAtATimeAsync(false, data));
        return Task.WhenAll(error, normal);
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        var target = _terminal?.Stream ?? _pipes.Input;
        try
        {
            // Blocks while the process does not read.
            await Task.Run(() =>
            {
                target.Write(input.Span);
                target.Flush();
            }, cancellation).WaitAsync(cancellation);
        }
        catch (ObjectDisposedException)
        {
            throw new IOException("the input is closed");
        }
    }

    public ValueTask CloseInputAsync()
    {
        if (_terminal is null)
        {
            _pipes.Input.Dispose();
        }
        return ValueTask.CompletedTask;
    }

    public void Resize(TerminalSize size) => _terminal?.Resize(size);

    public void Signal(int signal)
    {
        if (Exit.IsCompleted)
        {
            return;
        }
        Volatile.Write(ref _lastSignal, signal);
        if (signal == Native.Kill)
        {
            Native.SignalGroup(Pid, signal);
            _lifeline.Cut();
        }
        else
        {
            Native.Signal(Pid, signal);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Signal(Native.Kill);
        await Exit;
        _terminal?.Dispose();
        _pipes.Dispose();
    }

    private async Task<ContainerExit> WaitAsync()
    {
        var status = Native.StatusOf(await EndAsync());
        // What it left behind goes too.
        _lifeline.Cut();
        _terminal?.End();
        return status > LastStatusOfItsOwn && status - LastStatusOfItsOwn == Volatile.Read(ref _lastSignal)
            ? new ContainerExit.Signaled(status - LastStatusOfItsOwn)
            : new ContainerExit.Exited(status);
    }

    private Task<int> EndAsync()
    {
        var ended = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => ended.SetResult(Native.WaitForEnd(Pid)), StackBytes) { IsBackground = true, Name = "attached end" }.Start();
        return ended.Task;
    }

    private static Task ReadAsync(Stream stream, Func<ReadOnlyMemory<byte>, ValueTask> output)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            var buffer = new byte[ReadBytes];
            try
            {
                int read;
                while ((read = stream.Read(buffer)) > 0)
                {
                    output(buffer.AsMemory(0, read)).AsTask().GetAwaiter().GetResult();
                }
                done.SetResult();
            }
            catch (Exception ended) when (ended is IOException or ObjectDisposedException or UnauthorizedAccessException)
            {
                // A terminal that nobody has open any more ends so.
                done.SetResult();
            }
            catch (Exception fault)
            {
                done.SetException(fault);
            }
        }, StackBytes) { IsBackground = true, Name = "attached output" };
        thread.Start();
        return done.Task;
    }
}
