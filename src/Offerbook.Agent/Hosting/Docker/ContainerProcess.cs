using System.Text.Json.Nodes;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Docker;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>
/// How a container's process is set up (linux_info, rlimit_info, tty_info), as the engine words it. What is not said stays the engine's
/// choice.
/// </summary>
internal static class ContainerProcess
{
    public static void Set(ContainerBody body, ProcessSettings process)
    {
        foreach (var limit in process.Limits)
        {
            ContainerBody.Append(body.Host, "Ulimits",
                new JsonObject { ["Name"] = limit.Name, ["Soft"] = Value(limit.Soft), ["Hard"] = Value(limit.Hard) });
        }
        if ((process.BoundingCapabilities ?? process.EffectiveCapabilities) is { } capabilities)
        {
            body.Host["CapDrop"] = ContainerBody.List(["ALL"]);
            body.Host["CapAdd"] = ContainerBody.List(capabilities.Select(name => name.ToUpperInvariant()));
        }
        if (process.SharedMemoryMegabytes is { } shared)
        {
            body.Host["ShmSize"] = (long)shared << 20;
        }
        if (process.Terminal is not null)
        {
            body.Config["Tty"] = true;
            // For those who attach to it.
            body.Config["OpenStdin"] = true;
        }
    }

    private static long Value(ulong? limit) => limit is { } given and <= long.MaxValue ? (long)given : -1;
}
