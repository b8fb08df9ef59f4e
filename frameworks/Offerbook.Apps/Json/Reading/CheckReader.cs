using Newtonsoft.Json.Linq;
using Offerbook.Apps.Json.Drafts;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Reading;

public static class CheckReader
{
    public static HealthCheckDraft ReadHealthCheck(ObjectReader check)
    {
        var preset = HealthCheck.Default;
        var read = new HealthCheck(
            check.Choice("protocol", EnumTexts.HealthProtocols) ?? preset.Protocol,
            check.Object("command", command => command.Required("value", command.Text("value"), "")),
            check.Text("path"),
            check.Int("port", max: NetworkReader.MaxPort),
            check.Int("portIndex", max: NetworkReader.MaxPort),
            check.Int("gracePeriodSeconds") ?? preset.GracePeriodSeconds,
            check.Int("intervalSeconds") ?? preset.IntervalSeconds,
            check.Int("timeoutSeconds") ?? preset.TimeoutSeconds,
            check.Int("delaySeconds") ?? preset.DelaySeconds,
            check.Int("maxConsecutiveFailures") ?? preset.MaxConsecutiveFailures,
            check.Flag("ignoreHttp1xx") ?? preset.IgnoreHttp1xx,
            check.Choice("ipProtocol", EnumTexts.IpProtocols) ?? preset.IpProtocol);
        return new HealthCheckDraft(read, check.Has("protocol"));
    }

    public static TaskCheck ReadCheck(ObjectReader check)
    {
        // All are read, so that what is wrong with any is told.
        var (http, tcp, exec) = (check.Object("http", ReadHttp), check.Object("tcp", ReadTcp), check.Object("exec", ReadExec));
        var probe = http ?? tcp ?? exec;
        if (probe is null && !check.Has("http") && !check.Has("tcp") && !check.Has("exec"))
        {
            check.Fail("exec", "error.path.missing");
        }
        return new TaskCheck(probe ?? new CheckProbe.Shell(""),
            check.Int("intervalSeconds") ?? 60, check.Int("timeoutSeconds") ?? 20, check.Int("delaySeconds") ?? 15);
    }

    public static ReadinessCheck ReadReadinessCheck(ObjectReader check) => new(
        check.Text("name", minLength: 1) ?? "readinessCheck",
        check.Choice("protocol", EnumTexts.HttpSchemes) ?? HttpScheme.Http,
        check.Text("path", minLength: 1, maxLength: 1024) ?? "/",
        check.Text("portName", minLength: 1, pattern: Patterns.Name) ?? "http-api",
        check.Int("intervalSeconds") ?? 30,
        check.Int("timeoutSeconds", min: 1) ?? 10,
        ReadStatusCodes(check),
        check.Flag("preserveLastResponse") ?? false);

    private static ValueSet<int> ReadStatusCodes(ObjectReader check)
    {
        const string name = "httpStatusCodesForReady";
        var codes = check.List(name, (token, path, errors) => Element.Int(token, path, errors, 100, 999));
        if (codes is { Count: 0 } && check.Member(name) is JArray { Count: 0 })
        {
            check.Fail(name, "error.minLength");
        }
        return codes is null ? [200] : codes.Cast<int>().ToValueSet();
    }

    private static CheckProbe ReadHttp(ObjectReader http) => new CheckProbe.Http(
        http.Int("portIndex", max: NetworkReader.MaxPort),
        http.Int("port", max: NetworkReader.MaxPort),
        http.Text("path", minLength: 1, maxLength: 1024),
        http.Choice("scheme", EnumTexts.HttpSchemes) ?? HttpScheme.Http);

    private static CheckProbe ReadTcp(ObjectReader tcp) =>
        new CheckProbe.Tcp(tcp.Int("portIndex", max: NetworkReader.MaxPort), tcp.Int("port", max: NetworkReader.MaxPort));

    private static CheckProbe ReadExec(ObjectReader exec) =>
        exec.Required("command", exec.Object("command", ReadCommand), new CheckProbe.Shell(""));

    private static CheckProbe ReadCommand(ObjectReader command)
    {
        if (!command.Has("argv"))
        {
            return new CheckProbe.Shell(command.Required("shell", command.Text("shell", minLength: 1), ""));
        }
        var argv = command.Texts("argv") ?? [];
        if (argv.Count == 0)
        {
            command.Fail("argv", "error.minLength");
        }
        return new CheckProbe.Argv(argv);
    }
}
