using Newtonsoft.Json.Linq;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Pods.Json;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Volumes;

namespace Offerbook.Apps.Pods.Http;

/// <summary>One placed instance in the status of a pod.</summary>
internal static class PodInstanceStatusWriter
{
    private const string HealthReported = "health-reported-by-mesos";
    private const string HealthUnreported = "health-unreported-by-mesos";

    /// <param name="pod">What the instance runs.</param>
    public static JObject Write(PodDefinition pod, Instance instance)
    {
        var placement = instance.Placement!;
        var (state, message) = PodStates.Of(pod, instance);
        var json = new JObject
        {
            ["id"] = instance.Id.Value,
            ["status"] = state.ToString().ToUpperInvariant(),
            ["statusSince"] = instance.Since.ToString(),
        };
        json.AddOptional("message", message);
        json["conditions"] = new JArray();
        json["agentHostname"] = placement.Host;
        json["agentId"] = placement.Agent.Value;
        json.AddOptional("agentRegion", placement.Location.Region);
        json.AddOptional("agentZone", placement.Location.Zone);
        json["resources"] = PodContainerWriter.Write(Resources(pod, instance));
        json["networks"] = Networks(pod, instance);
        json["containers"] = instance.Containers.JsonOf(task => WriteContainer(pod, instance, task));
        json["specReference"] = $"/v2/pods{pod.Id}::versions/{instance.Version}";
        json["localVolumes"] = LocalVolumeWriter.Write(instance);
        json["lastUpdated"] = instance.Since.ToString();
        json["lastChanged"] = instance.Since.ToString();
        json["role"] = instance.Role;
        return json;
    }

    /// <summary>Of the executor and of the containers that hold theirs.</summary>
    private static InstanceResources Resources(PodDefinition pod, Instance instance)
    {
        var executor = pod.EffectiveExecutorResources;
        return instance.Containers.Where(Holds).Select(task => pod.Find(task.Name)?.Resources).OfType<InstanceResources>().Aggregate(
            new InstanceResources(executor.Cpus, executor.Mem, executor.Disk, 0),
            (sum, own) => new InstanceResources(sum.Cpus + own.Cpus, sum.Mem + own.Mem, sum.Disk + own.Disk, sum.Gpus + own.Gpus));
    }

    private static JArray Networks(PodDefinition pod, Instance instance)
    {
        if (instance.Addresses.Count == 0)
        {
            return [];
        }
        var json = new JObject();
        json.AddOptional("name", pod.Networks.Select(network => network.Name).OfType<string>().FirstOrDefault());
        json["addresses"] = instance.Addresses.Select(address => address.Address).Distinct().Json();
        return [json];
    }

    private static JToken WriteContainer(PodDefinition pod, Instance instance, ContainerTask task)
    {
        var since = (task.StartedAt ?? task.StagedAt ?? task.Since).ToString();
        var definition = pod.Find(task.Name);
        var json = new JObject
        {
            ["name"] = task.Name,
            ["status"] = task.MesosState?.WireName() ?? "TASK_STAGING",
            ["statusSince"] = since,
        };
        json.AddOptional("message", task.Message.Length == 0 ? null : task.Message);
        json["conditions"] = new JArray();
        if (definition?.HealthCheck is not null && task.Condition is not (Condition.Provisioned or Condition.Staging or Condition.Starting))
        {
            json["conditions"] = new JArray(new JObject
            {
                ["name"] = "healthy",
                ["lastChanged"] = since,
                ["lastUpdated"] = since,
                ["value"] = task.Healthy == true ? "true" : "false",
                ["reason"] = task.Healthy is null ? HealthUnreported : HealthReported,
            });
        }
        json["containerId"] = instance.Id.Task(instance.Incarnation, task.Name).Value;
        json["endpoints"] = definition is null || task.Condition.IsTerminal() ? [] : Endpoints(pod, definition, instance, task);
        json.AddOptional("resources", definition is not null && Holds(task) ? PodContainerWriter.Write(definition.Resources) : null);
        json.AddOptional("termination", task.Condition.IsTerminal() ? new JObject { ["message"] = task.Message } : null);
        json["lastUpdated"] = since;
        json["lastChanged"] = since;
        return json;
    }

    private static JArray Endpoints(PodDefinition pod, PodContainer container, Instance instance, ContainerTask task)
    {
        var checkedEndpoint = container.HealthCheck?.Probe switch
        {
            PodProbe.Http http => http.Endpoint,
            PodProbe.Tcp tcp => tcp.Endpoint,
            _ => null,
        };
        var first = pod.Containers.TakeWhile(other => other.Name != container.Name).Sum(other => other.Endpoints.Count);
        return new JArray(container.Endpoints.Select((endpoint, i) =>
        {
            var json = new JObject { ["name"] = endpoint.Name };
            var ports = instance.Placement!.HostPorts;
            json.AddOptional("allocatedHostPort", first + i < ports.Count ? ports[first + i] : null);
            json.AddOptional("healthy", endpoint.Name == checkedEndpoint ? task.Healthy : null);
            return json;
        }));
    }

    private static bool Holds(ContainerTask task) => task.Condition is Condition.Staging or Condition.Starting or Condition.Running
        or Condition.Unreachable or Condition.Killing;
}
