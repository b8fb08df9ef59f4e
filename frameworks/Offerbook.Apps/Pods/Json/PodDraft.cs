using Offerbook.Apps.Errors;
using Offerbook.Apps.Json.Drafts;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Pods.Json;

/// <summary>
/// A pod as submitted: well-shaped, with everything in <paramref name="Pod"/> that needs no context, and beside it what does.
/// </summary>
/// <param name="Id">Always there when the shape is right.</param>
/// <param name="Version">Only in what has been written; ignored in requests.</param>
public sealed record PodDraft(PodDefinition Pod, string Id, string? Role, UpgradeStrategy? Upgrade, UnreachableStrategy? Unreachable,
    Timestamp? Version)
{
    /// <summary>Fills in what the server decides: role, network names, host ports, the strategies of pods with volumes.</summary>
    /// <param name="defaultRole">For a pod that names none.</param>
    public PodDefinition Complete(PathId id, string defaultRole, SpecSettings settings)
    {
        var networks = Pod.Networks.Count == 0 ? [Network.Host] : Pod.Networks
            .Select(network => network is { Mode: NetworkMode.Container, Name: null }
                ? network with { Name = settings.DefaultNetworkName } : network)
            .ToValueList();
        var pod = Pod with { Id = id, Networks = networks, Role = Role ?? defaultRole };
        var mapsAll = networks.All(network => network.Mode != NetworkMode.Container);
        return pod with
        {
            Containers = mapsAll ? pod.Containers.Select(WithHostPorts).ToValueList() : pod.Containers,
            UpgradeStrategy = Upgrade ?? (pod.IsResident ? UpgradeStrategy.ForVolumes : UpgradeStrategy.Default),
            UnreachableStrategy = Unreachable ?? (pod.IsResident ? new UnreachableStrategy.Disabled() : UnreachableStrategy.Default),
        };
    }

    private static PodContainer WithHostPorts(PodContainer container) => container with
    {
        Endpoints = container.Endpoints.Select(endpoint => endpoint with { HostPort = endpoint.HostPort ?? 0 }).ToValueList(),
    };
}
