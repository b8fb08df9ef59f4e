using Newtonsoft.Json.Linq;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Writing;

public static class CheckWriter
{
    /// <summary>Also the <c>healthCheck</c> member of events.</summary>
    public static JToken Write(HealthCheck check)
    {
        var json = new JObject();
        json.AddOptional("command", check.Command is null ? null : new JObject { ["value"] = check.Command });
        json["gracePeriodSeconds"] = check.GracePeriodSeconds;
        if (check.Protocol is HealthProtocol.Http or HealthProtocol.Https || check.IgnoreHttp1xx)
        {
            json["ignoreHttp1xx"] = check.IgnoreHttp1xx;
        }
        json["intervalSeconds"] = check.IntervalSeconds;
        json["maxConsecutiveFailures"] = check.MaxConsecutiveFailures;
        json.AddOptional("path", check.Path);
        json.AddOptional("port", check.Port);
        json.AddOptional("portIndex", check.PortIndex);
        json["protocol"] = EnumTexts.HealthProtocols.Write(check.Protocol);
        json["ipProtocol"] = EnumTexts.IpProtocols.Write(check.IpProtocol);
        json["timeoutSeconds"] = check.TimeoutSeconds;
        json["delaySeconds"] = check.DelaySeconds;
        return json;
    }

    internal static JToken Write(TaskCheck check)
    {
        var json = new JObject();
        switch (check.Probe)
        {
            case CheckProbe.Http http:
                json["http"] = WithPort(http.PortIndex, http.Port);
                ((JObject)json["http"]!).AddOptional("path", http.Path);
                json["http"]!["scheme"] = EnumTexts.HttpSchemes.Write(http.Scheme);
                break;
            case CheckProbe.Tcp tcp:
                json["tcp"] = WithPort(tcp.PortIndex, tcp.Port);
                break;
            case CheckProbe.Shell shell:
                json["exec"] = new JObject { ["command"] = new JObject { ["shell"] = shell.Command } };
                break;
            case CheckProbe.Argv argv:
                json["exec"] = new JObject { ["command"] = new JObject { ["argv"] = argv.Command.Json() } };
                break;
        }
        json["intervalSeconds"] = check.IntervalSeconds;
        json["timeoutSeconds"] = check.TimeoutSeconds;
        json["delaySeconds"] = check.DelaySeconds;
        return json;
    }

    internal static JToken Write(ReadinessCheck check) => new JObject
    {
        ["name"] = check.Name,
        ["protocol"] = EnumTexts.HttpSchemes.Write(check.Protocol),
        ["path"] = check.Path,
        ["portName"] = check.PortName,
        ["intervalSeconds"] = check.IntervalSeconds,
        ["timeoutSeconds"] = check.TimeoutSeconds,
        ["httpStatusCodesForReady"] = new JArray(check.HttpStatusCodesForReady),
        ["preserveLastResponse"] = check.PreserveLastResponse,
    };

    private static JObject WithPort(int? portIndex, int? port)
    {
        var json = new JObject();
        json.AddOptional("portIndex", portIndex);
        json.AddOptional("port", port);
        return json;
    }
}
