using Newtonsoft.Json.Linq;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Instances;

/// <summary>An instance as the pods API shows it when it is killed.</summary>
internal static class InstanceWriter
{
    public static JObject Write(RunSpec spec, Instance instance)
    {
        var state = new JObject { ["condition"] = instance.Condition.ToString(), ["since"] = instance.Since.ToString() };
        state.AddOptional("activeSince", instance.StartedAt?.ToString());
        state.AddOptional("healthy", InstanceHealth.Aggregate(spec, instance));
        state["goal"] = instance.Goal.ToString();
        var json = new JObject { ["instanceId"] = instance.Id.Value, ["state"] = state };
        if (instance.Placement is { } placement)
        {
            var agent = new JObject { ["host"] = placement.Host, ["agentId"] = placement.Agent.Value };
            agent.AddOptional("region", placement.Location.Region);
            agent.AddOptional("zone", placement.Location.Zone);
            agent["attributes"] = placement.Location.Attributes.JsonOf(attribute =>
                new JObject { ["name"] = attribute.Key, ["text"] = attribute.Value });
            json["agentInfo"] = agent;
        }
        json["runSpecVersion"] = instance.Version.ToString();
        json["unreachableStrategy"] = AppWriter.WriteUnreachable(spec.UnreachableStrategy);
        return json;
    }
}
