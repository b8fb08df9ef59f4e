using Newtonsoft.Json.Linq;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Volumes;
using Offerbook.Storage;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Journal;

/// <summary>Instances as the journal has them.</summary>
internal static class InstanceJson
{
    public static JObject Write(Instance instance)
    {
        var json = new JObject
        {
            ["id"] = instance.Id.Value,
            ["version"] = instance.Version.UnixMilliseconds,
            ["role"] = instance.Role,
            ["goal"] = instance.Goal.ToString(),
            ["condition"] = instance.Condition.ToString(),
            ["since"] = instance.Since.UnixMilliseconds,
            ["scheduledAt"] = instance.ScheduledAt.UnixMilliseconds,
            ["incarnation"] = instance.Incarnation,
        };
        json.Put("placement", instance.Placement is { } placement ? WritePlacement(placement) : null)
            .Put("agent", instance.Agent?.Value)
            .Put("state", instance.MesosState?.WireName())
            .Put("stagedAt", instance.StagedAt)
            .Put("startedAt", instance.StartedAt)
            .Put("agentHealth", instance.AgentHealth)
            .Put("check", instance.Check is { } check ? WriteCheck(check) : null)
            .Put("unreachableSince", instance.UnreachableSince)
            .Put("killRequested", instance.KillRequested ? true : null)
            .Put("ready", instance.Ready ? true : null);
        json.Put("reservation", instance.Reservation is { } reservation ? WriteReservation(reservation) : null);
        if (instance.Addresses.Count > 0)
        {
            json["addresses"] = new JArray(instance.Addresses.Select(address => new JArray(address.Address, address.Protocol)));
        }
        if (instance.Containers.Count > 0)
        {
            json["containers"] = new JArray(instance.Containers.Select(WriteContainer));
        }
        if (instance.Health.Count > 0)
        {
            json["health"] = new JArray(instance.Health.Select(WriteHealth));
        }
        return json;
    }

    public static Instance Read(JToken json)
    {
        var id = new InstanceId(json.Text("id"));
        return new Instance(id, id.App, json.Time("version"), json.Text("role"))
        {
            Goal = json.Enum<Goal>("goal"),
            Condition = json.Enum<Condition>("condition"),
            Since = json.Time("since"),
            ScheduledAt = json.Time("scheduledAt"),
            Incarnation = (int)json.Need("incarnation"),
            Placement = json["placement"] is { } placement ? ReadPlacement(placement) : null,
            Reservation = json["reservation"] is { } reservation ? ReadReservation(reservation) : null,
            Agent = json["agent"] is { } agent ? new AgentId((string?)agent ?? "") : null,
            MesosState = json["state"] is { } state ? ReadState((string?)state ?? "") : null,
            StagedAt = json.MaybeTime("stagedAt"),
            StartedAt = json.MaybeTime("startedAt"),
            AgentHealth = (bool?)json["agentHealth"],
            Check = json["check"] is { } check ? ReadCheck(check) : null,
            UnreachableSince = json.MaybeTime("unreachableSince"),
            KillRequested = (bool?)json["killRequested"] ?? false,
            Ready = (bool?)json["ready"] ?? false,
            Addresses = (json["addresses"] ?? new JArray()).Select(address => new TaskAddress((string)address[0]!, (string)address[1]!))
                .ToValueList(),
            Containers = (json["containers"] ?? new JArray()).Select(ReadContainer).ToValueList(),
            Health = (json["health"] ?? new JArray()).Select(ReadHealth).ToValueList(),
        };
    }

    private static JObject WriteReservation(Reservation reservation) =>
        WritePlacement(new Placement(reservation.Agent, reservation.Location, []))
        .Put("at", reservation.At.UnixMilliseconds)
        .Put("unused", reservation.IsUsed ? null : new JValue(true))
        .Put("volumes", new JObject(reservation.Volumes.Select(volume => new JProperty(volume.PersistenceId, volume.ContainerPath))));

    private static Reservation ReadReservation(JToken json)
    {
        var place = ReadPlacement(json);
        var volumes = ((JObject)json.Need("volumes")).Properties().Select(volume => new LocalVolume((string)volume.Value!, volume.Name))
            .ToValueList();
        return new Reservation(place.Agent, place.Location, volumes, json.Time("at")) { IsUsed = json["unused"] is null };
    }

    private static JObject WritePlacement(Placement placement) => new JObject
    {
        ["agent"] = placement.Agent.Value,
        ["host"] = placement.Host,
        ["attributes"] = new JObject(placement.Location.Attributes.Select(attribute => new JProperty(attribute.Key, attribute.Value))),
        ["ports"] = new JArray(placement.HostPorts.Select(port => port is { } number ? new JValue(number) : JValue.CreateNull())),
    }.Put("region", placement.Location.Region).Put("zone", placement.Location.Zone);

    private static Placement ReadPlacement(JToken json)
    {
        var attributes = ((JObject)json.Need("attributes")).Properties();
        var location = new AgentLocation(json.Text("host"), (string?)json["region"], (string?)json["zone"],
            attributes.Select(attribute => KeyValuePair.Create(attribute.Name, (string)attribute.Value!)).ToValueMap());
        return new Placement(new AgentId(json.Text("agent")), location, json.Need("ports").Select(port => (int?)port).ToValueList());
    }

    private static JObject WriteCheck(CheckResult check) =>
        new JObject().Put("exit", check.ExitCode).Put("http", check.HttpStatus).Put("tcp", check.Connected);

    private static CheckResult ReadCheck(JToken json) => new((int?)json["exit"], (int?)json["http"], (bool?)json["tcp"]);

    private static JObject WriteHealth(CheckHealth health) =>
        new JObject { ["alive"] = health.IsAlive, ["failures"] = health.ConsecutiveFailures }
        .Put("firstSuccess", health.FirstSuccess)
        .Put("lastSuccess", health.LastSuccess)
        .Put("lastFailure", health.LastFailure)
        .Put("cause", health.LastFailureCause);

    private static CheckHealth ReadHealth(JToken json) => new(
        (int)json.Need("failures"), json.MaybeTime("firstSuccess"), json.MaybeTime("lastSuccess"), json.MaybeTime("lastFailure"),
        (string?)json["cause"])
    {
        IsAlive = (bool)json.Need("alive"),
    };

    private static JObject WriteContainer(ContainerTask task) => new JObject
    {
        ["name"] = task.Name,
        ["condition"] = task.Condition.ToString(),
        ["since"] = task.Since.UnixMilliseconds,
    }
        .Put("state", task.MesosState?.WireName())
        .Put("stagedAt", task.StagedAt)
        .Put("startedAt", task.StartedAt)
        .Put("healthy", task.Healthy)
        .Put("message", task.Message.Length == 0 ? null : task.Message);

    private static ContainerTask ReadContainer(JToken json) => new(json.Text("name"), json.Enum<Condition>("condition"), json.Time("since"))
    {
        MesosState = json["state"] is { } state ? ReadState((string?)state ?? "") : null,
        StagedAt = json.MaybeTime("stagedAt"),
        StartedAt = json.MaybeTime("startedAt"),
        Healthy = (bool?)json["healthy"],
        Message = (string?)json["message"] ?? "",
    };

    private static Mesos.V1.TaskState ReadState(string name) => TaskConditions.TryParse(name, out var state)
        ? state
        : throw new JournalDamagedException($"The journal has an unknown task state \"{name}\".");
}
