using System.Text.Json;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Docker.Sessions;

/// <summary>
/// Finds out how a command in a container ended: from the engine's events, and by a look whenever those begin (again), the output
/// ends or the process is found dead, because a command may close its output and go on, or leave it to others that outlive it.
/// </summary>
internal sealed class ExecEnd(EngineClient engine, EngineTimings timings, string container, string exec)
{
    private readonly SemaphoreSlim _nudge = new(0, 1);
    private readonly Lock _lock = new();
    private bool _isDead;

    /// <summary>Something may have become of it.</summary>
    /// <param name="isDead">Its process is no more; an engine that says otherwise does not know how it ended.</param>
    public void Nudge(bool isDead)
    {
        lock (_lock)
        {
            _isDead |= isDead;
            if (_nudge.CurrentCount == 0)
            {
                _nudge.Release();
            }
        }
    }

    /// <summary>Once. An engine that hangs is asked until it answers or the agent stops.</summary>
    public async Task<ContainerExit> WaitAsync(CancellationToken stopping)
    {
        var wait = timings.RetryMin;
        try
        {
            while (true)
            {
                var filters = Uri.EscapeDataString(
                    JsonSerializer.Serialize(new Dictionary<string, string[]> { ["event"] = ["exec_die"], ["container"] = [container] }));
                var (events, _) = await engine.OpenAsync(HttpMethod.Get, $"/events?filters={filters}", stopping);
                if (events is null)
                {
                    if (await LookAsync(stopping) is { } known)
                    {
                        return known;
                    }
                }
                else
                {
                    await using (events)
                    {
                        if (await FollowAsync(events, stopping) is { } known)
                        {
                            return known;
                        }
                    }
                }
                await Task.Delay(wait, stopping);
                wait = wait * 2 < timings.RetryMax ? wait * 2 : timings.RetryMax;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return new ContainerExit.Vanished("The agent stopped before the engine had said how the process ended");
        }
    }

    /// <returns>Null when the events have broken off.</returns>
    private async Task<ContainerExit?> FollowAsync(EngineStream events, CancellationToken stopping)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var told = ToldAsync(events, over.Token);
        try
        {
            while (await LookAsync(stopping) is var known)
            {
                if (known is not null || told.IsCompleted)
                {
                    return known;
                }
                var nudged = _nudge.WaitAsync(over.Token);
                await Task.WhenAny(told, nudged);
            }
            return null;
        }
        finally
        {
            await over.CancelAsync();
            await told;
        }
    }

    /// <summary>Returns when the event has come, or none can come any more.</summary>
    private async Task ToldAsync(EngineStream events, CancellationToken over)
    {
        using var seen = CancellationTokenSource.CreateLinkedTokenSource(over);
        try
        {
            await events.ReadLinesAsync(line =>
            {
                using var document = JsonDocument.Parse(line);
                if (document.RootElement.Text("Actor", "Attributes", "execID") == exec)
                {
                    seen.Cancel();
                }
                return ValueTask.CompletedTask;
            }, null, seen.Token);
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or HttpRequestException or JsonException)
        {
            // Seen, or broken off: a look tells.
        }
    }

    /// <returns>Null when it goes on, or the engine does not say.</returns>
    private async Task<ContainerExit?> LookAsync(CancellationToken stopping)
    {
        var (state, answer) = await ExecCalls.LookAsync(engine, exec, stopping);
        if (state?.Ended is { } code)
        {
            return new ContainerExit.Exited(code);
        }
        if (answer is EngineAnswer.Refused { IsMissing: true } || (state is not null && Volatile.Read(ref _isDead)))
        {
            return new ContainerExit.Vanished("The engine does not know how the process ended");
        }
        return null;
    }
}
