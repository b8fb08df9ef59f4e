using Offerbook.Actors.Hosting;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>
/// Why a container was killed: for want of memory, or not. The engine tells by an event (`oom`). On a busy machine that may come after the
/// end of the container, and then what the engine says of it (`OOMKilled`) stays false. So a death by SIGKILL that nobody accounts for
/// waits for the event, for a bounded time and without keeping events from being read.
///
/// Not told: what comes later than that; that another process than the main one was killed, if the event comes after an end with another
/// code; and what came while the events were not followed, if it is no longer among the last 256 that the engine remembers (each check
/// by a command is three), or if the container ended long before this agent and the engine shows its end before its events.
/// </summary>
/// <param name="patience">How long after the end the event is waited for.</param>
internal sealed class KillReason(TimeSpan patience)
{
    /// <summary>128 + SIGKILL. A shell gives it too when it was its child that was killed.</summary>
    private const int Killed = 137;

    private readonly TaskCompletionSource _outOfMemory = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isOurs;

    /// <summary>The event came. From any thread.</summary>
    public void TellOutOfMemory() => _outOfMemory.TrySetResult();

    /// <summary>The agent has sent a signal, and the engine has not refused it.</summary>
    public void Sent(string signal) => _isOurs |= signal is "SIGKILL" or "KILL" or "9";

    /// <param name="ended">A container that has ended.</param>
    /// <param name="since">When it ended, if that was before this agent looked; null: now.</param>
    /// <returns>The same with what the event says.</returns>
    /// <exception cref="OperationCanceledException">Whether the event comes is left open.</exception>
    public async Task<EngineState> CompleteAsync(EngineState ended, DateTimeOffset? since, CancellationToken cancellation)
    {
        if (ended is { ExitCode: Killed, OutOfMemory: false } && !_isOurs)
        {
            var rest = since is { } end ? end + patience - DateTimeOffset.UtcNow : patience;
            // A clock that was set makes it neither longer nor negative.
            await _outOfMemory.Task.EndsWithinAsync(
                TimeSpan.FromTicks(Math.Clamp(rest.Ticks, 0, patience.Ticks)), cancellation: cancellation);
        }
        return ended.OutOfMemory ? ended : ended with { OutOfMemory = _outOfMemory.Task.IsCompleted };
    }
}
