using Offerbook.Actors;
using Offerbook.Coordination;
using Offerbook.Coordination.Election;
using Offerbook.Coordination.HandOver;
using Offerbook.Coordination.Sessions;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Storage;

namespace Offerbook.Simulator.Seats;

/// <summary>
/// Measures the store for one seat, and has it give way to one whose store is healthier: production's <see cref="HandOverCore"/> and the
/// simulator's <see cref="Offerbook.Coordination.Hosting.StoreWatch"/>.
/// </summary>
internal sealed class SeatStoreWatch
{
    private readonly SimWorld _world;
    private readonly StoreHolder _holder;
    private readonly Action<ElectionMessage> _tell;
    private readonly Action _giveWay;
    private readonly SimNode<HandOverMessage> _core;
    private int _asked;
    private int _commits;
    private TimeSpan _together;

    /// <param name="tell">Hands something to the candidate.</param>
    /// <param name="giveWay">Has the seat stand again behind all others.</param>
    public SeatStoreWatch(string name, SimWorld world, WallClock wall, StoreHolder holder, Action<ElectionMessage> tell, Action giveWay)
    {
        (_world, _holder, _tell, _giveWay) = (world, holder, tell, giveWay);
        _core = new SimNode<HandOverMessage>(name + " store watch", world, _ => new HandOverCore(new HandOverSettings()), Perform, null,
            wall);
        holder.Committed = took =>
        {
            _commits++;
            _together += took;
        };
    }

    /// <summary>How often it has had the seat give a leadership up, in all lives.</summary>
    public int HandOvers { get; private set; }

    public void Start()
    {
        (_commits, _together) = (0, TimeSpan.Zero);
        _core.Start();
        _core.TryPost(new HandOverMessage.Begin());
    }

    public void Crash(string why) => _core.Crash(why);

    public void Pause(TimeSpan duration) => _core.Pause(duration);

    public void Stands(Standing standing) => _core.TryPost(new HandOverMessage.Led(standing is Standing.Leads));

    public void Hear(LineTold told)
    {
        if (told.Call == _asked)
        {
            _core.TryPost(new HandOverMessage.LineHeard(told.Line));
        }
    }

    private void Perform(IEffect effect)
    {
        switch (effect)
        {
            case MeasureStore:
                Measure();
                break;
            case TellOthers told:
                // A turn of its own: the core is in the middle of one.
                _world.Schedule(TimeSpan.Zero, null, () => _tell(new PublishStore(told.Commit)));
                break;
            case LookAtLine:
                var call = ++_asked;
                _world.Schedule(TimeSpan.Zero, null, () => _tell(new AskLine(call)));
                break;
            case GiveWay way:
                HandOvers += way.IsHandOver ? 1 : 0;
                _world.Note($"{_core.Name}: {way.Why}");
                _world.Schedule(TimeSpan.Zero, null, _giveWay);
                break;
            case StoreMeasured or StoreJudged:
                break;
            default:
                throw new ArgumentException("a watch of the store knows no effect " + effect.GetType().Name, nameof(effect));
        }
    }

    private void Measure()
    {
        var life = _core.Life;
        if (_commits > 0)
        {
            var committed = new HandOverMessage.Committed(_commits, _together);
            (_commits, _together) = (0, TimeSpan.Zero);
            _world.Schedule(TimeSpan.Zero, null, () => Post(life, committed));
        }
        _holder.Measure(took => Post(life, new HandOverMessage.Measured(took)));
    }

    private void Post(int life, HandOverMessage message)
    {
        if (life == _core.Life)
        {
            _core.TryPost(message);
        }
    }
}
