using Mesos.V1;
using Offerbook.Resources;
using Attribute = Mesos.V1.Attribute;

namespace Offerbook.Agent.Registration;

/// <summary>Compares what an agent was with what it is started as. Finds every difference that the policy does not allow.</summary>
internal static class Compatibility
{
    public static IReadOnlyList<string> Problems(AgentInfo before, AgentInfo now, ReconfigurationPolicy policy)
    {
        var problems = new List<string>();
        if (policy == ReconfigurationPolicy.Any)
        {
            return problems;
        }
        var isExact = policy == ReconfigurationPolicy.Equal;
        if (before.Hostname != now.Hostname)
        {
            problems.Add($"the host name was {before.Hostname} and is {now.Hostname}");
        }
        if (!Equals(before.Domain, now.Domain) && (isExact || before.Domain is not null))
        {
            problems.Add($"the fault domain was {Text(before.Domain)} and is {Text(now.Domain)}");
        }
        var (had, has) = (ResourceReader.Read(before.Resources).Bag, ResourceReader.Read(now.Resources).Bag);
        if (isExact ? had != has : !has.Contains(had))
        {
            problems.Add($"the resources were {had} and are {has}");
        }
        foreach (var name in before.Attributes.Concat(now.Attributes).Select(attribute => attribute.Name).Distinct())
        {
            var (old, present) = (Of(before, name), Of(now, name));
            if (isExact ? !old.SequenceEqual(present) : !old.All(value => present.Any(grown => Includes(grown, value))))
            {
                problems.Add($"the attribute '{name}' was {Text(old)} and is {Text(present)}");
            }
        }
        return problems;
    }

    private static List<Attribute> Of(AgentInfo info, string name) => [.. info.Attributes.Where(attribute => attribute.Name == name)];

    private static bool Includes(Attribute grown, Attribute value) => value.Type == grown.Type && value.Type switch
    {
        Value.Types.Type.Scalar => grown.Scalar.Value >= value.Scalar.Value,
        Value.Types.Type.Ranges =>
            value.Ranges.Range.All(range => grown.Ranges.Range.Any(around => around.Begin <= range.Begin && range.End <= around.End)),
        _ => value.Equals(grown),
    };

    private static string Text(DomainInfo? domain) =>
        domain?.FaultDomain is { } fault ? $"{fault.Region.Name}/{fault.Zone.Name}" : "none";

    private static string Text(List<Attribute> values) =>
        values.Count == 0 ? "not there" : string.Join(", ", values.Select(value => value.Type switch
    {
        Value.Types.Type.Scalar => FormattableString.Invariant($"{value.Scalar.Value}"),
        Value.Types.Type.Ranges => "[" + string.Join(',', value.Ranges.Range.Select(range => $"{range.Begin}-{range.End}")) + "]",
        _ => value.Text?.Value ?? "",
    }));
}
