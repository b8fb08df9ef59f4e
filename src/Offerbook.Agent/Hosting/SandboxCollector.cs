using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Sandbox;

namespace Offerbook.Agent.Hosting;

/// <summary>Deletes sandboxes one after the other beside the agent: a large one takes seconds.</summary>
internal sealed class SandboxCollector : IAsyncDisposable
{
    /// <summary>Deletions that may wait. One beyond is dropped with a warning: its sandbox stays until somebody deletes it.</summary>
    private const int Capacity = 65_536;

    private readonly Channel<SandboxPath> _orders = Channel.CreateBounded<SandboxPath>(Capacity);
    private readonly SandboxDirectories _sandboxes;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public SandboxCollector(SandboxDirectories sandboxes, ILogger logger)
    {
        (_sandboxes, _logger) = (sandboxes, logger);
        _running = RunAsync();
    }

    public void Remove(SandboxPath sandbox)
    {
        if (!_orders.Writer.TryWrite(sandbox))
        {
            _logger.LogWarning("Too many sandboxes wait for deletion; {Sandbox} stays.", sandbox.Directory);
        }
    }

    /// <summary>Leaves the rest: the removals since the last snapshot are repeated after a restart.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            await foreach (var sandbox in _orders.Reader.ReadAllAsync(_stopping.Token))
            {
                try
                {
                    _sandboxes.Remove(sandbox);
                }
                catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
                {
                    _logger.LogWarning("Sandbox {Sandbox} cannot be deleted: {Reason}", sandbox.Directory, failure.Message);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Said above.
        }
    }
}
