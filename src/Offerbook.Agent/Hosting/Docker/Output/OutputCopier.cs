using Microsoft.Extensions.Logging;
using Offerbook.Actors.Hosting;

namespace Offerbook.Agent.Hosting.Docker.Output;

/// <summary>
/// Copies what a container writes into its sandbox while it runs, from the engine's log, which outlives agent and engine. When the
/// stream breaks it is opened again where it broke; a line that is not finished is seen when it is.
/// </summary>
internal sealed class OutputCopier : IDisposable
{
    /// <summary>
    /// Reads after the container's end that may fail, over about half a minute by the default timings. The end itself is told earlier.
    /// </summary>
    public const int MaxLastReads = 10;

    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(1);

    private readonly EngineClient _engine;
    private readonly string _container;
    private readonly bool _hasTerminal;
    private readonly Func<OutputWriter> _open;
    private readonly EngineTimings _timings;
    private readonly ILogger _logger;
    private readonly Task _turn;
    private readonly Func<TimeSpan, CancellationToken, Task> _delay;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;

    /// <param name="container">The engine's id.</param>
    /// <param name="open">Opens the sandbox's files at the place that was remembered.</param>
    /// <param name="turn">The first read need not come before this is done, because the engine has more urgent things to do; but it does
    /// after a second.</param>
    /// <param name="delay">Waits between two reads; null: as long as it is told to.</param>
    public OutputCopier(EngineClient engine, string container, bool hasTerminal, Func<OutputWriter> open, EngineTimings timings,
        ILogger logger,
        Task? turn = null, Func<TimeSpan, CancellationToken, Task>? delay = null)
    {
        (_engine, _container, _hasTerminal, _open, _timings, _logger) = (engine, container, hasTerminal, open, timings, logger);
        (_turn, _delay) = (turn ?? Task.CompletedTask, delay ?? Task.Delay);
        _running = RunAsync();
    }

    /// <summary>The container has ended. Returns when its last output is in the sandbox, or when that takes too long.</summary>
    public async Task FinishAsync()
    {
        _ended.TrySetResult();
        await _running.EndsWithinAsync(_timings.LastOutput);
    }

    /// <summary>Stops copying; may be called several times. What holds no timer and no handle needs no disposal of its own.</summary>
    public void Dispose() => _stopping.Cancel();

    private async Task RunAsync()
    {
        await Task.Yield();
        OutputWriter? writer = null;
        try
        {
            if (!_turn.IsCompleted)
            {
                await Task.WhenAny(_turn, _ended.Task, _delay(LongestTurn, _stopping.Token));
                _stopping.Token.ThrowIfCancellationRequested();
            }
            var wait = _timings.RetryMin;
            while (!_ended.Task.IsCompleted)
            {
                var outcome = await ReadAsync(follow: true);
                if (outcome == Outcome.Unreadable)
                {
                    return;
                }
                wait = outcome == Outcome.Complete ? _timings.RetryMin : Longer(wait);
                // A stream that ended by itself means that the container has: then one look remains.
                await Task.WhenAny(_ended.Task, _delay(wait, _stopping.Token));
                _stopping.Token.ThrowIfCancellationRequested();
            }
            wait = _timings.RetryMin;
            for (var failed = 1; await ReadAsync(follow: false) == Outcome.Broken; failed++)
            {
                if (failed == MaxLastReads)
                {
                    _logger.LogWarning("The last output of container {Container} is given up: {Count} reads of it broke off.", _container,
                        failed);
                    return;
                }
                await _delay(wait, _stopping.Token);
                wait = Longer(wait);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The agent stops, or the container is forgotten.
        }
        finally
        {
            writer?.Dispose();
        }

        async Task<Outcome> ReadAsync(bool follow)
        {
            try
            {
                writer ??= _open();
                return await CopyAsync(writer, follow);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                _logger.LogWarning("The output of container {Container} cannot be written to its sandbox: {Reason}", _container,
                    failure.Message);
                writer?.Dispose();
                writer = null;
                return Outcome.Broken;
            }
        }
    }

    private async Task<Outcome> CopyAsync(OutputWriter writer, bool follow)
    {
        var since = writer.Since is { } time ? $"&since={time}" : "";
        var (stream, failure) = await _engine.OpenAsync(
            HttpMethod.Get, $"/containers/{_container}/logs?stdout=1&stderr=1&timestamps=1{(follow ? "&follow=1" : "")}{since}",
            _stopping.Token);
        if (stream is null)
        {
            return Judge(failure!);
        }
        await using (stream)
        {
            var pieces = new LogPieces(_hasTerminal);
            writer.Restart();
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
                if (!follow)
                {
                    limit.CancelAfter(_timings.Work);
                }
                await stream.CopyAsync(bytes =>
                {
                    pieces.Read(bytes.Span, writer.Add);
                    Write(writer);
                    return ValueTask.CompletedTask;
                }, limit.Token);
                return Outcome.Complete;
            }
            catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
            {
                return Outcome.Broken;
            }
            catch (Exception cut) when (cut is IOException and not SandboxWriteException or HttpRequestException)
            {
                return Outcome.Broken;
            }
            catch (InvalidDataException odd)
            {
                _logger.LogWarning("The output of container {Container} cannot be read: {Reason}", _container, odd.Message);
                return Outcome.Broken;
            }
        }
    }

    /// <summary>
    /// An engine that breaks off and a disk that is full are both told by an IOException, and mean different things here.
    /// </summary>
    private static void Write(OutputWriter writer)
    {
        try
        {
            writer.Flush();
        }
        catch (IOException failure)
        {
            throw new SandboxWriteException(failure);
        }
    }

    private Outcome Judge(EngineAnswer failure)
    {
        // A driver that keeps nothing to read says so with 501 or in words; a container that is gone has nothing more to say.
        if (failure is EngineAnswer.Refused { Status: >= 400 and < 500 or 501 } refused)
        {
            _logger.LogInformation("There is no output of container {Container} to copy: {Reason}", _container, refused.Message);
            return Outcome.Unreadable;
        }
        return failure is EngineAnswer.Refused { Message: var message }
            && message.Contains("does not support reading", StringComparison.Ordinal)
            ? Outcome.Unreadable
            : Outcome.Broken;
    }

    private TimeSpan Longer(TimeSpan wait) => wait * 2 < _timings.RetryMax ? wait * 2 : _timings.RetryMax;

    private enum Outcome
    {
        Complete,
        Broken,
        Unreadable,
    }

    private sealed class SandboxWriteException(IOException cause) : IOException(cause.Message, cause);
}
