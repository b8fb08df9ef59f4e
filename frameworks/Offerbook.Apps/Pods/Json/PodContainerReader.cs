using System.Text.RegularExpressions;
using Offerbook.Apps.Json;
using Offerbook.Apps.Json.Reading;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Pods.Json;

/// <summary>Reads one container of a pod.</summary>
internal static partial class PodContainerReader
{
    private static readonly EnumText<ImageKind> ImageKinds = new((ImageKind.Docker, "DOCKER"));

    private enum ImageKind
    {
        Docker,
    }

    public static PodContainer Read(ObjectReader container) => new(
        ReadName(container, "name"),
        container.Object("exec", ReadExec),
        container.Required("resources", container.Object("resources", ReadResources), InstanceResources.Default),
        container.Object("resourceLimits", AppReader.ReadLimits),
        container.Objects("endpoints", ReadEndpoint) ?? [],
        container.Object("linuxInfo", ContainerReader.ReadLinuxInfo),
        container.Object("image", ReadImage),
        ReadEnvironment(container),
        container.Text("user"),
        container.Object("healthCheck", ReadHealthCheck),
        container.Object("check", ReadCheck),
        container.Objects("volumeMounts", ReadMount) ?? [],
        container.Objects("artifacts", AppReader.ReadArtifact) ?? [],
        container.TextMap("labels") ?? ValueMap<string>.Empty,
        container.Object("lifecycle", lifecycle => new Lifecycle(lifecycle.Number("killGracePeriodSeconds", 0)))?.KillGracePeriodSeconds,
        container.Flag("tty"));

    /// <summary>Names that a shell can have.</summary>
    public static ValueMap<EnvValue> ReadEnvironment(ObjectReader reader)
    {
        var environment = reader.Map("environment", AppReader.ReadEnvValue) ?? ValueMap<EnvValue>.Empty;
        foreach (var (name, _) in environment)
        {
            if (!VariableName.IsMatch(name))
            {
                reader.Fail("environment/" + name, "error.pattern");
            }
        }
        return environment;
    }

    private static string ReadName(ObjectReader reader, string member) =>
        reader.Required(member, reader.Text(member, minLength: 1, maxLength: 63, pattern: Patterns.Name), "");

    private static PodExec ReadExec(ObjectReader exec) =>
        new(exec.Required("command", exec.Object("command", ReadCommand), new PodCommand.Shell("")), exec.Flag("overrideEntrypoint"));

    private static PodCommand ReadCommand(ObjectReader command)
    {
        if (!command.Has("argv"))
        {
            return new PodCommand.Shell(command.Required("shell", command.Text("shell", minLength: 1), ""));
        }
        var argv = command.Texts("argv") ?? [];
        if (argv.Count == 0)
        {
            command.Fail("argv", "error.minLength");
        }
        return new PodCommand.Argv(argv);
    }

    private static InstanceResources ReadResources(ObjectReader resources) => new(
        resources.Amount("cpus", min: 0.001) ?? InstanceResources.Default.Cpus,
        resources.Amount("mem", min: 0.001) ?? InstanceResources.Default.Mem,
        resources.Amount("disk") ?? InstanceResources.Default.Disk,
        resources.Int("gpus") ?? 0);

    private static PodEndpoint ReadEndpoint(ObjectReader endpoint)
    {
        var protocols = endpoint.Texts("protocol", minLength: 1, maxLength: 63) ?? [];
        if (protocols.Count == 0 && endpoint.Has("protocol"))
        {
            endpoint.Fail("protocol", "error.minLength");
        }
        return new PodEndpoint(
            ReadName(endpoint, "name"),
            endpoint.Int("containerPort", min: 1, max: NetworkReader.MaxPort),
            endpoint.Int("hostPort", max: NetworkReader.MaxPort),
            protocols,
            endpoint.TextMap("labels") ?? ValueMap<string>.Empty,
            endpoint.Texts("networkNames", minLength: 1, maxLength: 63) ?? []);
    }

    private static PodImage ReadImage(ObjectReader image)
    {
        image.Required("kind", image.Choice("kind", ImageKinds));
        return new PodImage(
            image.Required("id", image.Text("id", minLength: 1, maxLength: 1024), ""),
            image.Object("pullConfig", config => config.Required("secret", config.Text("secret", minLength: 1), "")),
            image.Flag("forcePull"),
            image.TextMap("labels") ?? ValueMap<string>.Empty);
    }

    private static VolumeMount ReadMount(ObjectReader mount) => new(
        ReadName(mount, "name"),
        mount.Required("mountPath", mount.Text("mountPath", minLength: 1, maxLength: 1024), ""),
        mount.Flag("readOnly"));

    private static PodHealthCheck ReadHealthCheck(ObjectReader check) => new(
        ReadProbe(check),
        check.Int("gracePeriodSeconds") ?? HealthCheck.Default.GracePeriodSeconds,
        check.Int("intervalSeconds") ?? HealthCheck.Default.IntervalSeconds,
        check.Int("maxConsecutiveFailures") ?? HealthCheck.Default.MaxConsecutiveFailures,
        check.Int("timeoutSeconds") ?? HealthCheck.Default.TimeoutSeconds,
        check.Int("delaySeconds") ?? HealthCheck.Default.DelaySeconds);

    private static PodTaskCheck ReadCheck(ObjectReader check) => new(
        ReadProbe(check), check.Int("intervalSeconds") ?? 60, check.Int("timeoutSeconds") ?? 20, check.Int("delaySeconds") ?? 15);

    private static PodProbe ReadProbe(ObjectReader check)
    {
        var given = new[] { "http", "tcp", "exec" }.Count(check.Has);
        if (given != 1)
        {
            check.Fail("", given == 0 ? "error.path.missing" : "Only one of http, tcp, or command may be specified");
        }
        return check.Object<PodProbe>("http", http => new PodProbe.Http(
                ReadName(http, "endpoint"), http.Text("path", minLength: 1, maxLength: 1024), http.Choice("scheme", EnumTexts.HttpSchemes)
                    ?? HttpScheme.Http))
            ?? check.Object<PodProbe>("tcp", tcp => new PodProbe.Tcp(ReadName(tcp, "endpoint")))
            ?? check.Object<PodProbe>("exec", exec => new PodProbe.Exec(
                exec.Required("command", exec.Object("command", ReadCommand), new PodCommand.Shell(""))))
            ?? new PodProbe.Exec(new PodCommand.Shell(""));
    }

    private sealed record Lifecycle(double? KillGracePeriodSeconds);

    [GeneratedRegex(@"^[a-zA-Z_][a-zA-Z0-9_]{0,253}\z", RegexOptions.CultureInvariant)]
    private static partial Regex VariableName { get; }
}
