using Offerbook.Agent.Recovery;

namespace Offerbook.Agent.Registration;

/// <summary>
/// Compares the configuration with the one that the agent's id stands for, when the agent starts, and remembers it. A change that
/// the policy does not allow stops the start, so that nothing that runs is forfeited by mistake; after a restart of the machine
/// nothing runs any more, and the agent registers as a new one instead.
/// </summary>
internal static class Reconfiguration
{
    /// <summary>What goes with the id from now on.</summary>
    public static AgentConfigured Present(AgentSettings settings)
    {
        var info = settings.Info.Clone();
        info.Id = null;
        return new AgentConfigured { Info = info, BootId = settings.BootId };
    }

    /// <exception cref="AgentStartException">The configuration has changed more than it may.</exception>
    public static void Examine(AgentContext context)
    {
        if (context.State.Id is not { } id)
        {
            // The registration will record it.
            return;
        }
        var (before, now) = (context.State.Configured, Present(context.Settings));
        if (before?.Equals(now) == true)
        {
            return;
        }
        var problems = before is null ? [] : Compatibility.Problems(before.Info, now.Info, context.Settings.Reconfiguration);
        if (problems.Count == 0)
        {
            context.Record(now);
        }
        else if (before!.BootId != now.BootId)
        {
            context.Record(new AgentRetired());
        }
        else
        {
            throw new AgentStartException(
                $"The agent's configuration has changed since it ran as {id}, and the policy '{context.Settings.Reconfiguration.ToString().ToLowerInvariant()}' "
                + $"(--reconfiguration_policy) does not allow that: {string.Join("; ", problems)}. Start it as it was, with the policy 'additive' or 'any' "
                + "(its tasks go on), or with a new work directory (as another agent)");
        }
    }
}
