using Offerbook.Master.Calls;
using Offerbook.Wire.Identity;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Frameworks;

/// <summary>TEARDOWN by an operator.</summary>
internal sealed class TeardownCalls(ClusterState cluster, Departures departures) : IOperatorArea
{
    public IReadOnlyList<Type> Types { get; } = [Type.Teardown];

    public void Handle(in Turn turn, MasterMessage.OperatorCallReceived message)
    {
        if (!cluster.Frameworks.TryGet(FrameworkId.From(message.Call.Teardown.FrameworkId), out var framework))
        {
            turn.Answer(message.Connection, 400, "No framework found with specified ID");
            return;
        }
        departures.Remove(turn, framework);
        turn.Answer(message.Connection, 200);
    }
}
