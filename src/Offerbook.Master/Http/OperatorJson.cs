using System.Buffers;
using Google.Protobuf;
using Offerbook.Master.Http.Legacy;
using Offerbook.Wire.Json;
using ResponseType = Mesos.V1.Master.Response.Types.Type;

namespace Offerbook.Master.Http;

/// <summary>
/// Operator answers as JSON. The lists of the state calls are shown also when they are empty; everything else is the message's own form.
/// </summary>
internal static class OperatorJson
{
    public static ReadOnlyMemory<byte> ToUtf8(OperatorResponse response)
    {
        Action<LegacyWriter>? members = response.Type switch
        {
            ResponseType.GetTasks => json => Tasks(json, response.GetTasks),
            ResponseType.GetExecutors => json => Executors(json, response.GetExecutors),
            ResponseType.GetFrameworks => json => Frameworks(json, response.GetFrameworks),
            ResponseType.GetAgents => json => Agents(json, response.GetAgents),
            ResponseType.GetState => json => State(json, response.GetState),
            _ => null,
        };
        if (members is null)
        {
            return MesosJson.ToUtf8(response);
        }
        var output = new ArrayBufferWriter<byte>(4096);
        using (var json = new LegacyWriter(output))
        {
            json.BeginObject();
            json.Text("type"u8, OriginalNames<ResponseType>.Of(response.Type));
            members(json);
            json.EndObject();
        }
        return output.WrittenMemory;
    }

    /// <summary>SUBSCRIBED, whose state is shown like that of GET_STATE.</summary>
    public static ReadOnlyMemory<byte> ToUtf8(OperatorEvent.Types.Subscribed subscribed)
    {
        var output = new ArrayBufferWriter<byte>(4096);
        using (var json = new LegacyWriter(output))
        {
            json.BeginObject();
            json.Text("type"u8, "SUBSCRIBED");
            json.BeginObject("subscribed"u8);
            State(json, subscribed.GetState);
            json.Double("heartbeat_interval_seconds"u8, subscribed.HeartbeatIntervalSeconds);
            json.EndObject();
            json.EndObject();
        }
        return output.WrittenMemory;
    }

    private static void State(LegacyWriter json, OperatorResponse.Types.GetState state)
    {
        json.BeginObject("get_state"u8);
        Tasks(json, state.GetTasks);
        Executors(json, state.GetExecutors);
        Frameworks(json, state.GetFrameworks);
        Agents(json, state.GetAgents);
        json.EndObject();
    }

    private static void Tasks(LegacyWriter json, OperatorResponse.Types.GetTasks tasks) => Lists(json, "get_tasks",
        ("tasks", tasks.Tasks), ("unreachable_tasks", tasks.UnreachableTasks), ("completed_tasks", tasks.CompletedTasks));

    private static void Executors(LegacyWriter json, OperatorResponse.Types.GetExecutors executors) =>
        Lists(json, "get_executors", ("executors", executors.Executors));

    private static void Frameworks(LegacyWriter json, OperatorResponse.Types.GetFrameworks frameworks) => Lists(json, "get_frameworks",
        ("frameworks", frameworks.Frameworks), ("completed_frameworks", frameworks.CompletedFrameworks));

    private static void Agents(LegacyWriter json, OperatorResponse.Types.GetAgents agents) =>
        Lists(json, "get_agents", ("agents", agents.Agents), ("recovered_agents", agents.RecoveredAgents));

    private static void Lists(LegacyWriter json, string name, params (string Name, IEnumerable<IMessage> Items)[] lists)
    {
        json.Named(name).BeginObject();
        foreach (var (list, items) in lists)
        {
            json.Named(list).Messages(items);
        }
        json.EndObject();
    }
}
