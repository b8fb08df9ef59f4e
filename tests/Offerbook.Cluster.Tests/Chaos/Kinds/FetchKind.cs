using V1 = Mesos.V1;

namespace Offerbook.Cluster.Tests.Chaos.Kinds;

/// <summary>Its last word is in a file that was fetched for it.</summary>
internal sealed class FetchKind() : ScriptKind("fetch", V1.TaskState.TaskFinished, "cat payload >>$CHAOS_MARKS", "end fetched")
{
    protected override Action<V1.TaskInfo> Change(ChaosPlan plan) =>
        info => info.Command.Uris.Add(new V1.CommandInfo.Types.URI { Value = "file://" + plan.Payload });
}
