using System.Text.Json.Nodes;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Docker;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Hosting.Volumes;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>
/// Words a container for the engine: what the task wants first, then its parameters, which so have the last word, then the labels by which
/// we know it.
/// </summary>
internal sealed class ContainerRequest(SandboxDirectories sandboxes, VolumeDirectories volumes, DockerOptions options,
    IsolationOptions isolation)
{
    /// <summary>
    /// What the engine keeps of a container's output until the agent has copied it: enough for hours without an agent, and bounded.
    /// </summary>
    private static readonly KeyValuePair<string, string>[] EngineLogs = [new("max-size", "20m"), new("max-file", "3")];

    public static string NameOf(ContainerId container) => $"mesos-{container.Value}";

    /// <exception cref="IOException">What is to be seen in the container cannot be made, or is not there.</exception>
    /// <exception cref="InvalidDataException">A parameter is not right.</exception>
    /// <param name="joins">The container whose network is shared; null: the network that the spec names.</param>
    public JsonObject Create(ContainerSpec spec, DockerLabels labels, SharedNetwork? joins)
    {
        var docker = spec.Docker!;
        var body = new ContainerBody();
        body.Config["Image"] = docker.IsHolder ? HolderImage.Name : docker.Image;
        SetCommand(body, docker.IsHolder ? new CommandSpec.Program(HolderImage.Program, []) : spec.Command);
        SetEnvironment(body, spec, joins);
        SetText(body.Config, "User", docker.User);
        SetText(body.Config, "Hostname", docker.Hostname);
        body.Host["Privileged"] = docker.Privileged;
        body.Host["NetworkMode"] = joins?.Mode ?? ModeOf(docker.Network);
        body.Host["LogConfig"] = new JsonObject { ["Type"] = "json-file",
            ["Config"] = new JsonObject(EngineLogs.Select(o => KeyValuePair.Create(o.Key, (JsonNode?)o.Value))) };
        ContainerAmounts.Set(body.Host, spec.Limits, isolation.EnableCfs);
        ContainerProcess.Set(body, spec.Process);
        SetMounts(body, spec);
        foreach (var port in docker.Ports)
        {
            body.Map(port.HostPort, port.ContainerPort, port.Protocol);
        }
        if (docker.Gpus > 0)
        {
            ContainerBody.Append(body.Host, "DeviceRequests", new JsonObject
            {
                ["Count"] = docker.Gpus, ["Capabilities"] = new JsonArray(ContainerBody.List(["gpu"])),
            });
        }
        foreach (var (key, value) in docker.Parameters)
        {
            if (DockerParameters.Apply(body, key, value) is { } problem)
            {
                throw new InvalidDataException(problem);
            }
        }
        foreach (var (key, value) in labels.Of(spec.Container))
        {
            ContainerBody.Put(body.Config, "Labels", key, value);
        }
        return body.Finish(joins is not null ? null : EndpointOf(docker.Network));
    }

    private static void SetCommand(ContainerBody body, CommandSpec command)
    {
        switch (command)
        {
            case CommandSpec.Shell shell:
                body.Config["Entrypoint"] = ContainerBody.List(["/bin/sh"]);
                body.Config["Cmd"] = ContainerBody.List(["-c", shell.Line]);
                break;
            case CommandSpec.Program program:
                body.Config["Entrypoint"] = ContainerBody.List([program.File]);
                body.Config["Cmd"] = ContainerBody.List(program.Arguments);
                break;
            case CommandSpec.OfImage { Arguments.Count: > 0 } image:
                body.Config["Cmd"] = ContainerBody.List(image.Arguments);
                break;
        }
    }

    /// <summary>A name that comes twice would come twice in the container as well, and programs look at the first.</summary>
    private void SetEnvironment(ContainerBody body, ContainerSpec spec, SharedNetwork? joins)
    {
        var variables = new OrderedDictionary<string, string>
        {
            ["MESOS_DIRECTORY"] = sandboxes.PathOf(spec.Sandbox),
            ["MESOS_SANDBOX"] = options.SandboxDirectory,
            ["MESOS_CONTAINER_NAME"] = NameOf(spec.Container),
        };
        foreach (var (name, value) in spec.Environment)
        {
            variables[name] = value;
        }
        if (joins?.Addresses is [var address, ..])
        {
            variables["MESOS_CONTAINER_IP"] = address;
        }
        body.Config["Env"] = ContainerBody.List(variables.Select(variable => $"{variable.Key}={variable.Value}"));
    }

    /// <summary>Makes what is to be seen and is not there yet, as the engine's own command line does.</summary>
    private void SetMounts(ContainerBody body, ContainerSpec spec)
    {
        var sandbox = sandboxes.PathOf(spec.Sandbox);
        ContainerBody.Append(body.Host, "Mounts", Bind(sandbox, options.SandboxDirectory, false, null));
        foreach (var mount in spec.Docker!.Mounts)
        {
            var target = mount.ContainerPath.StartsWith('/') ? mount.ContainerPath : $"{options.SandboxDirectory}/{mount.ContainerPath}";
            ContainerBody.Append(body.Host, "Mounts", mount.Source switch
            {
                DockerMountSource.HostPath host => Bind(Present(host.Path), target, mount.ReadOnly, host.Propagation),
                DockerMountSource.InSandbox own => Bind(Present(Path.Combine(sandbox, own.Path)), target, mount.ReadOnly, null),
                DockerMountSource.InSandboxAround shared =>
                    Bind(Present(Path.Combine(sandboxes.PathOf(spec.Sandbox.Around!.Value), shared.Path)), target, mount.ReadOnly, null),
                DockerMountSource.Persistent persistent => Bind(Existing(volumes.PathOf(persistent.Volume)), target, mount.ReadOnly, null),
                DockerMountSource.EngineVolume volume => EngineVolume(volume, target, mount.ReadOnly),
                _ => throw new InvalidOperationException("a mount of an unknown kind"),
            });
        }
    }

    private static JsonObject Bind(string source, string target, bool readOnly, string? propagation)
    {
        var mount = new JsonObject { ["Type"] = "bind", ["Source"] = source, ["Target"] = target, ["ReadOnly"] = readOnly };
        if (propagation is not null)
        {
            mount["BindOptions"] = new JsonObject { ["Propagation"] = propagation };
        }
        return mount;
    }

    private static JsonObject EngineVolume(DockerMountSource.EngineVolume volume, string target, bool readOnly)
    {
        var mount = new JsonObject { ["Type"] = "volume", ["Target"] = target, ["ReadOnly"] = readOnly };
        SetText(mount, "Source", volume.Name);
        if (volume.Driver is not null || volume.Options.Count > 0)
        {
            var driver =
                new JsonObject { ["Options"] = new JsonObject(volume.Options.Select(o => KeyValuePair.Create(o.Key, (JsonNode?)o.Value))) };
            SetText(driver, "Name", volume.Driver);
            mount["VolumeOptions"] = new JsonObject { ["DriverConfig"] = driver };
        }
        return mount;
    }

    private static string Present(string path)
    {
        if (!Path.Exists(path))
        {
            Directory.CreateDirectory(path);
        }
        return path;
    }

    private static string Existing(string path) =>
        Directory.Exists(path) ? path : throw new DirectoryNotFoundException($"its persistent volume {path} is not there");

    private static string ModeOf(DockerNetwork network) => network switch
    {
        DockerNetwork.Host => "host",
        DockerNetwork.Bridge => "bridge",
        DockerNetwork.None => "none",
        DockerNetwork.Named named => named.Name,
        _ => throw new InvalidOperationException("a network of an unknown kind"),
    };

    private static string? EndpointOf(DockerNetwork network) =>
        network is DockerNetwork.Bridge or DockerNetwork.Named ? ModeOf(network) : null;

    private static void SetText(JsonObject to, string name, string? value)
    {
        if (value is not null)
        {
            to[name] = value;
        }
    }
}

/// <summary>The network of a container that others share.</summary>
/// <param name="Addresses">Its own there.</param>
internal sealed record SharedNetwork(ContainerId Holder, IReadOnlyList<string> Addresses)
{
    /// <summary>As the engine words it.</summary>
    public string Mode => $"container:{ContainerRequest.NameOf(Holder)}";
}
