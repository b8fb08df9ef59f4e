using System.Text.Json;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>Has the engine pull images, a few at once. The engine itself pulls an image once when several want it.</summary>
internal sealed class ImagePuller(EngineClient engine, EngineTimings timings)
{
    /// <summary>Pulls at once; the rest wait. A registry that hangs so holds no launch of an image that is there.</summary>
    private const int MaxConcurrent = 8;

    private readonly SemaphoreSlim _slots = new(MaxConcurrent);

    /// <returns>Why the image could not be pulled, with the engine's words; null when it is there.</returns>
    public async Task<string?> PullAsync(string image, string sandbox, CancellationToken cancellation)
    {
        await _slots.WaitAsync(cancellation);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(timings.Pull);
            try
            {
                return await PullOnceAsync(image, sandbox, limit.Token) is { } problem
                    ? $"The image '{image}' could not be pulled: {problem}" : null;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return $"The image '{image}' could not be pulled: it takes longer than {timings.Pull.TotalMinutes:0.#} min";
            }
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<string?> PullOnceAsync(string image, string sandbox, CancellationToken cancellation)
    {
        var (stream, failure) = await engine.OpenAsync(
            HttpMethod.Post, $"/images/create?fromImage={Uri.EscapeDataString(Tagged(image))}", cancellation,
            registryAuth: Registries.HeaderFor(image, sandbox), deadline: timings.PullStall);
        if (stream is null)
        {
            return failure!.Problem;
        }
        await using (stream)
        {
            string? problem = null;
            try
            {
                await stream.ReadLinesAsync(line =>
                {
                    problem ??= ErrorOf(line);
                    return ValueTask.CompletedTask;
                }, timings.PullStall, cancellation);
                return problem;
            }
            catch (Exception cut) when (cut is IOException or HttpRequestException or TimeoutException)
            {
                return problem ?? $"the engine's answer broke off: {cut.Message}";
            }
        }
    }

    /// <summary>Without a tag an engine would pull every tag there is.</summary>
    public static string Tagged(string image) =>
        image.Contains('@') || image.LastIndexOf(':') > image.LastIndexOf('/') ? image : image + ":latest";

    /// <summary>A pull that fails does so in its stream, under a good status.</summary>
    private static string? ErrorOf(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.Text("errorDetail", "message") ?? document.RootElement.Text("error");
        }
        catch (JsonException)
        {
            return "the engine's answer cannot be understood";
        }
    }
}
