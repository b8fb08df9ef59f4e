using Mesos.V1;
using Offerbook.Resources;

namespace Offerbook.Master.Operations;

/// <summary>
/// What an agent has, from what it says of itself: its configuration, what operations made of it, and what is revocable on top.
/// </summary>
internal static class AgentTotals
{
    /// <summary>Ports for the machine's own use, which agents with port mapping list: the original offers them to nobody.</summary>
    private const string EphemeralPorts = "ephemeral_ports";

    /// <returns>With a problem when a part is not valid or the parts do not fit together.</returns>
    public static ConversionResult Of(AgentInfo info, IEnumerable<Resource> checkpointed, IEnumerable<Resource> oversubscribed)
    {
        var configured = ResourceReader.Read(info.Resources.Where(resource => resource.Name != EphemeralPorts));
        var made = ResourceReader.Read(checkpointed);
        var revocable = ResourceReader.Read(oversubscribed);
        if (configured.Problems.Concat(made.Problems).Concat(revocable.Problems).FirstOrDefault() is { } problem)
        {
            return new ConversionResult(configured.Bag, problem.ToString());
        }
        if (!revocable.Bag.NonRevocable().IsEmpty)
        {
            return new ConversionResult(configured.Bag, $"Oversubscribed resources {revocable.Bag.NonRevocable()} are not revocable");
        }
        var total = configured.Bag.WithCheckpointed(made.Bag);
        return total.IsApplied ? new ConversionResult(total.Bag + revocable.Bag, null) : total;
    }
}
