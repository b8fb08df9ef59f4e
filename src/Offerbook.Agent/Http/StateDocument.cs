using Mesos.V1;
using Newtonsoft.Json;
using Offerbook.Agent.Http.Executors;
using Offerbook.Agent.Registration;
using Offerbook.Resources;
using Offerbook.Wire.Json;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;

namespace Offerbook.Agent.Http;

/// <summary>GET /state, in the members and the order of API section 7. An executor stands for each command task, as tools expect.</summary>
internal sealed class StateDocument(AgentSettings settings, string work, double startTime,
    IReadOnlyList<KeyValuePair<string, string>> flags)
{
    public void Write(JsonWriter json, AgentView view)
    {
        var total = view.Total;
        var used = view.Frameworks.SelectMany(framework => framework.Tasks).Where(task => !task.ContainerEnded)
            .Select(task => task.Task.Resources)
            .Concat(view.Frameworks.SelectMany(framework => framework.Executors).Select(executor => executor.Info.Resources))
            .Aggregate(ResourceBag.Empty, (sum, resources) => sum + ResourceReader.Read(resources).Bag);

        json.WriteStartObject();
        json.Member("version", settings.Version);
        json.Member("build_date", BuildInfo.Date);
        json.Member("build_time", BuildInfo.Time);
        json.Member("build_user", "");
        json.Member("start_time", startTime);
        json.Member("id", view.Id?.Value ?? "");
        json.Member("pid", $"slave(1)@{settings.IpAddress}:{view.Info.Port}");
        json.Member("hostname", view.Info.Hostname);
        WriteCapabilities(json);
        if (view.Info.Domain is { } domain)
        {
            json.WritePropertyName("domain");
            json.WriteRawValue(MesosJson.ToText(domain));
        }
        if (view.Drain is { } drain)
        {
            json.WritePropertyName("drain_config");
            json.WriteRawValue(MesosJson.ToText(drain));
            json.Member("estimated_drain_start_time_seconds", view.DrainStartedNanoseconds / 1e9);
        }
        if (view.Degraded is { } degraded)
        {
            json.Member("degraded", degraded);
        }
        json.Resources("resources", total);
        WriteByRole(json, "reserved_resources", total, bag => (name, part) => json.Resources(name, part));
        json.Resources("unreserved_resources", total.Unreserved());
        WriteByRole(json, "reserved_resources_full", total,
            bag => (name, part) => json.Messages(name, part.ToProto(ResourceFormat.Endpoint)));
        json.Messages("unreserved_resources_full", total.Unreserved().ToProto(ResourceFormat.Endpoint));
        WriteByRole(json, "reserved_resources_allocated", used.Unallocate(), bag => (name, part) => json.Resources(name, part));
        json.Resources("unreserved_resources_allocated", used.Unreserved());
        json.WritePropertyName("resource_providers");
        json.WriteStartArray();
        json.WriteEndArray();
        WriteAttributes(json, view.Info);
        if (view.Master is { } master)
        {
            json.Member("master_hostname", master.Hostname);
        }
        WriteFlags(json);
        WriteFrameworks(json, "frameworks", view.Frameworks.Where(framework => !framework.Completed));
        WriteFrameworks(json, "completed_frameworks", view.Frameworks.Where(framework => framework.Completed));
        json.WriteEndObject();
    }

    public void WriteFlagsDocument(JsonWriter json)
    {
        json.WriteStartObject();
        WriteFlags(json);
        json.WriteEndObject();
    }

    private void WriteFlags(JsonWriter json)
    {
        json.WritePropertyName("flags");
        json.WriteStartObject();
        foreach (var (name, value) in flags)
        {
            json.Member(name, value);
        }
        json.WriteEndObject();
    }

    private static void WriteCapabilities(JsonWriter json)
    {
        json.WritePropertyName("capabilities");
        json.WriteStartArray();
        foreach (var capability in AgentCapabilities.All)
        {
            json.WriteValue(EnumText.Of(capability.Type));
        }
        json.WriteEndArray();
    }

    private static void WriteByRole(JsonWriter json, string name, ResourceBag bag, Func<ResourceBag, Action<string, ResourceBag>> writer)
    {
        json.WritePropertyName(name);
        json.WriteStartObject();
        foreach (var role in bag.Reserved().Select(entry => entry.Kind.ReservationRole!).Distinct().Order(StringComparer.Ordinal))
        {
            writer(bag)(role, bag.Reserved(role));
        }
        json.WriteEndObject();
    }

    private static void WriteAttributes(JsonWriter json, AgentInfo info)
    {
        json.WritePropertyName("attributes");
        json.WriteStartObject();
        foreach (var attribute in info.Attributes)
        {
            json.Member(attribute.Name, attribute.Type switch
            {
                Value.Types.Type.Scalar => attribute.Scalar.Value,
                Value.Types.Type.Ranges =>
                    "[" + string.Join(", ", attribute.Ranges.Range.Select(range => $"{range.Begin}-{range.End}")) + "]",
                _ => attribute.Text.Value,
            });
        }
        json.WriteEndObject();
    }

    private void WriteFrameworks(JsonWriter json, string name, IEnumerable<FrameworkView> frameworks)
    {
        json.WritePropertyName(name);
        json.WriteStartArray();
        foreach (var framework in frameworks)
        {
            WriteFramework(json, framework);
        }
        json.WriteEndArray();
    }

    private void WriteFramework(JsonWriter json, FrameworkView framework)
    {
        var info = framework.Info;
        json.WriteStartObject();
        json.Member("id", info.Id.Value);
        json.Member("name", info.Name);
        json.Member("user", info.User);
        json.Member("failover_timeout", info.FailoverTimeout);
        json.Member("checkpoint", info.Checkpoint);
        json.Member("hostname", info.Hostname);
        if (info.HasPrincipal)
        {
            json.Member("principal", info.Principal);
        }
        if (info.Capabilities.Any(capability => capability.Type == Capability.MultiRole))
        {
            json.WritePropertyName("roles");
            json.WriteStartArray();
            foreach (var role in info.Roles)
            {
                json.WriteValue(role);
            }
            json.WriteEndArray();
        }
        else
        {
            json.Member("role", info.Role);
        }
        ExecutorDocument.Write(json, framework, work);
        json.WriteEndObject();
    }
}
