using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Attach;

namespace Offerbook.Agent.Hosting.Docker.Sessions;

/// <summary>
/// The terminal of a container, as the engine shares it with everybody who asks. When the stream ends, so has the container, or the engine.
/// </summary>
internal sealed class EngineTerminal : IAttachedProcess
{
    /// <summary>What an engine passes on at once.</summary>
    private const int ReadBytes = 32 << 10;

    private readonly EngineDuplex _stream;
    private readonly CancellationTokenSource _over;
    private readonly TerminalResizer _resizer;
    private readonly TaskCompletionSource<ContainerExit> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="name">The engine's, of the container.</param>
    /// <param name="stopping">The agent stops.</param>
    public EngineTerminal(EngineClient engine, string name, EngineDuplex stream, CancellationToken stopping)
    {
        _stream = stream;
        _over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _resizer = new TerminalResizer(engine, $"/containers/{name}", _over.Token);
    }

    public int Pid => 0;

    public Task<ContainerExit> Exit => _exit.Task;

    public async Task PumpAsync(Func<bool, ReadOnlyMemory<byte>, ValueTask> output)
    {
        var buffer = new byte[ReadBytes];
        try
        {
            while (await _stream.ReadAsync(buffer, _over.Token) is var read and > 0)
            {
                await output(false, buffer.AsMemory(0, read));
            }
        }
        catch (Exception ended) when (ended is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // Cut, or over: what became of the container is told elsewhere.
        }
        _exit.TrySetResult(new ContainerExit.Vanished("The terminal was closed"));
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation) => _stream.WriteAsync(input, cancellation);

    public ValueTask CloseInputAsync() => ValueTask.CompletedTask;

    public void Resize(TerminalSize size) => _resizer.Resize(size);

    public void Signal(int signal)
    {
        // Whoever looks on does not end the task.
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _stream.DisposeAsync();
    }
}
