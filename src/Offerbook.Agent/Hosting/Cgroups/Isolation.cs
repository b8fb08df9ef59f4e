using Microsoft.Extensions.Logging;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Cgroups;

/// <summary>Chooses the control groups at the start of an agent, and says once what containers have to do without.</summary>
internal static class Isolation
{
    /// <exception cref="FormatException">The isolation or the capabilities are not known.</exception>
    /// <exception cref="AgentStartException">An isolation that was asked for by name cannot be had.</exception>
    public static IControlGroups Detect(IsolationOptions options, string workDirectory, ILogger logger)
    {
        Offerbook.Agent.Containers.CapabilityNames.Parse(options.BoundingCapabilities);
        var wanted = IsolationNames.Parse(options.Isolation);
        var found = new CgroupDetection(CgroupMounts.OfThisProcess(), wanted, workDirectory, options.CgroupsRoot).Detect();
        if (wanted.Required.Count > 0 && found.Lacks.Count > 0)
        {
            throw new AgentStartException($"Isolation '{options.Isolation}' cannot be had: {string.Join("; ", found.Lacks)}. " +
                "Run the agent as root, delegate control groups to it (docs/operating/isolation.md), or leave --isolation out to go on without.");
        }
        logger.LogInformation("Process containers are kept apart by {Isolation}.", found.Summary);
        if (found.Lacks.Count > 0)
        {
            logger.LogWarning(
                "Process containers do without: {Lacks}. Their limits are not enforced as far as that goes; run the agent as root, or " +
                "delegate control groups to it (docs/operating/isolation.md).", string.Join("; ", found.Lacks));
        }
        if (!Ownership.IsRoot)
        {
            logger.LogInformation("The agent is not root, so every process container runs as the agent's user.");
        }
        return found.Groups;
    }
}
