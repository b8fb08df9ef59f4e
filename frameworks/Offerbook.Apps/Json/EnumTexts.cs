using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json;

public static class EnumTexts
{
    public static readonly EnumText<KillSelection> KillSelections =
        new((KillSelection.YoungestFirst, "YOUNGEST_FIRST"), (KillSelection.OldestFirst, "OLDEST_FIRST"));

    public static readonly EnumText<FailureAction> FailureActions =
        new((FailureAction.Stop, "stop"), (FailureAction.Rollback, "rollback"), (FailureAction.Hold, "hold"));

    public static readonly EnumText<ConstraintOperator> Operators = new(
        (ConstraintOperator.Unique, "UNIQUE"), (ConstraintOperator.Cluster, "CLUSTER"), (ConstraintOperator.GroupBy, "GROUP_BY"),
        (ConstraintOperator.Like, "LIKE"), (ConstraintOperator.Unlike, "UNLIKE"), (ConstraintOperator.MaxPer, "MAX_PER"),
        (ConstraintOperator.Is, "IS"));

    public static readonly EnumText<NetworkMode> NetworkModes = new(
        (NetworkMode.Container, "container"), (NetworkMode.ContainerBridge, "container/bridge"), (NetworkMode.Host, "host"));

    public static readonly EnumText<NetworkProtocol> Protocols =
        new((NetworkProtocol.Tcp, "tcp"), (NetworkProtocol.Udp, "udp"), (NetworkProtocol.UdpTcp, "udp,tcp"));

    public static readonly EnumText<EngineType> Engines = new((EngineType.Mesos, "MESOS"), (EngineType.Docker, "DOCKER"));

    public static readonly EnumText<IpcMode> IpcModes = new((IpcMode.Private, "PRIVATE"), (IpcMode.ShareParent, "SHARE_PARENT"));

    public static readonly EnumText<VolumeMode> VolumeModes = new((VolumeMode.ReadOnly, "RO"), (VolumeMode.ReadWrite, "RW"));

    public static readonly EnumText<DiskType> DiskTypes = new((DiskType.Root, "root"), (DiskType.Path, "path"), (DiskType.Mount, "mount"));

    public static readonly EnumText<HealthProtocol> HealthProtocols = new(
        (HealthProtocol.Http, "HTTP"), (HealthProtocol.Https, "HTTPS"), (HealthProtocol.Tcp, "TCP"), (HealthProtocol.Command, "COMMAND"),
        (HealthProtocol.MesosTcp, "MESOS_TCP"), (HealthProtocol.MesosHttp, "MESOS_HTTP"), (HealthProtocol.MesosHttps, "MESOS_HTTPS"));

    public static readonly EnumText<IpProtocol> IpProtocols = new((IpProtocol.IPv4, "IPv4"), (IpProtocol.IPv6, "IPv6"));

    public static readonly EnumText<HttpScheme> HttpSchemes = new((HttpScheme.Http, "HTTP"), (HttpScheme.Https, "HTTPS"));

    /// <summary>The modes of <c>container.docker.network</c>, which is read but no longer written.</summary>
    public static readonly EnumText<Drafts.LegacyDockerNetwork> DockerNetworks = new(
        (Drafts.LegacyDockerNetwork.Bridge, "BRIDGE"), (Drafts.LegacyDockerNetwork.Host, "HOST"),
        (Drafts.LegacyDockerNetwork.None, "NONE"), (Drafts.LegacyDockerNetwork.User, "USER"));
}
