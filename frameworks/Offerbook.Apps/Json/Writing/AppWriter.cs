using Newtonsoft.Json.Linq;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Writing;

/// <summary>
/// Writes an app as the API and the events show it. Reading what is written gives the same definition again. Members without a
/// value are missing, never null; deprecated members are never written.
/// </summary>
public static class AppWriter
{
    /// <param name="onlyVersion">For an app that has just been submitted: nothing but this version is known of it, so there is no version
    /// info.</param>
    public static JObject Write(AppDefinition app, Timestamp? onlyVersion = null)
    {
        var json = new JObject { ["id"] = app.Id.ToString() };
        json.AddOptional("acceptedResourceRoles", app.AcceptedResourceRoles?.Json());
        json.AddNonEmpty("args", app.Args.Json());
        json["backoffFactor"] = app.Backoff.Factor.Number();
        json["backoffSeconds"] = app.Backoff.Seconds.Number();
        json.AddOptional("cmd", app.Cmd);
        json.AddNonEmpty("constraints", app.Constraints.JsonOf(WriteConstraint));
        json.AddNonEmpty("preferences", app.Preferences.JsonOf(WritePreference));
        json.AddOptional("container", app.Container is null ? null : ContainerWriter.Write(app.Container, !app.IsHostNetworking));
        json["cpus"] = app.Resources.Cpus.Number();
        json.AddNonEmpty("dependencies", app.Dependencies.Json());
        json["disk"] = app.Resources.Disk.Number();
        json.AddNonEmpty("env", WriteEnv(app.Env));
        json["executor"] = app.Executor;
        json.AddOptional("executorResources", app.ExecutorResources is null ? null : Write(app.ExecutorResources));
        json.AddNonEmpty("fetch", app.Fetch.JsonOf(WriteArtifact));
        json.AddNonEmpty("healthChecks", app.HealthChecks.JsonOf(CheckWriter.Write));
        json.AddOptional("check", app.Check is null ? null : CheckWriter.Write(app.Check));
        json["instances"] = app.Instances;
        json["labels"] = app.Labels.Json();
        json["maxLaunchDelaySeconds"] = app.Backoff.MaxLaunchDelaySeconds.Number();
        json["mem"] = app.Resources.Mem.Number();
        json["gpus"] = app.Resources.Gpus;
        json["networks"] = app.Networks.JsonOf(NetworkWriter.Write);
        if (app.IsHostNetworking)
        {
            json["portDefinitions"] = app.PortDefinitions.JsonOf(NetworkWriter.Write);
        }
        json.AddNonEmpty("readinessChecks", app.ReadinessChecks.JsonOf(CheckWriter.Write));
        if (app.IsResident)
        {
            json["residency"] = new JObject { ["relaunchEscalationTimeoutSeconds"] = 3600, ["taskLostBehavior"] = "WAIT_FOREVER" };
        }
        json.AddOptional("resourceLimits", app.ResourceLimits is null ? null : Write(app.ResourceLimits));
        json["requirePorts"] = app.RequirePorts;
        json.AddNonEmpty("secrets", WriteSecrets(app.Secrets));
        json.AddOptional("taskKillGracePeriodSeconds", app.TaskKillGracePeriodSeconds);
        json["upgradeStrategy"] = new JObject
        {
            ["maximumOverCapacity"] = app.UpgradeStrategy.MaximumOverCapacity.Number(),
            ["minimumHealthCapacity"] = app.UpgradeStrategy.MinimumHealthCapacity.Number(),
        };
        json.AddOptional("user", app.User);
        json["version"] = (onlyVersion ?? app.Version).ToString();
        if (onlyVersion is null)
        {
            json["versionInfo"] = new JObject
            {
                ["lastScalingAt"] = app.VersionInfo.LastScalingAt.ToString(),
                ["lastConfigChangeAt"] = app.VersionInfo.LastConfigChangeAt.ToString(),
            };
        }
        json["killSelection"] = EnumTexts.KillSelections.Write(app.KillSelection);
        json["unreachableStrategy"] = WriteUnreachable(app.UnreachableStrategy);
        json.AddOptional("tty", app.Tty);
        json.AddOptional("runOnce", app.RunOnce ? true : null);
        json.AddOptional("daemon", app.Daemon ? true : null);
        json["role"] = app.Role;
        json.AddOptional("deployment", app.Deployment is null ? null : DeploymentPolicyWriter.Write(app.Deployment));
        return json;
    }

    public static JToken WriteConstraint(Constraint constraint)
    {
        var texts = new JArray(constraint.Field, EnumTexts.Operators.Write(constraint.Operator));
        if (constraint.Value is not null)
        {
            texts.Add(constraint.Value);
        }
        return texts;
    }

    internal static JToken WritePreference(Preference preference)
    {
        var texts = WriteConstraint(preference.Constraint);
        if (preference.Weight != 1)
        {
            var array = (JArray)texts;
            if (preference.Constraint.Value is null)
            {
                array.Add("");
            }
            array.Add(preference.Weight);
        }
        return texts;
    }

    internal static JObject WriteEnv(ValueMap<EnvValue> env)
    {
        var json = new JObject();
        foreach (var (name, value) in env)
        {
            json[name] = value switch
            {
                EnvValue.SecretRef secret => new JObject { ["secret"] = secret.Name },
                EnvValue.Text text => text.Value,
                _ => null,
            };
        }
        return json;
    }

    internal static JObject WriteSecrets(ValueMap<string> secrets)
    {
        var json = new JObject();
        foreach (var (name, source) in secrets)
        {
            json[name] = new JObject { ["source"] = source };
        }
        return json;
    }

    internal static JObject Write(ExecutorResources resources) => new()
    {
        ["cpus"] = resources.Cpus.Number(),
        ["mem"] = resources.Mem.Number(),
        ["disk"] = resources.Disk.Number(),
    };

    internal static JObject Write(ResourceLimits limits)
    {
        var json = new JObject();
        json.AddOptional("cpus", WriteLimit(limits.Cpus));
        json.AddOptional("mem", WriteLimit(limits.Mem));
        return json;
    }

    private static JToken? WriteLimit(ResourceLimit? limit) => limit switch
    {
        ResourceLimit.AtMost atMost => atMost.Amount.Number(),
        ResourceLimit.Unlimited => "unlimited",
        _ => null,
    };

    internal static JToken WriteArtifact(Artifact artifact)
    {
        var json = new JObject
        {
            ["uri"] = artifact.Uri,
            ["extract"] = artifact.Extract,
            ["executable"] = artifact.Executable,
            ["cache"] = artifact.Cache,
        };
        json.AddOptional("destPath", artifact.DestPath);
        return json;
    }

    internal static JToken WriteUnreachable(UnreachableStrategy strategy) => strategy is UnreachableStrategy.Enabled enabled
        ? new JObject { ["inactiveAfterSeconds"] = enabled.InactiveAfterSeconds, ["expungeAfterSeconds"] = enabled.ExpungeAfterSeconds }
        : "disabled";
}
