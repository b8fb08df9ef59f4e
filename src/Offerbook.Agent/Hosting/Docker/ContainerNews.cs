using Microsoft.Extensions.Logging;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>
/// What the core is told of a container: that it runs, once; that it is over, once; and in between that this is not known, and known again.
/// </summary>
internal sealed class ContainerNews(ContainerId id, Func<AgentMessage, ValueTask> post, ILogger logger)
{
    private int _startTold;

    public bool StartTold => Volatile.Read(ref _startTold) != 0;

    public bool HasEnded { get; private set; }

    /// <summary>What becomes of it is not known for the moment.</summary>
    public bool IsDegraded { get; private set; }

    public async ValueTask StartedAsync(int pid, IReadOnlyList<string> addresses)
    {
        if (Interlocked.Exchange(ref _startTold, 1) == 0)
        {
            await post(new AgentMessage.ContainerStarted(id, pid) { Addresses = addresses });
        }
    }

    public Task ExitedAsync(ContainerExit exit) => EndAsync(new AgentMessage.ContainerExited(id, exit));

    public Task LaunchFailedAsync(string why) => EndAsync(new AgentMessage.ContainerLaunchFailed(id, why));

    public Task NeverStartedAsync() => EndAsync(new AgentMessage.ContainerNeverStarted(id));

    /// <param name="why">Null: what becomes of it is known.</param>
    public async ValueTask DegradedAsync(string? why)
    {
        if (IsDegraded == why is not null)
        {
            return;
        }
        IsDegraded = why is not null;
        if (why is not null)
        {
            logger.LogWarning("What becomes of container {Container} is not known: {Reason}. The engine is asked again.", id, why);
        }
        else
        {
            logger.LogInformation("What becomes of container {Container} is known again.", id);
        }
        await post(new AgentMessage.ContainerDegraded(id, why));
    }

    private async Task EndAsync(AgentMessage end)
    {
        await DegradedAsync(null);
        HasEnded = true;
        await post(end);
    }
}
