using Microsoft.Extensions.Logging;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>
/// What the engine is asked to do with one container that it has. What goes wrong is logged, unless it says that the container is gone or
/// has ended.
/// </summary>
/// <param name="name">The name that the engine knows it by, as far as that is known.</param>
internal sealed class ContainerCalls(DockerParts parts, ContainerId id, Func<string> name)
{
    public Task<EngineAnswer> LimitAsync(ContainerLimits limits) =>
        CallAsync("limited",
            parts.Engine.AskAsync(HttpMethod.Post, $"/containers/{name()}/update", parts.Stopping,
                ContainerAmounts.Change(limits, parts.Isolation.EnableCfs)));

    public Task<EngineAnswer> SignalAsync(string signal) =>
        CallAsync("signalled",
            parts.Engine.AskAsync(HttpMethod.Post, $"/containers/{name()}/kill?signal={Uri.EscapeDataString(signal)}", parts.Stopping));

    /// <param name="size">Null: it has no terminal, and nothing is asked.</param>
    public Task ResizeAsync(TerminalSize? size) => size is null
        ? Task.CompletedTask
        : CallAsync("given its terminal's size",
            parts.Engine.AskAsync(HttpMethod.Post, $"/containers/{name()}/resize?h={size.Rows}&w={size.Columns}", parts.Stopping));

    /// <summary>One that cannot be removed now is found by its label, belonging to nobody, and removed then.</summary>
    public Task<EngineAnswer> RemoveAsync() =>
        CallAsync("removed", parts.Engine.WorkAsync(HttpMethod.Delete, $"/containers/{name()}?force=1&v=1", parts.Stopping));

    private async Task<EngineAnswer> CallAsync(string done, Task<EngineAnswer> call)
    {
        var answer = await call;
        if (answer is EngineAnswer.Silent or EngineAnswer.Refused { Status: not (404 or 409) })
        {
            parts.Logger.LogWarning("Container {Container} could not be {Done}: {Reason}", id, done, answer.Problem);
        }
        return answer;
    }
}
