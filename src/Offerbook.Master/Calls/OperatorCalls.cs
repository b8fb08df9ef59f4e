using Offerbook.Master.Frameworks;
using Offerbook.Wire.Identity;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Calls;

/// <summary>Takes the calls of operators that change something.</summary>
internal sealed class OperatorCalls(ClusterState cluster, Departures departures)
{
    public void Handle(in Turn turn, MasterMessage.OperatorCallReceived message)
    {
        var (connection, call, _) = message;
        if (OperatorCallValidator.Validate(call) is { } invalid)
        {
            turn.Answer(connection, 400, OperatorCallValidator.Prefix + invalid);
            return;
        }
        if (call.Type != Type.Teardown)
        {
            turn.Answer(connection, 501, $"{Operator.MasterCounters.Snake(call.Type.ToString()).ToUpperInvariant()} is not supported yet by this master");
            return;
        }
        if (!cluster.Frameworks.TryGet(FrameworkId.From(call.Teardown.FrameworkId), out var framework))
        {
            turn.Answer(connection, 400, "No framework found with specified ID");
            return;
        }
        departures.Remove(turn, framework);
        turn.Answer(connection, 200);
    }
}
