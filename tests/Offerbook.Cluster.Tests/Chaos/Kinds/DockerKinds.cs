using V1 = Mesos.V1;

namespace Offerbook.Cluster.Tests.Chaos.Kinds;

/// <summary>In a Docker container, ends by itself.</summary>
internal sealed class DockerScriptKind(string name, V1.TaskState end, string line, string endMark) : ScriptKind(name, end, line, endMark)
{
    public override bool SharesProcessNumbers => false;

    protected override Action<V1.TaskInfo> Change(ChaosPlan plan) => info => info.Container = DockerContainer.Of(plan);
}

/// <summary>In a Docker container, runs until it is killed.</summary>
internal sealed class DockerKilledKind(string name, string line) : KilledKind(name, line, lastSeconds: 4)
{
    public override bool SharesProcessNumbers => false;

    protected override void Change(ChaosPlan plan, V1.TaskInfo info) => info.Container = DockerContainer.Of(plan);
}

internal static class DockerContainer
{
    /// <summary>On the host's network, with the directory for marks at the same place.</summary>
    public static V1.ContainerInfo Of(ChaosPlan plan) => new()
    {
        Type = V1.ContainerInfo.Types.Type.Docker,
        Docker = new() { Image = ChaosEngine.Image, Network = V1.ContainerInfo.Types.DockerInfo.Types.Network.Host },
        Volumes = { new V1.Volume { HostPath = plan.Marks, ContainerPath = plan.Marks, Mode = V1.Volume.Types.Mode.Rw } },
    };
}
