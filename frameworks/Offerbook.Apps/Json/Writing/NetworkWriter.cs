using Newtonsoft.Json.Linq;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Writing;

internal static class NetworkWriter
{
    public static JToken Write(Network network)
    {
        var json = new JObject();
        json.AddOptional("name", network.Name);
        json["mode"] = EnumTexts.NetworkModes.Write(network.Mode);
        json.AddNonEmpty("labels", network.Labels.Json());
        return json;
    }

    public static JToken Write(PortDefinition port)
    {
        var json = new JObject { ["labels"] = port.Labels.Json() };
        json.AddOptional("name", port.Name);
        json["port"] = port.Port;
        json["protocol"] = EnumTexts.Protocols.Write(port.Protocol);
        return json;
    }

    public static JToken Write(PortMapping mapping)
    {
        var json = new JObject { ["containerPort"] = mapping.ContainerPort };
        json.AddOptional("hostPort", mapping.HostPort);
        json["labels"] = mapping.Labels.Json();
        json.AddOptional("name", mapping.Name);
        json["protocol"] = EnumTexts.Protocols.Write(mapping.Protocol);
        json["servicePort"] = mapping.ServicePort;
        json.AddNonEmpty("networkNames", mapping.NetworkNames.Json());
        return json;
    }
}
