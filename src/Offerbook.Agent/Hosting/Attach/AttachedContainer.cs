using Mesos.V1.Agent;
using Offerbook.Actors.Hosting;
using Offerbook.Agent.Containers;
using Offerbook.Wire.Http;

namespace Offerbook.Agent.Hosting.Attach;

/// <summary>
/// One container with its streams in the agent's hands: what it writes goes to everybody who is attached at that moment, and one at
/// a time may write to it.
/// </summary>
internal sealed class AttachedContainer(ContainerId id, AttachSettings settings)
{
    /// <summary>How long after the end of the process, or after what came last, others that have its output may still write.</summary>
    private static readonly TimeSpan LastOutput = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly List<OutputReader> _readers = [];
    private readonly TaskCompletionSource _awaited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IAttachedProcess? _process;
    private bool _hadReader;
    private bool _outputEnded;
    private int _hasWriter;
    private long _begun;
    private long _passedOn;

    public ContainerId Id => id;

    /// <summary>Whether others may attach to it.</summary>
    public bool IsOpen => !settings.ToFiles;

    public bool HasTerminal => settings.Terminal is not null;

    /// <summary>Takes part in everything that is written from now on. Ends at once when nothing more comes.</summary>
    public OutputReader Attach()
    {
        lock (_lock)
        {
            // The one that the output waits for may be slow; others are cut instead, and nobody waits for them.
            var reader = new OutputReader(isWaitedFor: settings.AwaitsReader && !_hadReader);
            _hadReader = true;
            if (_outputEnded)
            {
                reader.End();
            }
            else
            {
                _readers.Add(reader);
            }
            _awaited.TrySetResult();
            return reader;
        }
    }

    public void Detach(OutputReader reader)
    {
        lock (_lock)
        {
            _readers.Remove(reader);
        }
        reader.Cut();
    }

    /// <returns>Null when somebody else writes already.</returns>
    public IAttachedProcess? TryEnterInput() => Interlocked.Exchange(ref _hasWriter, 1) == 0 ? _process : null;

    public void LeaveInput() => Volatile.Write(ref _hasWriter, 0);

    /// <summary>Passes the output on until it has ended, and waits for the process to end.</summary>
    public async Task<ContainerExit> RunAsync(IAttachedProcess process)
    {
        _process = process;
        if (settings.AwaitsReader)
        {
            await _awaited.Task;
        }
        var pump = process.PumpAsync(PassOnAsync);
        var exit = await process.Exit;
        await LastOutputAsync(pump);
        List<OutputReader> readers;
        lock (_lock)
        {
            _outputEnded = true;
            readers = [.. _readers];
            _readers.Clear();
        }
        readers.ForEach(reader => reader.End());
        await process.DisposeAsync();
        return exit;
    }

    public void Signal(int signal)
    {
        const int kill = 9;
        if (signal == kill)
        {
            // Nobody needs to see the rest.
            _awaited.TrySetResult();
            List<OutputReader> readers;
            lock (_lock)
            {
                readers = [.. _readers];
            }
            readers.ForEach(reader => reader.StopWaiting());
        }
        _process?.Signal(signal);
    }

    private async Task LastOutputAsync(Task pump)
    {
        long seen;
        do
        {
            seen = Volatile.Read(ref _passedOn);
            await pump.EndsWithinAsync(LastOutput);
        }
        while (!pump.IsCompleted && (seen != Volatile.Read(ref _passedOn) || Volatile.Read(ref _begun) != Volatile.Read(ref _passedOn)));
        if (pump.IsFaulted)
        {
            await pump;
        }
    }

    private async ValueTask PassOnAsync(bool isError, ReadOnlyMemory<byte> data)
    {
        Interlocked.Increment(ref _begun);
        var record = new EncodedEvent<ProcessIO>(new ProcessIO
        {
            Type = ProcessIO.Types.Type.Data,
            Data = new ProcessIO.Types.Data
            {
                Type = isError ? ProcessIO.Types.Data.Types.Type.Stderr : ProcessIO.Types.Data.Types.Type.Stdout,
                Data_ = Google.Protobuf.ByteString.CopyFrom(data.Span),
            },
        });
        OutputReader[] readers;
        lock (_lock)
        {
            readers = [.. _readers];
        }
        foreach (var reader in readers)
        {
            if (!await reader.SendAsync(record))
            {
                Detach(reader);
            }
        }
        Interlocked.Increment(ref _passedOn);
    }
}
