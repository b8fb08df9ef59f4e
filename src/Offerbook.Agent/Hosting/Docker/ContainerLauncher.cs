using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>How a launch came out.</summary>
/// <param name="EngineId">As far as the engine has said.</param>
internal abstract record LaunchResult(string? EngineId)
{
    public sealed record Started(string? EngineId) : LaunchResult(EngineId);

    /// <summary>Nothing runs and nothing will.</summary>
    public sealed record Failed(string Why) : LaunchResult((string?)null);

    /// <summary>The engine was asked to start it and did not answer.</summary>
    public sealed record Silent(string? EngineId, string Why) : LaunchResult(EngineId);
}

/// <summary>
/// Makes and starts a container. What it makes and does not start is removed again, later if it cannot be now: by its label.
/// </summary>
/// <param name="joins">The network that it shares; null: it has its own, or the host's.</param>
internal sealed class ContainerLauncher(DockerParts parts, Func<SharedNetwork?> joins)
{
    /// <param name="cancellation">The launch is given up; after the engine was asked to start the container it is not any more.</param>
    public async Task<LaunchResult> LaunchAsync(ContainerSpec spec, string sandbox, CancellationToken cancellation)
    {
        try
        {
            return await LaunchOrThrowAsync(spec, sandbox, cancellation);
        }
        catch (OperationCanceledException) when (!parts.Stopping.IsCancellationRequested)
        {
            await RemoveAsync(spec.Container);
            return new LaunchResult.Failed("The launch was given up before the container had started");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return new LaunchResult.Failed($"The container could not be started: {failure.Message}");
        }
    }

    private async Task<LaunchResult> LaunchOrThrowAsync(ContainerSpec spec, string sandbox, CancellationToken cancellation)
    {
        var docker = spec.Docker!;
        var made = parts.Sandboxes.Prepare(spec.Sandbox);
        if (docker.IsHolder)
        {
            // Processes of the host come by there, too.
            Ownership.Give(made, Ownership.Other(spec.User));
            File.SetUnixFileMode(made, SandboxDirectories.Passage);
        }
        if (docker.ForcePull && await parts.Puller.PullAsync(docker.Image, sandbox, cancellation) is { } unpulled)
        {
            return new LaunchResult.Failed(unpulled);
        }
        var answer = await parts.Slots.RunAsync(() => CreateAsync(spec, cancellation), cancellation);
        if (answer is EngineAnswer.Refused { IsMissingImage: true })
        {
            if (await GetImageAsync(docker, sandbox, cancellation) is { } problem)
            {
                return new LaunchResult.Failed(problem);
            }
            answer = await parts.Slots.RunAsync(() => CreateAsync(spec, cancellation), cancellation);
        }
        if (answer is not EngineAnswer.Done done)
        {
            // It may come to be later; nothing runs by that, and its label gives it away.
            return new LaunchResult.Failed($"The container could not be made: {answer.Problem}");
        }
        Warn(spec.Container, done);
        cancellation.ThrowIfCancellationRequested();
        return await parts.Slots.RunAsync(() =>
            StartAsync(spec.Container, done.Body.Text("Id") ?? ContainerRequest.NameOf(spec.Container)), parts.Stopping);
    }

    private async Task<EngineAnswer> CreateAsync(ContainerSpec spec, CancellationToken cancellation)
    {
        var body = parts.Request.Create(spec, parts.Labels, joins());
        if (spec.Docker!.BeginsInSandbox)
        {
            var image = await parts.Engine.AskAsync(HttpMethod.Get, $"/images/{ImagePuller.Tagged(spec.Docker.Image)}/json", cancellation);
            if (image is not EngineAnswer.Done found)
            {
                return image;
            }
            if (found.Body.Text("Config", "WorkingDir") is null or "")
            {
                body["WorkingDir"] = parts.Options.SandboxDirectory;
            }
        }
        var name = ContainerRequest.NameOf(spec.Container);
        var answer = await MakeAsync(name, body, cancellation);
        await parts.Makes.HeardAsync(answer);
        return answer;
    }

    private async Task<EngineAnswer> MakeAsync(string name, JsonObject body, CancellationToken cancellation)
    {
        var answer = await parts.Engine.WorkAsync(HttpMethod.Post, $"/containers/create?name={name}", cancellation, body);
        // A connection that breaks at once is tried again underneath us; then the first of the two requests has made it.
        return answer is EngineAnswer.Refused { Status: 409 }
            && await parts.Engine.AskAsync(HttpMethod.Get, $"/containers/{name}/json", cancellation)
            is EngineAnswer.Done made && EngineState.Parse(made.Body) is { IsCreated: true }
                ? made
                : answer;
    }

    private async Task<LaunchResult> StartAsync(ContainerId container, string engineId)
    {
        parts.Records.Write(container, new DockerRecord(DockerStage.Starting, 0, parts.Labels.BootId));
        var answer = await parts.Engine.WorkAsync(HttpMethod.Post, $"/containers/{engineId}/start", parts.Stopping);
        await parts.Makes.HeardAsync(answer);
        switch (answer)
        {
            case EngineAnswer.Done:
                return new LaunchResult.Started(engineId);
            case EngineAnswer.Refused refused:
                await RemoveAsync(container);
                return new LaunchResult.Failed($"The container could not be started: {refused.Message}");
            case var silent:
                return new LaunchResult.Silent(engineId, silent.Problem!);
        }
    }

    private async Task RemoveAsync(ContainerId container)
    {
        await parts.Engine.WorkAsync(HttpMethod.Delete, $"/containers/{ContainerRequest.NameOf(container)}?force=1&v=1", parts.Stopping);
        parts.Records.Delete(container);
    }

    /// <returns>Why it is not there; null when it is.</returns>
    private async Task<string?> GetImageAsync(DockerSettings docker, string sandbox, CancellationToken cancellation)
    {
        if (!docker.IsHolder)
        {
            return await parts.Puller.PullAsync(docker.Image, sandbox, cancellation);
        }
        return HolderImage.Make() is not { } files
            ? "The pod's own container cannot be made: this machine's processor is not known"
            : (await parts.Engine.ImportAsync(HolderImage.Name, files, cancellation)).Problem;
    }

    private void Warn(ContainerId container, EngineAnswer.Done created)
    {
        foreach (var warning in created.Body.At("Warnings")?.Items() ?? [])
        {
            parts.Logger.LogInformation("The Docker engine warns about container {Container}: {Warning}", container, warning);
        }
    }
}
