using Microsoft.Extensions.Logging;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Hosting.Docker.Sessions;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>What the containers of one engine share.</summary>
/// <param name="LaunchSlots">Containers that the engine makes or starts at once; the rest wait.</param>
/// <param name="Stopping">The agent stops; the containers go on.</param>
internal sealed record DockerParts(
    EngineClient Engine, ContainerRequest Request, ImagePuller Puller, DockerRecords Records, DockerLabels Labels, SandboxDirectories Sandboxes,
    DockerOptions Options, IsolationOptions Isolation, DockerSessions Sessions, SemaphoreSlim LaunchSlots, Func<AgentMessage, ValueTask> Post, ILogger Logger, CancellationToken Stopping);
