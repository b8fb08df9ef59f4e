using Offerbook.Wire.Identity;

namespace Offerbook.Master.Operator.Views;

/// <summary>
/// Those who wait for a view. When much has changed since the last one, drawing it takes several turns, between which calls are
/// served. Bounded by the shell, which asks for one view at a time.
/// </summary>
internal sealed class ViewRequests(ViewBuilder views)
{
    private readonly List<ConnectionId> _waiting = [];

    public void Add(in Turn turn, ConnectionId connection)
    {
        _waiting.Add(connection);
        if (_waiting.Count == 1)
        {
            Continue(turn);
        }
    }

    public void Continue(in Turn turn)
    {
        if (!views.Refresh())
        {
            turn.StartTimer(ViewTimer.Only, TimeSpan.Zero, new MasterMessage.ViewContinued());
            return;
        }
        var view = views.Take(turn.Now);
        foreach (var connection in _waiting)
        {
            turn.Effects.Add(new MasterEffect.PublishView(connection, view));
        }
        _waiting.Clear();
    }
}
