using Offerbook.Master.Authorization;
using Offerbook.Wire.Identity;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Calls;

/// <summary>Takes the calls of operators that change something, and hands each to the feature that it belongs to.</summary>
internal sealed class OperatorCalls
{
    private readonly Dictionary<Type, IOperatorArea> _areas = [];

    private readonly ClusterState _cluster;

    public OperatorCalls(ClusterState cluster, params IReadOnlyList<IOperatorArea> areas)
    {
        _cluster = cluster;
        foreach (var area in areas)
        {
            foreach (var type in area.Types)
            {
                _areas.Add(type, area);
            }
        }
    }

    public void Handle(in Turn turn, MasterMessage.OperatorCallReceived message)
    {
        if (OperatorCallValidator.Validate(message.Call) is { } invalid)
        {
            turn.Answer(message.Connection, 400, OperatorCallValidator.Prefix + invalid);
        }
        else if (!message.IsOfMaster && !CallPermissions.Allow(_cluster.Settings.Authorizer, message.Call, message.Principal, PrincipalOf))
        {
            turn.Answer(message.Connection, 403, CallPermissions.Forbidden);
        }
        else if (_areas.TryGetValue(message.Call.Type, out var area))
        {
            area.Handle(turn, message);
        }
        else
        {
            turn.Answer(message.Connection, 501, "501 Not Implemented.");
        }
    }

    private string? PrincipalOf(Mesos.V1.FrameworkID id) =>
        _cluster.Frameworks.Find(FrameworkId.From(id)) is { Info.HasPrincipal: true } framework ? framework.Info.Principal : null;
}
