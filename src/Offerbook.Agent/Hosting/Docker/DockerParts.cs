using Microsoft.Extensions.Logging;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Hosting.Docker.Sessions;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>What the containers of one engine share.</summary>
/// <param name="Slots">For what makes or starts containers.</param>
/// <param name="Stopping">The agent stops; the containers go on.</param>
internal sealed record DockerParts(
    EngineClient Engine, ContainerRequest Request, ImagePuller Puller, DockerRecords Records, DockerLabels Labels,
    SandboxDirectories Sandboxes,
    DockerOptions Options, IsolationOptions Isolation, DockerSessions Sessions, LaunchSlots Slots, EngineMakes Makes,
    Func<AgentMessage, ValueTask> Post, ILogger Logger, CancellationToken Stopping);
