using Newtonsoft.Json.Linq;
using Offerbook.Apps.Json.Drafts;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Reading;

/// <summary>Reads an app or an update of one; demands nothing that an update may leave out.</summary>
public static class AppReader
{
    /// <param name="isWhole">A whole app, which must say its id.</param>
    public static AppDraft Read(ObjectReader app, bool isWhole)
    {
        if (isWhole && !app.Has("id"))
        {
            app.Fail("id", "error.path.missing");
        }
        return new AppDraft
        {
            Id = app.Text("id", minLength: 1, pattern: Patterns.PathId),
            Cmd = app.Text("cmd", minLength: 1),
            Args = app.Texts("args"),
            User = app.Text("user"),
            Env = app.Map("env", ReadEnvValue),
            Instances = app.Int("instances"),
            Cpus = app.Amount("cpus", min: 0.001),
            Mem = app.Amount("mem"),
            Disk = app.Amount("disk"),
            Gpus = app.Int("gpus"),
            ExecutorResources = app.Object("executorResources", ReadExecutorResources),
            ResourceLimits = app.Object("resourceLimits", ReadLimits),
            Executor = app.Text("executor", pattern: Patterns.Executor),
            Constraints = app.List("constraints", ReadConstraint),
            Preferences = app.List("preferences", ReadPreference),
            Fetch = app.Objects("fetch", ReadArtifact),
            PortDefinitions = app.Objects("portDefinitions", NetworkReader.ReadPortDefinition),
            RequirePorts = app.Flag("requirePorts"),
            BackoffSeconds = app.Int("backoffSeconds"),
            BackoffFactor = app.Number("backoffFactor", min: 1),
            MaxLaunchDelaySeconds = app.Int("maxLaunchDelaySeconds"),
            Container = app.Object("container", ContainerReader.Read),
            HealthChecks = app.Objects("healthChecks", CheckReader.ReadHealthCheck),
            Check = app.Object("check", CheckReader.ReadCheck),
            ReadinessChecks = app.Objects("readinessChecks", CheckReader.ReadReadinessCheck),
            TaskKillGracePeriodSeconds = app.Int("taskKillGracePeriodSeconds"),
            Dependencies = app.Texts("dependencies"),
            UpgradeStrategy = app.Object("upgradeStrategy", ReadUpgradeStrategy),
            Labels = app.TextMap("labels"),
            AcceptedResourceRoles = app.Texts("acceptedResourceRoles"),
            Networks = app.Objects("networks", NetworkReader.ReadNetwork),
            Secrets = app.Map("secrets", (token, path, errors) => ObjectReader.Object(token, path, errors, ReadSecretSource)),
            UnreachableStrategy = ReadUnreachableStrategy(app),
            KillSelection = app.Choice("killSelection", EnumTexts.KillSelections),
            Tty = app.Flag("tty"),
            RunOnce = app.Flag("runOnce"),
            Daemon = app.Flag("daemon"),
            Role = app.Text("role", minLength: 1),
            Deployment = app.Object("deployment", DeploymentPolicyReader.Read),
            Version = app.Moment("version"),
            Ports = app.List("ports", (token, path, errors) => Element.Int(token, path, errors, 0, NetworkReader.MaxPort)),
            Uris = app.Texts("uris", minLength: 1, maxLength: 1024),
            IpAddress = app.Object("ipAddress", NetworkReader.ReadIpAddress),
        };
    }

    internal static EnvValue? ReadEnvValue(JToken token, string path, ReadErrors errors) => token is JObject
        ? ObjectReader.Object(token, path, errors, value => new EnvValue.SecretRef(value.Required("secret", value.Text("secret"), "")))
        : Element.Text(token, path, errors) is { } text ? new EnvValue.Text(text) : null;

    internal static string ReadSecretSource(ObjectReader secret) => secret.Required("source", secret.Text("source", minLength: 1), "");

    internal static ExecutorResources ReadExecutorResources(ObjectReader resources) => new(
        resources.Amount("cpus", min: 0.1) ?? Quantity.Of(0.1),
        resources.Amount("mem", min: 32) ?? Quantity.Of(32),
        resources.Amount("disk", min: 10) ?? Quantity.Of(10));

    internal static ResourceLimits ReadLimits(ObjectReader limits) => new(ReadLimit(limits, "cpus"), ReadLimit(limits, "mem"));

    private static ResourceLimit? ReadLimit(ObjectReader limits, string name)
    {
        if (limits.Member(name) is not { Type: JTokenType.String } text)
        {
            return limits.Amount(name) is { } amount ? new ResourceLimit.AtMost(amount) : null;
        }
        if (string.Equals((string)text!, "unlimited", StringComparison.OrdinalIgnoreCase))
        {
            return new ResourceLimit.Unlimited();
        }
        limits.Fail(name, "error.unknown.enum.literal");
        return null;
    }

    /// <summary>How many texts there are is judged with their meaning.</summary>
    private static ValueList<string>? ReadConstraint(JToken token, string path, ReadErrors errors)
    {
        if (token is not JArray array)
        {
            errors.Shape.Add(path, "error.expected.jsarray");
            return null;
        }
        return array.Select((element, i) => Element.Text(element, path + "(" + i + ")", errors) ?? "").ToValueList();
    }

    /// <summary>As a constraint, but that the weight may be written as a number.</summary>
    internal static ValueList<string>? ReadPreference(JToken token, string path, ReadErrors errors) => ReadConstraint(
        token is JArray { Count: 4 } array && array[3].Type == JTokenType.Integer
            ? new JArray(array[0], array[1], array[2], array[3].ToString()) : token, path, errors);

    internal static Artifact ReadArtifact(ObjectReader artifact) => new(
        artifact.Required("uri", artifact.Text("uri", minLength: 1, maxLength: 1024), ""),
        artifact.Flag("extract") ?? true,
        artifact.Flag("executable") ?? false,
        artifact.Flag("cache") ?? false,
        artifact.Text("destPath", minLength: 1, maxLength: 1024));

    private static UpgradeStrategy ReadUpgradeStrategy(ObjectReader strategy) => new(
        (decimal)strategy.Required("minimumHealthCapacity", strategy.Number("minimumHealthCapacity", 0, 1)),
        (decimal)strategy.Required("maximumOverCapacity", strategy.Number("maximumOverCapacity", 0, 1)));

    internal static UnreachableStrategy? ReadUnreachableStrategy(ObjectReader app)
    {
        const string name = "unreachableStrategy";
        if (app.Member(name) is not { Type: JTokenType.String } text)
        {
            return app.Object(name, strategy => new UnreachableStrategy.Enabled(
                strategy.Long("inactiveAfterSeconds") ?? 0, strategy.Long("expungeAfterSeconds") ?? 0));
        }
        if (string.Equals((string)text!, "disabled", StringComparison.OrdinalIgnoreCase))
        {
            return new UnreachableStrategy.Disabled();
        }
        app.Fail(name, "error.unknown.enum.literal");
        return null;
    }
}
