using Offerbook.Actors;
using Offerbook.Agent;
using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulator.Machines;

/// <summary>
/// The processes of one machine. They outlive the agent: a container goes on while the agent is down, and its exit status waits on
/// disk. A reboot of the machine ends them all and records nothing.
/// </summary>
public sealed class SimContainers(SimWorld world, string machine)
{
    private readonly SortedDictionary<string, SimContainer> _containers = new(StringComparer.Ordinal);
    private readonly SeededRandom _chance = world.Seeds.For("containers of " + machine);
    private readonly SeededRandom _power = world.Seeds.For("power of containers of " + machine);
    private readonly HashSet<string> _ever = [];

    /// <summary>Of which nothing is written any more, since a loss of power.</summary>
    private readonly SortedDictionary<string, SimContainer> _lost = new(StringComparer.Ordinal);

    private bool _isAfterRestart;
    private readonly SimEngine _engine = new(world, machine);
    private int _pids = 1000;

    /// <summary>Hands a message to the agent's core.</summary>
    public Action<AgentMessage> Report
    {
        get => _engine.Report;
        set => _engine.Report = value;
    }

    /// <summary>Told of a container whose process begins to run.</summary>
    public Action<SimContainer>? Began { get; set; }

    /// <summary>Told of a container whose process has ended.</summary>
    public Action<SimContainer>? Finished { get; set; }

    /// <summary>
    /// Told of a container that ended and of which, or of whose end, a loss of power has left nothing: how it ended will never be known.
    /// </summary>
    public Action<SimContainer>? Lost { get; set; }

    /// <summary>Told that the machine has got an empty disk.</summary>
    public Action? Wiped { get; set; }

    public string Machine => machine;

    public IEnumerable<SimContainer> All => _containers.Values;

    /// <summary>Chance that a container cannot be started at all.</summary>
    public double LaunchFailureRate { get; set; }

    /// <summary>Mean of how long it takes to start a process.</summary>
    public TimeSpan StartMean { get; set; } = UsualStartMean;

    /// <summary>So old at most is what a kernel has not written to its disk.</summary>
    private static readonly TimeSpan WrittenBack = TimeSpan.FromSeconds(30);

    public static TimeSpan UsualStartMean { get; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a process takes to end after SIGTERM.</summary>
    public TimeSpan StopMean { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>What runs containers here.</summary>
    public SimEngine Engine => _engine;

    /// <summary>A defect for mutation tests: nothing can end a process but itself.</summary>
    public bool IgnoresSignals { get; set; }

    public void Launch(ContainerSpec spec)
    {
        Invariant.Check(_ever.Add(spec.Container.Value), $"container {spec.Container} is launched twice on {machine}");
        Invariant.Check(spec.Joins is not { } joined || _containers.GetValueOrDefault(joined.Value)?.Started is not null,
            $"container {spec.Container} is launched in {spec.Joins}, which has not begun");
        _engine.Ask(
            () => Make(spec),
            () => Report(new AgentMessage.ContainerLaunchFailed(spec.Container, "the engine did not answer in time")));
    }

    private void Make(ContainerSpec spec)
    {
        if (_chance.Chance(LaunchFailureRate)
            || (spec.Joins is { } joined && _containers.GetValueOrDefault(joined.Value) is not { Exit: null }))
        {
            _engine.Later(_chance.Exponential(StartMean), () =>
                _engine.Tell(new AgentMessage.ContainerLaunchFailed(spec.Container, "simulated failure to start")));
            return;
        }
        var line = spec.Command is CommandSpec.Shell shell ? shell.Line : "";
        var container = new SimContainer(spec, ContainerScript.Parse(line), world.Elapsed) { Pid = ++_pids, IsWatched = true };
        _containers.Add(container.Id.Value, container);
        world.Schedule(_chance.Exponential(StartMean), null, () => Begin(container));
    }

    private void Begin(SimContainer container)
    {
        if (container.Started is not null || container.Exit is not null || !_containers.ContainsKey(container.Id.Value))
        {
            return;
        }
        if (container.Spec.Joins is { } joined && _containers.GetValueOrDefault(joined.Value) is { Exit: not null })
        {
            _containers.Remove(container.Id.Value);
            if (container.IsWatched)
            {
                _engine.Later(TimeSpan.Zero,
                    () => _engine.Tell(new AgentMessage.ContainerLaunchFailed(container.Id, "what it was to run in has ended")));
            }
            return;
        }
        container.Started = world.Elapsed;
        world.Note($"{machine} runs {container.Task}");
        Began?.Invoke(container);
        if (container.Script.Life is { } life)
        {
            var fails = container.Script.Flaky > 0 && _chance.Chance(container.Script.Flaky);
            world.Schedule(life, null, () => End(container, new ContainerExit.Exited(fails ? 1 : container.Script.ExitCode)));
        }
        if (container.IsWatched)
        {
            _engine.Tell(new AgentMessage.ContainerStarted(container.Id, container.Pid));
        }
    }

    /// <summary>What runs containers is restarted, and they go on meanwhile (live restore) or end with it.</summary>
    public void RestartEngine(TimeSpan down, bool liveRestore)
    {
        _engine.Hang(down);
        foreach (var container in liveRestore ? [] : _containers.Values.Where(item => item.IsRunning).ToList())
        {
            End(container, new ContainerExit.Exited(137));
        }
    }

    /// <summary>Ends a container's process, whatever the reason. Harmless when it has ended.</summary>
    public void End(SimContainer container, ContainerExit exit)
    {
        if (!container.IsRunning)
        {
            return;
        }
        container.Exit = exit;
        container.Ended = world.Elapsed;
        world.Note($"{machine} ended {container.Task}: {exit}");
        Finished?.Invoke(container);
        if (container.IsWatched)
        {
            _engine.Tell(new AgentMessage.ContainerExited(container.Id, exit));
        }
        if (container.IsHolder && _chance.Chance(0.5))
        {
            // With a control group or process numbers of its own it takes along what is in it; else only the agent can end that.
            foreach (var within in _containers.Values.Where(other => other.IsRunning && other.Id.IsWithin(container.Id)).ToList())
            {
                world.Schedule(_chance.Exponential(TimeSpan.FromMilliseconds(5)), null, () => End(within, new ContainerExit.Signaled(9)));
            }
        }
    }

    public void Signal(ContainerId id, ContainerSignal signal)
    {
        if (IgnoresSignals || !_containers.TryGetValue(id.Value, out var container) || container.Exit is not null || container.IsStuck)
        {
            return;
        }
        if (_engine.Hangs)
        {
            _engine.AfterHang(() => Signal(id, signal));
            return;
        }
        if (container.Started is null)
        {
            // The supervisor passes it on as soon as there is a process.
            world.Schedule(StartMean, null, () => Signal(id, signal));
            return;
        }
        if (signal == ContainerSignal.Kill)
        {
            world.Schedule(_chance.Exponential(TimeSpan.FromMilliseconds(5)), null, () => End(container, new ContainerExit.Signaled(9)));
        }
        else if (!container.Script.Stubborn)
        {
            world.Schedule(_chance.Exponential(StopMean), null, () => End(container, new ContainerExit.Signaled(15)));
        }
    }

    /// <summary>A signal by its number, which ends a process as it would by itself: none of them handles any.</summary>
    public void Send(ContainerId id, int signal)
    {
        if (!IgnoresSignals && _containers.TryGetValue(id.Value, out var container)
            && container is { Started: not null, Exit: null, Script.Stubborn: false })
        {
            world.Schedule(_chance.Exponential(StopMean), null, () => End(container, new ContainerExit.Signaled(signal)));
        }
    }

    /// <summary>A process that has not begun may still be kept from it: its files, say, are not all there yet.</summary>
    public void Cancel(ContainerId id)
    {
        if (_containers.TryGetValue(id.Value, out var container) && container is { Started: null, Exit: null } && _chance.Chance(0.5))
        {
            _containers.Remove(id.Value);
            _engine.Later(_chance.Exponential(StartMean),
                () => _engine.Tell(new AgentMessage.ContainerLaunchFailed(id, "the launch was given up")));
        }
    }

    /// <summary>The share of the machine's disk that is used: another one each time, now and then nearly all.</summary>
    public double UsedDisk() => _chance.NextDouble();

    public void Forget(ContainerId id)
    {
        if (_containers.TryGetValue(id.Value, out var container))
        {
            Invariant.Check(container.Exit is not null, $"{machine} forgets {container.Task}, which has not ended");
            _containers.Remove(id.Value);
        }
    }

    /// <summary>The agent is gone: a launch that it had only begun either takes place now or never will.</summary>
    public void AgentDied()
    {
        _engine.AgentDied();
        foreach (var container in _containers.Values)
        {
            container.IsWatched = false;
        }
        foreach (var container in _containers.Values.Where(item => item.Started is null && item.Exit is null).ToList())
        {
            if (_chance.Chance(0.5))
            {
                Begin(container);
            }
            else
            {
                _containers.Remove(container.Id.Value);
            }
        }
    }

    /// <summary>
    /// The machine has been restarted: every process is gone and no exit status was recorded. What was written down of a container lately
    /// may be gone, too.
    /// </summary>
    public void Reboot()
    {
        foreach (var container in _containers.Values.ToList())
        {
            End(container, new ContainerExit.Vanished("the machine was restarted"));
            if (container.Launched + WrittenBack > world.Elapsed && _power.Chance(0.5))
            {
                _containers.Remove(container.Id.Value);
                _lost[container.Id.Value] = container;
            }
        }
        _isAfterRestart = true;
    }

    /// <summary>What was written down about containers is gone with the disk.</summary>
    public void Wipe()
    {
        _containers.Clear();
        Wiped?.Invoke();
    }

    public void Recover(IReadOnlyList<ContainerSpec> specs)
    {
        _engine.AgentRecovers();
        var wanted = specs.Select(spec => spec.Container).ToList();
        foreach (var stray in _containers.Values.Where(item => !wanted.Contains(item.Id)).ToList())
        {
            world.Note($"{machine} ends {stray.Task}, which belongs to nobody");
            End(stray, new ContainerExit.Signaled(9));
            _containers.Remove(stray.Id.Value);
            if (_isAfterRestart)
            {
                Lost?.Invoke(stray);
            }
        }
        foreach (var lost in wanted.Where(id => _lost.ContainsKey(id.Value)))
        {
            Lost?.Invoke(_lost[lost.Value]);
        }
        _lost.Clear();
        _isAfterRestart = false;
        foreach (var id in wanted)
        {
            _engine.Later(_chance.Exponential(TimeSpan.FromMilliseconds(1)), Answer(id));
        }
    }

    private Action Answer(ContainerId id) => () =>
    {
        if (!_containers.TryGetValue(id.Value, out var container))
        {
            _ever.Add(id.Value);
            _engine.Tell(new AgentMessage.ContainerNeverStarted(id));
        }
        else if (container.Exit is { } exit)
        {
            container.IsWatched = true;
            _engine.Tell(new AgentMessage.ContainerExited(id, exit));
        }
        else
        {
            container.IsWatched = true;
            _engine.Tell(new AgentMessage.ContainerStarted(id, container.Pid));
        }
    };

    public void Check(RunCheck run)
    {
        _containers.TryGetValue(run.Container.Value, out var container);
        var takes = _chance.Exponential(TimeSpan.FromMilliseconds(3));
        _engine.Later(takes, () =>
        {
            // A command is run by the engine; anything else is asked over the network.
            var healthy = container is not null && container.IsHealthy(world.Elapsed) && !(_engine.Hangs && run.Check is CheckSpec.Command);
            Report(new AgentMessage.CheckFinished(run.Container, run.Purpose, run.Number, Answer(run.Check, healthy)));
        });
    }

    private static CheckResult Answer(CheckSpec check, bool healthy) => check switch
    {
        CheckSpec.Command => new CheckResult.CommandExited(healthy ? 0 : 1),
        CheckSpec.Http => healthy ? new CheckResult.HttpAnswered(200) : new CheckResult.NoAnswer("connection refused"),
        _ => new CheckResult.TcpAnswered(healthy),
    };

    /// <summary>The container that listens on a port, if any does.</summary>
    public SimContainer? Listener(int port)
    {
        foreach (var container in _containers.Values)
        {
            if (container.IsRunning && container.Ports.Contains(port))
            {
                return container;
            }
        }
        return null;
    }
}
