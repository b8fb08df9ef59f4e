using System.Globalization;
using Microsoft.Extensions.Logging;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Docker.Output;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>
/// One container from its launch, or from an agent's start, until it is forgotten. What is wanted of it (<see cref="Wishes"/>) is done
/// one after the other, and no other container waits for it; what becomes of it is told by <see cref="ContainerNews"/>.
///
/// <code>
///   Launch ─▶ create ─(no image: pull, create)─▶ start ─▶ inspect ─▶ ContainerStarted
///   Observe (events, lists, after a silent start) ─▶ inspect ─▶ running │ ended: last output, reason, ContainerExited │ gone
/// </code>
///
/// A call without an answer may have worked: a start that nobody confirmed is neither told as running nor as failed before the
/// engine has said which.
/// </summary>
internal sealed class DockerContainer
{
    private readonly DockerParts _parts;
    private readonly Action<DockerContainer> _gone;
    private readonly Wishes _wishes;
    private readonly ContainerNews _news;
    private readonly ContainerLauncher _launcher;
    private readonly ContainerCalls _calls;
    private readonly KillReason _killReason;
    private readonly DockerContainer? _joins;
    private readonly CancellationTokenSource _launchCancel = new();
    private ContainerSpec? _toLaunch;
    private int _toSend;
    private ContainerLimits _limits = ContainerLimits.None;
    private OutputCopier? _output;
    private string? _engineId;
    private string _stopSignal = "SIGTERM";
    private bool _startConfirmed;
    private string? _silentStart;
    private string _doubt = "";
    private IReadOnlyList<string> _addresses;

    /// <param name="joins">The container of this engine whose network it shares.</param>
    /// <param name="record">What an earlier agent left behind; null for a new container.</param>
    /// <param name="gone">Told when it has been forgotten and the engine was asked to remove it.</param>
    /// <param name="failed">Told of a failure that is a bug.</param>
    public DockerContainer(
        ContainerSpec spec, string sandbox, DockerParts parts, DockerContainer? joins, DockerRecord? record, Action<DockerContainer> gone,
        Action<Exception> failed)
    {
        (Id, Sandbox, _parts, Record, _gone, _joins) = (spec.Container, sandbox, parts, record, gone, joins);
        HasOwnNetwork = joins is not null || spec.Docker!.Network is not DockerNetwork.Host;
        _startConfirmed = record is { Stage: DockerStage.Started };
        _addresses = record?.Addresses ?? [];
        _launcher = new ContainerLauncher(parts, SharedNetwork);
        _calls = new ContainerCalls(parts, Id, () => EngineName);
        _killReason = new KillReason(parts.Options.Timings.LateReason);
        _wishes = new Wishes(FulfilAsync, failed, parts.Stopping);
        _news = new ContainerNews(Id, parts.Post, parts.Logger);
    }

    public ContainerId Id { get; }

    /// <summary>Whether its loopback address is not the agent's.</summary>
    public bool HasOwnNetwork { get; }

    public string Sandbox { get; }

    /// <summary>What an earlier agent left behind.</summary>
    public DockerRecord? Record { get; }

    /// <summary>Of its own, as last known; those of the container whose network it shares.</summary>
    public IReadOnlyList<string> Addresses => _joins?.Addresses ?? _addresses;

    /// <summary>The number of the main process as last known; 0: not known.</summary>
    public int Pid { get; private set; }

    /// <summary>The core has been told of its end.</summary>
    public bool HasEnded => _news.HasEnded;

    /// <summary>What becomes of it is not known for the moment.</summary>
    public bool IsDegraded => _news.IsDegraded;

    /// <summary>Whether a list of the engine's containers that shows this one alive, or not at all, would be news.</summary>
    public bool IsSettled => _news.StartTold && !HasEnded;

    /// <summary>The name that the engine knows it by.</summary>
    public string EngineName => _engineId ?? ContainerRequest.NameOf(Id);

    public void Launch(ContainerSpec spec)
    {
        _toLaunch = spec;
        Ask(Wish.Launch);
    }

    /// <summary>Gives the launch up if the engine has not been asked to start it.</summary>
    public void CancelLaunch() => _launchCancel.Cancel();

    /// <summary>Of several signals that wait at once, the last is sent.</summary>
    public void Send(int signal)
    {
        _toSend = signal;
        Ask(Wish.Send);
    }

    /// <summary>The engine gives no answer.</summary>
    public void Doubt(string why)
    {
        _doubt = why;
        Ask(Wish.Doubt);
    }

    public void Update(ContainerLimits limits)
    {
        _limits = limits;
        Ask(Wish.Update);
    }

    /// <summary>The engine tells of an event. One about memory waits for no wish: one of them may wait for it.</summary>
    public void Tell(string? happened)
    {
        if (happened == EngineWatch.OutOfMemory)
        {
            _killReason.TellOutOfMemory();
        }
        else
        {
            Ask(Wish.Observe);
        }
    }

    public void Ask(Wish wish) => _wishes.Ask(wish);

    /// <summary>The engine says nothing, and the agent wants to go on: taken to run as it did.</summary>
    public ValueTask PresumeRunningAsync() => HasEnded ? default : _news.StartedAsync(Record?.Pid ?? 0, Addresses);

    public void Dispose() => _output?.Dispose();

    private async Task FulfilAsync(Wish wish)
    {
        if (wish.HasFlag(Wish.Launch))
        {
            await LaunchAsync();
        }
        if (wish.HasFlag(Wish.Update) && !HasEnded)
        {
            await _calls.LimitAsync(_limits);
        }
        if (wish.HasFlag(Wish.Kill) && !HasEnded)
        {
            await SignalAsync("SIGKILL");
        }
        else if (wish.HasFlag(Wish.Terminate) && !HasEnded)
        {
            await SignalAsync(_stopSignal);
        }
        if (wish.HasFlag(Wish.Send) && !HasEnded)
        {
            await SignalAsync(_toSend.ToString(CultureInfo.InvariantCulture));
        }
        if (wish.HasFlag(Wish.Doubt) && IsSettled)
        {
            await _news.DegradedAsync(_doubt);
        }
        if (wish.HasFlag(Wish.Observe) && !HasEnded)
        {
            await ObserveAsync();
        }
        if (wish.HasFlag(Wish.Forget))
        {
            await RemoveAsync();
        }
    }

    private async Task LaunchAsync()
    {
        using var given = CancellationTokenSource.CreateLinkedTokenSource(_launchCancel.Token, _parts.Stopping);
        var result = await _launcher.LaunchAsync(_toLaunch!, Sandbox, given.Token);
        var terminal = _toLaunch!.Process.Terminal;
        _toLaunch = null;
        _engineId = result.EngineId;
        switch (result)
        {
            case LaunchResult.Failed failed:
                await _news.LaunchFailedAsync(failed.Why);
                break;
            case LaunchResult.Started:
                _startConfirmed = true;
                await _calls.ResizeAsync(terminal);
                await ObserveAsync();
                break;
            case LaunchResult.Silent silent:
                _silentStart = silent.Why;
                _parts.Logger.LogWarning(
                    "Whether container {Container} has started is not known: {Reason}. It is told when the engine answers.", Id,
                    silent.Why);
                break;
        }
    }

    /// <summary>The image may name another signal than SIGTERM for a polite end.</summary>
    private async Task SignalAsync(string signal)
    {
        var answer = await _calls.SignalAsync(signal);
        if (answer is EngineAnswer.Silent silent)
        {
            await _news.DegradedAsync(silent.Why);
        }
        else if (answer is EngineAnswer.Refused)
        {
            // Not running any more, or gone: find out.
            await ObserveAsync();
            return;
        }
        _killReason.Sent(signal);
    }

    private async Task ObserveAsync()
    {
        switch (await _parts.Engine.AskAsync(HttpMethod.Get, $"/containers/{EngineName}/json", _parts.Stopping))
        {
            case EngineAnswer.Done done when EngineState.Parse(done.Body) is { } state:
                await _news.DegradedAsync(null);
                await JudgeAsync(state);
                break;
            case EngineAnswer.Refused { IsMissing: true }:
                await MissAsync();
                break;
            case var other:
                await _news.DegradedAsync(other.Problem ?? "the engine's answer is not about a container");
                break;
        }
    }

    private async Task JudgeAsync(EngineState state)
    {
        (_engineId, _stopSignal, Pid, _addresses) = (state.EngineId, state.StopSignal, state.Pid, state.Addresses);
        if (state.IsAlive)
        {
            _startConfirmed = true;
            if (!_news.StartTold)
            {
                if (Record is not null)
                {
                    // Nobody has asked for anything in it yet: what runs beside it is an earlier agent's.
                    await _parts.Sessions.EndAsync(state.Execs, _parts.Stopping);
                }
                _parts.Records.Write(Id, new DockerRecord(DockerStage.Started, state.Pid, _parts.Labels.BootId) { Addresses = _addresses });
                await _news.StartedAsync(state.Pid, Addresses);
            }
            Copy(state);
            return;
        }
        if (state.IsCreated)
        {
            await SettleUnstartedAsync();
            return;
        }
        if (Record is null && !_news.StartTold)
        {
            // Over before it was looked at; its start is told all the same.
            await _news.StartedAsync(0, Addresses);
        }
        Copy(state);
        await _output!.FinishAsync();
        var ofEarlierBoot = Record?.BootId is { Length: > 0 } boot && boot != _parts.Labels.BootId;
        if (!ofEarlierBoot)
        {
            // One that ended while no agent looked was told of long ago.
            state = await _killReason.CompleteAsync(state, Record is null || _news.StartTold ? null : state.FinishedAt, _parts.Stopping);
        }
        await EndAsync(ContainerEnd.Of(state, ofEarlierBoot));
    }

    /// <summary>The engine has it and it has never run: a start that got no answer, or that an agent did not live to ask for.</summary>
    private async Task SettleUnstartedAsync()
    {
        if (_silentStart is null && Record is null)
        {
            return;
        }
        // Not by force: one that starts after all must not be lost.
        var answer = await _parts.Engine.WorkAsync(HttpMethod.Delete, $"/containers/{EngineName}?v=1", _parts.Stopping);
        if (answer is EngineAnswer.Done or EngineAnswer.Refused { IsMissing: true })
        {
            _startConfirmed = false;
            await MissAsync();
        }
    }

    private async Task MissAsync()
    {
        if (_news.StartTold || _startConfirmed)
        {
            await EndAsync(new ContainerExit.Vanished("The container was removed from the Docker engine; its exit status is not known"));
        }
        else if (Record is not null)
        {
            await _news.NeverStartedAsync();
        }
        else if (_silentStart is not null)
        {
            await _news.LaunchFailedAsync($"{_silentStart}; the container has not started");
        }
    }

    private async Task EndAsync(ContainerExit exit)
    {
        Pid = 0;
        await _news.ExitedAsync(exit);
    }

    private SharedNetwork? SharedNetwork() => _joins is { } holder ? new SharedNetwork(holder.Id, holder.Addresses) : null;

    private void Copy(EngineState state) => _output ??= new OutputCopier(_parts.Engine, state.EngineId, state.HasTerminal,
        () => new OutputWriter(new OutputPlace(_parts.Records.CursorOf(Id)), Sandbox, _parts.Isolation.MaxLogBytes,
            _parts.Isolation.RotatedLogs),
        _parts.Options.Timings, _parts.Logger, _parts.Slots.Idle);

    private async Task RemoveAsync()
    {
        Dispose();
        _parts.Records.Delete(Id);
        await _calls.RemoveAsync();
        _gone(this);
    }
}
