using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Attach;

/// <summary>Prepares attached processes as the runtime of processes prepares its own: groups, namespaces, network, rights, user.</summary>
internal sealed class ProcessPreparation(ContainerGroups groups, ProcessContainers processes, HostEnvironment host,
    IsolationOptions options)
{
    /// <summary>Why it cannot be started, or null.</summary>
    public static string? Obstacle(ContainerSpec spec) => spec.User is { } user && Ownership.Find(user) is null
        ? $"The user '{user}' does not exist on this host; name another in CommandInfo.user"
        : null;

    /// <exception cref="IOException">The kernel refuses something of it, or what it joins does not run.</exception>
    public async ValueTask<PreparedProcess> PrepareAsync(ContainerSpec spec, string sandbox)
    {
        var user = Ownership.Other(spec.User);
        var environment = TaskTerminals.Environment(spec, host.Of(spec, sandbox));
        var chain = CommandChain.Of(spec, sandbox, options, user, await processes.Namespaces.ForAsync(spec), [], environment,
            mayBeConfined: false);
        return new PreparedProcess(chain, groups.Enter(spec), user, processes.Networks.Of(spec.Joins));
    }
}

/// <param name="Groups">Files of control groups, to which the process writes 0 to become a member.</param>
/// <param name="User">Whom it becomes; null: it stays with the agent's.</param>
/// <param name="Network">A process in whose network it is born; null: the host's.</param>
internal sealed record PreparedProcess(CommandChain Chain, IReadOnlyList<string> Groups, HostUser? User, ProcessIdentity? Network);
