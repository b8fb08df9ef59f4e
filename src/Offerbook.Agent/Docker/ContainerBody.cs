using System.Text.Json.Nodes;

namespace Offerbook.Agent.Docker;

/// <summary>
/// The request that makes a container, as the Engine's API words it. Filled step by step; a later value takes the place of an earlier one.
/// </summary>
internal sealed class ContainerBody
{
    public JsonObject Config { get; } = [];

    public JsonObject Host { get; } = [];

    /// <summary>Of the one network that the container joins when it is made.</summary>
    public JsonObject Endpoint { get; } = [];

    public static void Append(JsonObject to, string list, JsonNode value)
    {
        if (to[list] is not JsonArray array)
        {
            to[list] = array = [];
        }
        array.Add(value);
    }

    public static void Put(JsonObject to, string map, string key, JsonNode value)
    {
        if (to[map] is not JsonObject entries)
        {
            to[map] = entries = [];
        }
        entries[key] = value;
    }

    public static JsonArray List(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];

    public void Map(int hostPort, int containerPort, string protocol, string address = "")
    {
        var port = $"{containerPort}/{protocol}";
        Put(Config, "ExposedPorts", port, new JsonObject());
        if (Host["PortBindings"] is not JsonObject bindings)
        {
            Host["PortBindings"] = bindings = [];
        }
        Append(bindings, port, new JsonObject { ["HostIp"] = address, ["HostPort"] = hostPort == 0 ? "" : $"{hostPort}" });
    }

    /// <param name="network">What the container joins; null when the engine knows no such thing as an endpoint there (host, none).</param>
    public JsonObject Finish(string? network)
    {
        Config["HostConfig"] = Host;
        if (network is not null && Endpoint.Count > 0)
        {
            Config["NetworkingConfig"] = new JsonObject { ["EndpointsConfig"] = new JsonObject { [network] = Endpoint } };
        }
        return Config;
    }
}
