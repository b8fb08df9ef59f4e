using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>
/// Keeps an eye on an engine: follows its events, and asks for the list of our containers whenever it has (again) got hold of the
/// events, and every now and then besides, because an engine may answer pings and hang all the same. One connection, whatever the
/// number of containers.
/// </summary>
internal sealed class EngineWatch(EngineClient engine, DockerLabels labels, EngineTimings timings, ILogger logger)
{
    /// <summary>The event that a process of a container was killed for want of memory. The others are about its end.</summary>
    public const string OutOfMemory = "oom";

    /// <summary>
    /// Given each event about one of our containers: what it is, and the container's labels with its other attributes. Some may be told
    /// again. Returns at once: the next one waits.
    /// </summary>
    public required Action<string?, JsonElement> Happened { get; init; }

    /// <summary>Given the list of our containers.</summary>
    public required Func<JsonElement, ValueTask> Listed { get; init; }

    /// <summary>Told why, once, when the engine gives no answer; not when it breaks off what it gives again at once.</summary>
    public required Func<string, ValueTask> Lost { get; init; }

    /// <summary>Told when it answers again, before <see cref="Listed"/>.</summary>
    public required Func<ValueTask> Found { get; init; }

    private bool _isTroubled;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var wait = timings.RetryMin;
        while (true)
        {
            var (why, isSilent) = await FollowAsync(() => wait = timings.RetryMin, cancellation);
            if (!_isTroubled)
            {
                _isTroubled = true;
                logger.LogWarning("The Docker engine is out of touch: {Reason}. What becomes of its containers is told when it answers.",
                    why);
            }
            if (isSilent)
            {
                await Lost(why);
            }
            await Task.Delay(wait, cancellation);
            wait = wait * 2 < timings.RetryMax ? wait * 2 : timings.RetryMax;
        }
    }

    /// <returns>Why it is over, and whether a question found no answer.</returns>
    private async Task<(string Why, bool IsSilent)> FollowAsync(Action listed, CancellationToken cancellation)
    {
        var filters = Uri.EscapeDataString(JsonSerializer.Serialize(new Dictionary<string, string[]>
        {
            ["type"] = ["container"], ["event"] = ["die", "destroy", OutOfMemory], ["label"] = [labels.Filter],
        }));
        // First come those of the last 256 that it remembers, whenever they were: what a broken stream has missed.
        var (stream, failure) = await engine.OpenAsync(HttpMethod.Get, $"/events?since=0&filters={filters}", cancellation);
        if (stream is null)
        {
            return (failure!.Problem!, true);
        }
        await using (stream)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var reading = ReadAsync(stream, over.Token);
            // The events were opened first: nothing can happen between them and the list.
            var probing = ProbeAsync(listed, over.Token);
            var first = await Task.WhenAny(reading, probing);
            await over.CancelAsync();
            await Task.WhenAll(reading, probing);
            cancellation.ThrowIfCancellationRequested();
            return await first;
        }
    }

    private async Task<(string Why, bool IsSilent)> ReadAsync(EngineStream stream, CancellationToken over)
    {
        try
        {
            await stream.ReadLinesAsync(line =>
            {
                using var document = JsonDocument.Parse(line);
                if (document.RootElement.At("Actor", "Attributes") is { } attributes)
                {
                    Happened(document.RootElement.Text("Action"), attributes);
                }
                return ValueTask.CompletedTask;
            }, null, over);
            return ("its events ended", false);
        }
        catch (OperationCanceledException)
        {
            return ("", false);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or JsonException)
        {
            return ($"its events broke off: {failure.Message}", false);
        }
    }

    private async Task<(string Why, bool IsSilent)> ProbeAsync(Action listed, CancellationToken over)
    {
        try
        {
            while (true)
            {
                var filters =
                    Uri.EscapeDataString(JsonSerializer.Serialize(new Dictionary<string, string[]> { ["label"] = [labels.Filter] }));
                var answer = await engine.AskAsync(HttpMethod.Get, $"/containers/json?all=1&filters={filters}", over);
                if (answer is not EngineAnswer.Done { Body: { ValueKind: JsonValueKind.Array } list })
                {
                    return (answer.Problem ?? "its list of containers is none", true);
                }
                if (_isTroubled)
                {
                    _isTroubled = false;
                    logger.LogInformation("The Docker engine answers again.");
                }
                listed();
                await Found();
                await Listed(list);
                await Task.Delay(timings.Probe, over);
            }
        }
        catch (OperationCanceledException)
        {
            return ("", false);
        }
    }
}
