using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Attach;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Docker.Sessions;

/// <summary>
/// A command that the engine runs in a container, with its streams on one connection. An engine cannot signal what it executes: that is
/// done by the process's number on this host, and also works while the engine hangs.
/// </summary>
internal sealed class ExecProcess : IAttachedProcess
{
    /// <summary>What an engine puts in one frame.</summary>
    private const int ReadBytes = 32 << 10;

    private const int LastStatusOfItsOwn = 128;

    private readonly bool _hasTerminal;
    private readonly EngineDuplex _stream;
    private readonly ExecEnd _end;
    private readonly ProcessIdentity? _process;
    private readonly CancellationTokenSource _over = new();
    private readonly TerminalResizer _resizer;
    private int _lastSignal;

    /// <param name="pid">On the host; 0 when it is over already, or the engine does not say.</param>
    public ExecProcess(EngineClient engine, string exec, int pid, bool hasTerminal, EngineDuplex stream, ExecEnd end,
        CancellationToken stopping)
    {
        (_hasTerminal, _stream, _end, Pid) = (hasTerminal, stream, end, pid);
        _resizer = new TerminalResizer(engine, $"/exec/{exec}", _over.Token);
        // One that is over has ended already; its number may be another's by now.
        _process = pid > 1 && ProcessTable.Read(pid) is { } found ? new ProcessIdentity(pid, found.Start) : null;
        Exit = WaitAsync(stopping);
    }

    public int Pid { get; }

    public Task<ContainerExit> Exit { get; }

    public async Task PumpAsync(Func<bool, ReadOnlyMemory<byte>, ValueTask> output)
    {
        var frames = _hasTerminal ? null : new ExecFrames();
        var buffer = new byte[ReadBytes];
        try
        {
            while (await _stream.ReadAsync(buffer, _over.Token) is var read and > 0)
            {
                ReadOnlyMemory<byte> bytes = buffer.AsMemory(0, read);
                if (frames is null)
                {
                    await output(false, bytes);
                    continue;
                }
                while (frames.Next(ref bytes, out var isError) is { Length: > 0 } piece)
                {
                    await output(isError, piece);
                }
            }
        }
        catch (Exception ended) when (ended is IOException or InvalidDataException or ObjectDisposedException or OperationCanceledException)
        {
            // Cut, or over: the end tells how.
        }
        _end.Nudge(isDead: false);
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation) => _stream.WriteAsync(input, cancellation);

    public ValueTask CloseInputAsync()
    {
        if (!_hasTerminal)
        {
            _stream.EndWriting();
        }
        return ValueTask.CompletedTask;
    }

    public void Resize(TerminalSize size)
    {
        if (_hasTerminal)
        {
            _resizer.Resize(size);
        }
    }

    public void Signal(int signal)
    {
        if (Exit.IsCompleted)
        {
            return;
        }
        Volatile.Write(ref _lastSignal, signal);
        if (_process is not { } process)
        {
            return;
        }
        var isAlive = process.IsAlive;
        if (signal == Native.Kill)
        {
            // What it has started goes too.
            _ = Task.Run(() => SessionKiller.KillSession(process));
        }
        else if (isAlive)
        {
            Native.Signal(process.Pid, signal);
        }
        _end.Nudge(isDead: !isAlive);
    }

    public async ValueTask DisposeAsync()
    {
        Signal(Native.Kill);
        await Exit;
        await _over.CancelAsync();
        await _stream.DisposeAsync();
    }

    private async Task<ContainerExit> WaitAsync(CancellationToken stopping)
    {
        var exit = await _end.WaitAsync(stopping);
        if (_process is { } process)
        {
            await Task.Run(() => SessionKiller.KillSession(process), CancellationToken.None);
        }
        return exit is ContainerExit.Exited { Code: > LastStatusOfItsOwn and var status }
            && status - LastStatusOfItsOwn == Volatile.Read(ref _lastSignal)
            ? new ContainerExit.Signaled(status - LastStatusOfItsOwn)
            : exit;
    }
}
