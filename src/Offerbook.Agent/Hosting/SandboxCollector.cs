using System.IO.Enumeration;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Sandbox;

namespace Offerbook.Agent.Hosting;

/// <summary>
/// Deletes and measures sandboxes one after the other beside the agent: a large one takes seconds. The disk is measured in the
/// same order, so that what is being deleted does not count as full. It works on a thread that stands back behind all others, so that
/// launches do not wait for it; only when more than <see cref="Crowded"/> orders wait it takes its share like everybody.
/// </summary>
internal sealed class SandboxCollector : IAsyncDisposable
{
    /// <summary>Orders that may wait. A deletion beyond is dropped with a warning: its sandbox stays until somebody deletes it.</summary>
    private const int Capacity = 65_536;

    /// <summary>Many a burst of short tasks is over before.</summary>
    private const int Crowded = 4_096;

    private readonly Channel<Order> _orders = Channel.CreateBounded<Order>(Capacity);
    private readonly SandboxDirectories _sandboxes;
    private readonly string _work;
    private readonly Func<AgentMessage, ValueTask> _post;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private long _succeeded;
    private long _failed;

    public SandboxCollector(SandboxDirectories sandboxes, string workDirectory, Func<AgentMessage, ValueTask> post, ILogger logger)
    {
        (_sandboxes, _work, _post, _logger) = (sandboxes, workDirectory, post, logger);
        _running = RunAsync();
    }

    private enum Kind
    {
        Remove,
        Measure,
        MeasureDisk,
    }

    /// <summary>Deletions that wait, that were done, and that could not be done.</summary>
    public (long Pending, long Succeeded, long Failed) Counts =>
        (_orders.Reader.Count, Interlocked.Read(ref _succeeded), Interlocked.Read(ref _failed));

    public void Remove(SandboxPath sandbox)
    {
        if (!_orders.Writer.TryWrite(new Order(Kind.Remove, sandbox)))
        {
            _logger.LogWarning("Too many sandboxes wait for deletion; {Sandbox} stays.", sandbox.Directory);
        }
    }

    /// <summary>One that is dropped is asked for again with the next review.</summary>
    public void Measure(SandboxPath sandbox) => _orders.Writer.TryWrite(new Order(Kind.Measure, sandbox));

    /// <summary>See <see cref="Measure"/>.</summary>
    public void MeasureDisk() => _orders.Writer.TryWrite(new Order(Kind.MeasureDisk, default));

    /// <summary>Leaves the rest: the removals since the last snapshot are repeated after a restart.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private Task RunAsync()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                Native.StandBack();
                Run();
                ended.SetResult();
            }
            catch (Exception failure)
            {
                ended.SetException(failure);
            }
        })
        { IsBackground = true, Name = "sandbox collector" }.Start();
        return ended.Task;
    }

    private void Run()
    {
        try
        {
            while (_orders.Reader.WaitToReadAsync(_stopping.Token).AsTask().GetAwaiter().GetResult())
            {
                while (!_stopping.IsCancellationRequested && _orders.Reader.TryRead(out var order))
                {
                    var obeyed = _orders.Reader.Count < Crowded ? ObeyAsync(order) : Task.Run(() => ObeyAsync(order));
                    obeyed.GetAwaiter().GetResult();
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Said above.
        }
    }

    private async Task ObeyAsync(Order order)
    {
        try
        {
            switch (order.Kind)
            {
                case Kind.Remove:
                    _sandboxes.Remove(order.Sandbox);
                    Interlocked.Increment(ref _succeeded);
                    break;
                case Kind.Measure:
                    await _post(new AgentMessage.SandboxMeasured(order.Sandbox.Container, Bytes(_sandboxes.PathOf(order.Sandbox))));
                    break;
                default:
                    var drive = new DriveInfo(_work);
                    await _post(new AgentMessage.DiskMeasured(1 - ((double)drive.AvailableFreeSpace / Math.Max(1, drive.TotalSize))));
                    break;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (order.Kind == Kind.Remove)
            {
                Interlocked.Increment(ref _failed);
            }
            _logger.LogWarning("{Order} {Sandbox} is not possible: {Reason}", order.Kind, order.Sandbox.Directory, failure.Message);
        }
    }

    /// <summary>Links count for nothing and are not followed.</summary>
    private static long Bytes(string directory) => !Directory.Exists(directory) ? 0 : new FileSystemEnumerable<long>(
        directory, static (ref FileSystemEntry entry) => entry.IsDirectory ? 0 : entry.Length, new EnumerationOptions
        {
            RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true,
        }).Sum();

    private readonly record struct Order(Kind Kind, SandboxPath Sandbox);
}
