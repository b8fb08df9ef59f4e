using System.Text.Json.Nodes;
using Mesos.V1;
using Offerbook.Agent.Tests.Pods;
using Offerbook.Agent.Tests.Support;
using Parent = Mesos.V1.Volume.Types.Source.Types.SandboxPath.Types.Type;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>Whole agents with the shared engine, and words for pods in a network of its.</summary>
internal abstract class PodsAgainstRealEngine : AgainstRealEngine
{
    protected const string Sandbox = "slaves/m1-S0/frameworks/f1/executors/pod/runs/latest";

    protected string Network { get; } = $"pod-{Guid.NewGuid():N}";

    /// <param name="subnet">Of this test's own.</param>
    protected Task CreateNetworkAsync(string subnet) => Engine.CallAsync(HttpMethod.Post, "/networks/create", new JsonObject
    {
        ["Name"] = Network, ["IPAM"] = new JsonObject { ["Config"] = new JsonArray(new JsonObject { ["Subnet"] = subnet }) },
    });

    protected Task RemoveNetworkAsync() => Engine.CallAsync(HttpMethod.Delete, $"/networks/{Network}");

    protected ExecutorInfo InNetwork()
    {
        var executor = PodBench.Info();
        executor.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos,
            NetworkInfos = { new NetworkInfo { Name = Network } } };
        return executor;
    }

    protected static TaskInfo FromImage(string id, string line, string resources = "cpus:0.5;mem:64")
    {
        var task = Make.Task(id, line, resources: resources);
        task.Container = new ContainerInfo
        {
            Type = ContainerInfo.Types.Type.Mesos,
            Mesos = new ContainerInfo.Types.MesosInfo { Image = new Image { Type = Image.Types.Type.Docker,
                Docker = new Image.Types.Docker { Name = DockerEngine.Image } } },
        };
        return task;
    }

    protected static Volume Shared(string at = "/shared") => new()
    {
        Mode = Volume.Types.Mode.Rw,
        ContainerPath = at,
        Source = new Volume.Types.Source { Type = Volume.Types.Source.Types.Type.SandboxPath,
            SandboxPath = new() { Type = Parent.Parent, Path = "shared" } },
    };

    protected Task<string> OutputAsync(Mesos.V1.TaskStatus status) =>
        File.ReadAllTextAsync(Path.Combine(Work, Sandbox, "containers", status.ContainerStatus.ContainerId.Value, "stdout"));

    protected Task<AgentHost> StartAsync(bool hasEngine = true) => AgentHost.StartAsync(new AgentOptions(Work, [Master.Address])
    {
        Port = 0,
        Resources = "cpus:8;mem:4096;disk:4096;ports:[1024-65000]",
        Docker = new DockerOptions { Enabled = hasEngine, Socket = Engine.Socket },
        Tune = settings => settings with { RegistrationBackoffFactor = TimeSpan.FromMilliseconds(20) },
    });
}
