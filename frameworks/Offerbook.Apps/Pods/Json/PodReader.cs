using Newtonsoft.Json.Linq;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Json;
using Offerbook.Apps.Json.Drafts;
using Offerbook.Apps.Json.Reading;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Pods.Json;

/// <summary>Reads a pod. There are no partial updates of pods, so what is absent has its default.</summary>
public static class PodReader
{
    /// <summary>
    /// An instance of a pod is over when all of its containers are, so none is done once; and pods run where offers take them.
    /// </summary>
    private static readonly string[] OfAppsOnly = ["daemon", "runOnce"];

    private static readonly EnumText<ScalingKind> ScalingKinds = new((ScalingKind.Fixed, "fixed"));

    private enum ScalingKind
    {
        Fixed,
    }

    public static ApiResult<PodDraft> Read(JToken body)
    {
        var errors = new ReadErrors();
        var draft = ObjectReader.Object(body, "", errors, Read);
        return errors.Any || draft is null ? errors.ToApiError() : draft;
    }

    /// <summary>What <see cref="PodWriter"/> wrote for the journal.</summary>
    public static ApiResult<PodDefinition> ReadStored(JToken json)
    {
        var draft = Read(json);
        if (!draft.IsOk)
        {
            return draft.Error;
        }
        var errors = new ReadErrors();
        var times = new ObjectReader(json["versionInfo"] as JObject ?? [], "/versionInfo", errors);
        var (scaling, configuration) = (times.Moment("lastScalingAt"), times.Moment("lastConfigChangeAt"));
        if (errors.Any || scaling is null || configuration is null || draft.Value.Version is not { } version)
        {
            errors.Shape.Add("/versionInfo", "error.path.missing");
            return errors.ToApiError();
        }
        var pod = draft.Value.Complete(PathId.Parse(draft.Value.Id), "*", new SpecSettings());
        return pod with { VersionInfo = new VersionInfo(version, scaling.Value, configuration.Value) };
    }

    private static PodDraft Read(ObjectReader pod)
    {
        var id = pod.Required("id", pod.Text("id", minLength: 1, pattern: Patterns.PathId), "");
        var scheduling = pod.Object("scheduling", ReadScheduling) ?? new Scheduling();
        var containers = pod.Required("containers", pod.Objects("containers", PodContainerReader.Read), []);
        if (containers.Count == 0 && pod.Member("containers") is JArray { Count: 0 })
        {
            pod.Fail("containers", "error.minLength");
        }
        foreach (var name in OfAppsOnly.Where(name => pod.Flag(name) == true))
        {
            pod.Fail(name, "is for apps only");
        }
        var preferences = pod.List("preferences", AppReader.ReadPreference)?.OfType<ValueList<string>>().ToList() ?? [];
        var definition = new PodDefinition
        {
            Id = PathId.Root,
            User = pod.Text("user"),
            Env = PodContainerReader.ReadEnvironment(pod),
            Instances = pod.Object("scaling", ReadScaling) as int? ?? 1,
            Containers = containers,
            Volumes = pod.Objects("volumes", ReadVolume) ?? [],
            Networks = pod.Objects("networks", NetworkReader.ReadNetwork) ?? [],
            Labels = pod.TextMap("labels") ?? ValueMap<string>.Empty,
            Secrets = pod.Map("secrets", (token, path, errors) => ObjectReader.Object(token, path, errors, AppReader.ReadSecretSource))
                ?? ValueMap<string>.Empty,
            ExecutorResources = pod.Object("executorResources", AppReader.ReadExecutorResources) ?? PodDefinition.DefaultExecutorResources,
            LinuxInfo = pod.Object("linuxInfo", ContainerReader.ReadLinuxInfo),
            LegacySharedCgroups = pod.Flag("legacySharedCgroups"),
            Backoff = scheduling.Backoff,
            Constraints = scheduling.Constraints,
            AcceptedResourceRoles = scheduling.AcceptedRoles,
            KillSelection = scheduling.KillSelection,
            Preferences = PreferenceText.Parse(preferences, pod.Path + "/preferences", pod.Errors.Shape),
            Deployment = pod.Object("deployment", DeploymentPolicyReader.Read) is { IsEmpty: false } policy ? policy : null,
        };
        return new PodDraft(definition, id, pod.Text("role", minLength: 1), scheduling.Upgrade, scheduling.Unreachable,
            pod.Moment("version"));
    }

    private static object ReadScaling(ObjectReader scaling)
    {
        scaling.Required("kind", scaling.Choice("kind", ScalingKinds));
        return scaling.Int("instances") ?? 1;
    }

    private sealed record Scheduling
    {
        public Backoff Backoff { get; init; } = Backoff.Default;
        public UpgradeStrategy? Upgrade { get; init; }
        public UnreachableStrategy? Unreachable { get; init; }
        public ValueSet<Constraint> Constraints { get; init; } = [];
        public ValueSet<string>? AcceptedRoles { get; init; }
        public KillSelection KillSelection { get; init; } = KillSelection.YoungestFirst;
    }

    private static Scheduling ReadScheduling(ObjectReader scheduling)
    {
        var read = new Scheduling
        {
            Backoff = scheduling.Object("backoff", ReadBackoff) ?? Backoff.Default,
            Upgrade = scheduling.Object("upgrade", ReadUpgrade),
            Unreachable = AppReader.ReadUnreachableStrategy(scheduling),
            KillSelection = scheduling.Choice("killSelection", EnumTexts.KillSelections) ?? KillSelection.YoungestFirst,
        };
        return scheduling.Object("placement", placement => read with
        {
            Constraints = placement.Objects("constraints", ReadConstraint)?.ToValueSet() ?? [],
            AcceptedRoles = placement.Texts("acceptedResourceRoles") is { Count: > 0 } roles ? roles.ToValueSet() : null,
        }) ?? read;
    }

    private static Backoff ReadBackoff(ObjectReader backoff) => new(
        backoff.Number("backoff", 0) ?? Backoff.Default.Seconds,
        backoff.Number("backoffFactor", 0) ?? Backoff.Default.Factor,
        backoff.Number("maxLaunchDelay", 0) ?? Backoff.Default.MaxLaunchDelaySeconds);

    private static UpgradeStrategy ReadUpgrade(ObjectReader upgrade) => new(
        (decimal)(upgrade.Number("minimumHealthCapacity", 0, 1) ?? 1),
        (decimal)(upgrade.Number("maximumOverCapacity", 0, 1) ?? 1));

    private static Constraint ReadConstraint(ObjectReader constraint) => new(
        constraint.Required("fieldName", constraint.Text("fieldName"), ""),
        constraint.Required("operator", constraint.Choice("operator", EnumTexts.Operators)),
        constraint.Text("value"));

    private static PodVolume ReadVolume(ObjectReader volume)
    {
        var name = volume.Required("name", volume.Text("name", minLength: 1, maxLength: 63, pattern: Patterns.Name), "");
        return volume.Has("persistent")
            ? new PodVolume.Persistent(name, volume.Object("persistent", VolumeReader.ReadPersistent) ?? VolumeReader.Nothing)
            : volume.Has("secret") ? new PodVolume.Secret(name, volume.Text("secret", minLength: 1) ?? "")
            : volume.Has("host") ? new PodVolume.Host(name, volume.Text("host") ?? "")
            : new PodVolume.Ephemeral(name);
    }
}
