using Offerbook.Apps.Core;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Rebalancing;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Tests.Rig;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Tests.Rebalancing;

/// <summary>The steps of whoever rebalances the app <c>/web</c>.</summary>
internal static class WebMoves
{
    /// <summary>Asks for offers of everything, and lets them come.</summary>
    public static void Look(this AppsRig rig)
    {
        rig.Post(new AppsMessage.ApiCalled(new ConnectionId(77), new ApiCall.LookAround(["*"]), new ApiCaller("127.0.0.1", "/")));
        rig.Run();
        rig.Advance(TimeSpan.FromSeconds(2));
    }

    public static List<InstanceMove> Plan(this AppsRig rig) =>
        RebalancePlan.Of(rig.View, rig.State.Root.FindSpec(PathId.Parse("/web"))!, new MatchSettings(), Timestamp.From(rig.Now.Wall));

    /// <summary>Asks for what is planned at present.</summary>
    public static void Move(this AppsRig rig) => rig.Move(rig.Plan());

    public static void Move(this AppsRig rig, IEnumerable<InstanceMove> moves) =>
        rig.Call(new ApiCall.MoveInstances("/web", moves.Select(move => move.Instance.Id.Value).ToList(), false));
}
