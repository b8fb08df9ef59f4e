using Offerbook.Chaos.Hosts;
using Offerbook.Chaos.Observation;
using Offerbook.Chaos.Running;

namespace Offerbook.Chaos.Parts;

/// <summary>
/// One server of the cluster on a machine of its own. Started again a second after it ended by itself, as a service manager would, and
/// such ends are told: a part may be killed by us, but must not die of anything else.
/// </summary>
public sealed class Part(string name, Role role, Machine machine, int port, ChildStart start, RunClock clock, Action<PartEnd> tell)
    : IAsyncDisposable
{
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private string _program = start.Program;
    private Child? _child;
    private bool _wanted;
    private Child? _endedByUs; // The last one: its end is no news, even when the next already runs.

    public string Name => name;

    public Role Role => role;

    public Machine Machine => machine;

    public int Port => port;

    public Uri Address => new($"http://{machine.Address}:{port}/");

    public bool IsRunning => _child is { HasExited: false };

    public int? Process => _child is { HasExited: false } child ? child.Id : null;

    /// <summary>Its end is no violation as long as this is set: for faults that it may answer by exiting, such as a full disk.</summary>
    public bool MayExit { get; set; }

    /// <summary>What asks it to end. PostgreSQL waits for its clients on SIGTERM.</summary>
    private int StopSignal => role == Role.Database ? Signals.Interrupt : Signals.Terminate;

    public string Tail() => _child?.Tail() ?? "";

    public Task StartAsync() => StartAsync(null);

    /// <param name="program">Another build in the place of its own, until it is started the next time; null: its own.</param>
    public async Task StartAsync(string? program)
    {
        await _gate.WaitAsync();
        try
        {
            _wanted = true;
            if (!IsRunning)
            {
                _program = program ?? start.Program;
                Launch();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>kill -9. It stays down until it is started.</summary>
    public Task KillAsync() => EndAsync(Signals.Kill, KillPatience);

    /// <summary>Asks it to end, and sends SIGKILL when it has not ended in time.</summary>
    /// <returns>Whether it ended by itself and with status 0.</returns>
    public async Task<bool> StopAsync(TimeSpan patience)
    {
        var child = _child;
        var inTime = await EndAsync(StopSignal, patience);
        return inTime && child is { ExitCode: 0 };
    }

    /// <summary>Starts the same once more beside it, on the next port: it must refuse to run.</summary>
    /// <returns>Its status, null when it had to be killed, and what it printed.</returns>
    public async Task<(int? Status, string Said)> TrySecondAsync(TimeSpan patience)
    {
        var second = start with { Arguments = [.. start.Arguments.Select(word => word == $"{port}" ? $"{port + 1}" : word)] };
        using var child = machine.Start(second, name + "-second");
        if (await child.EndsWithinAsync(patience))
        {
            return (child.ExitCode, child.Tail());
        }
        child.Signal(Signals.Kill);
        await child.EndsWithinAsync(KillPatience);
        return (null, child.Tail());
    }

    public void Pause() => _child?.Signal(Signals.Stop);

    public void Continue() => _child?.Signal(Signals.Continue);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _gate.Dispose();
    }

    private async Task<bool> EndAsync(int signal, TimeSpan patience)
    {
        await _gate.WaitAsync();
        try
        {
            _wanted = false;
            if (_child is not { HasExited: false } child)
            {
                return true;
            }
            _endedByUs = child;
            child.Signal(signal);
            if (await child.EndsWithinAsync(patience))
            {
                return true;
            }
            child.Signal(Signals.Kill);
            await child.EndsWithinAsync(KillPatience);
            return false;
        }
        finally
        {
            _gate.Release();
        }
    }

    private void Launch()
    {
        var child = machine.Start(start with { Program = _program }, name);
        _child = child;
        _ = WatchAsync(child);
    }

    private async Task WatchAsync(Child child)
    {
        await child.Ended;
        if (child == _endedByUs || child != _child)
        {
            return;
        }
        tell(new PartEnd(clock.Now, name, child.ExitCode, MayExit, child.Tail()));
        await Task.Delay(RestartDelay);
        if (_wanted)
        {
            await StartAsync(_program);
        }
    }
}
