using Mesos.V1;
using Offerbook.Apps.Specs;
using Offerbook.Resources;
using MesosEnvironment = Mesos.V1.Environment;
using ResourceLimits = Offerbook.Apps.Specs.ResourceLimits;

namespace Offerbook.Apps.Matching;

/// <summary>Makes the task that an instance becomes, once its resources and ports are settled.</summary>
internal sealed class TaskBuilder(MatchSettings settings)
{
    /// <summary>Anything but the command executor, under either of its names.</summary>
    public static bool HasCustomExecutor(AppDefinition app) => app.Executor is not ("" or "//cmd");

    public TaskInfo Build(OfferRemainder offer, LaunchCandidate candidate, IReadOnlyList<AssignedPort> ports, ResourceBag used,
        ResourceBag forExecutor)
    {
        var app = candidate.App;
        var command = Command(candidate, offer.Location.Host, ports);
        var task = new TaskInfo
        {
            Name = HostForm(app.Id),
            TaskId = candidate.TaskId.ToProto(),
            AgentId = offer.Offer.AgentId,
            Labels = Labels(app.Labels),
            Discovery = DiscoveryBuilder.Build(app, ports),
            HealthCheck = HealthCheckBuilder.Build(app, ports),
            Check = HealthCheckBuilder.BuildCheck(app, ports),
        };
        task.Resources.Add(used.ToProto(offer.Format));
        AddLimits(task, app.ResourceLimits);
        if (app.TaskKillGracePeriodSeconds is { } seconds)
        {
            task.KillPolicy = new KillPolicy { GracePeriod = new DurationInfo { Nanoseconds = seconds * 1_000_000_000L } };
        }
        var container = ContainerBuilder.Build(candidate, ports, settings);
        if (!HasCustomExecutor(app))
        {
            task.Command = command;
            task.Container = container;
            return task;
        }
        task.Executor = new ExecutorInfo
        {
            ExecutorId = new ExecutorID { Value = "marathon-" + candidate.TaskId.Value },
            Type = ExecutorInfo.Types.Type.Custom,
            Command = command,
            Container = container,
        };
        task.Executor.Resources.Add(forExecutor.ToProto(offer.Format));
        return task;
    }

    /// <summary><c>/shop/web</c> as a host name: <c>web.shop</c>.</summary>
    public static string HostForm(PathId id) => string.Join('.', id.Segments.Reverse());

    public static Labels? Labels(ValueMap<string> labels)
    {
        if (labels.Count == 0)
        {
            return null;
        }
        var proto = new Labels();
        proto.Labels_.Add(labels.Select(label => new Label { Key = label.Key, Value = label.Value }));
        return proto;
    }

    private CommandInfo Command(LaunchCandidate candidate, string host, IReadOnlyList<AssignedPort> ports)
    {
        var app = candidate.App;
        var command = new CommandInfo { Shell = false, Environment = new MesosEnvironment() };
        if (HasCustomExecutor(app))
        {
            command.Shell = true;
            command.Value = app.Executor;
        }
        else if (app.Cmd is not null)
        {
            command.Shell = true;
            command.Value = app.Cmd;
        }
        else
        {
            command.Arguments.Add(app.Args);
            if (app.Container?.Docker is null)
            {
                command.Value = app.Args[0];
            }
        }
        if ((app.User ?? settings.User) is { } user)
        {
            command.User = user;
        }
        command.Uris.Add(app.Fetch.Select(Uri));
        command.Environment.Variables.Add(
            TaskEnvironment.Of(candidate, host, ports, settings).Select(pair => Variable(pair.Key, pair.Value, app)));
        return command;
    }

    internal static CommandInfo.Types.URI Uri(Artifact artifact)
    {
        var uri = new CommandInfo.Types.URI
        {
            Value = artifact.Uri,
            Extract = artifact.Extract,
            Executable = artifact.Executable,
            Cache = artifact.Cache,
        };
        if (artifact.DestPath is not null)
        {
            uri.OutputFile = artifact.DestPath;
        }
        return uri;
    }

    internal static MesosEnvironment.Types.Variable Variable(string name, EnvValue value, RunSpec app) => value switch
    {
        EnvValue.SecretRef secret => new MesosEnvironment.Types.Variable
        {
            Name = name,
            Type = MesosEnvironment.Types.Variable.Types.Type.Secret,
            Secret = SecretReference(secret.Name, app),
        },
        EnvValue.Text text => new MesosEnvironment.Types.Variable { Name = name, Value = text.Value },
        _ => throw new InvalidOperationException("An environment variable is text or a secret."),
    };

    /// <summary>Resolved by the agent: the scheduler never sees the value.</summary>
    public static Secret SecretReference(string name, RunSpec app) => new()
    {
        Type = Secret.Types.Type.Reference,
        Reference = new Secret.Types.Reference { Name = app.Secrets.GetValueOrDefault(name) ?? name },
    };

    internal static void AddLimits(TaskInfo task, ResourceLimits? limits)
    {
        foreach (var (name, limit) in new[] { ("cpus", limits?.Cpus), ("mem", limits?.Mem) })
        {
            if (limit is not null)
            {
                var value = limit is ResourceLimit.AtMost atMost ? atMost.Amount.Units : double.PositiveInfinity;
                task.Limits[name] = new Mesos.V1.Value.Types.Scalar { Value = value };
            }
        }
    }
}
