using Offerbook.Actors;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Storage;

namespace Offerbook.Simulation.Tests.Nodes;

public sealed class SimNodeTests
{
    private SimWorld _world = null!;
    private SimNode<TallyMessage> _node = null!;
    private List<IEffect> _seen = null!;

    [SetUp]
    public void Start()
    {
        _world = new SimWorld(1);
        _seen = [];
        _node = new SimNode<TallyMessage>("tally", _world, _ => new Tally(), _seen.Add, new SimJournal());
        _node.Start();
    }

    private void Run(double seconds)
    {
        var until = _world.Elapsed + TimeSpan.FromSeconds(seconds);
        while (_world.Step(until))
        {
        }
    }

    private int Sum => ((Tally)_node.Core!).Sum;

    [Test]
    public void Node_EventAppended_EffectWaitsForTheFlush()
    {
        _node.TryPost(new TallyMessage.Count(3));
        Assert.That(_seen, Is.Empty);
        Run(1);
        Assert.That(_seen, Is.EqualTo(new IEffect[] { new Counted(3) }));
    }

    [Test]
    public void Node_CrashBeforeTheFlush_LosesTheEventAndItsEffect()
    {
        _node.Disk.KeepUnacknowledgedRate = 0;
        _node.TryPost(new TallyMessage.Count(3));
        _node.Crash("test");
        Run(1);
        _node.Start();
        Run(1);
        Assert.That((Sum, _seen.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Node_CrashWhileFlushing_MayKeepWhatNobodyWasTold()
    {
        _node.Disk.KeepUnacknowledgedRate = 1;
        _node.TryPost(new TallyMessage.Count(3));
        _node.Crash("test");
        _node.Start();
        Run(1);
        Assert.That((Sum, _seen.Count), Is.EqualTo((3, 0)));
    }

    [Test]
    public void Node_TornWrite_KeepsWholeTurnsOnly()
    {
        _node.Disk.KeepUnacknowledgedRate = 0;
        _node.Disk.TornWriteRate = 1;
        var sums = new SortedSet<int>();
        for (var i = 0; i < 60; i++)
        {
            _node.TryPost(new TallyMessage.Count(0)); // occupies the disk, so that the next two share a flush
            _node.TryPost(new TallyMessage.CountTwice(1));
            _node.TryPost(new TallyMessage.CountTwice(1));
            while (_node.Journal!.HasWaiting)
            {
                _world.Step(TimeSpan.MaxValue);
            }
            var before = _node.Journal.LastDurable;
            _node.Crash("test");
            sums.Add((int)(_node.Journal.LastDurable - before));
            _node.Start();
        }
        Assert.That(sums, Is.EqualTo(new[] { 0, 2 }));
    }

    [Test]
    public void Node_FullDisk_DiesAndAcknowledgesNothing()
    {
        _node.Disk.Full = true;
        _node.TryPost(new TallyMessage.Count(3));
        Run(1);
        Assert.That((_node.IsUp, _seen.Count), Is.EqualTo((false, 0)));
        Assert.That(_node.TryPost(new TallyMessage.Count(3)), Is.False);
    }

    [Test]
    public void Node_WallClockStepped_TimersKeepTheirPace()
    {
        _node.TryPost(new TallyMessage.Ring("x", TimeSpan.FromSeconds(10)));
        Run(5);
        _node.Clock.WallOffset = TimeSpan.FromHours(-1);
        Run(4.9);
        Assert.That(_seen, Is.Empty);
        Run(0.2);
        var bell = (Bell)_seen.Single();
        Assert.That(bell.At.Wall, Is.EqualTo(SimWorld.Epoch + TimeSpan.FromSeconds(10) - TimeSpan.FromHours(1)));
    }

    [Test]
    public void Node_Paused_TakesMessagesAndTimersAfterwards()
    {
        _node.TryPost(new TallyMessage.Ring("x", TimeSpan.FromSeconds(1)));
        _node.Pause(TimeSpan.FromSeconds(5));
        _node.TryPost(new TallyMessage.Count(2));
        Run(4.9);
        Assert.That((_seen.Count, Sum), Is.EqualTo((0, 0)));
        Run(1);
        Assert.That(_seen, Has.Count.EqualTo(2));
        Assert.That(Sum, Is.EqualTo(2));
    }

    [Test]
    public void Node_TimerOfAnOlderLife_IsForgotten()
    {
        _node.TryPost(new TallyMessage.Ring("x", TimeSpan.FromSeconds(1)));
        _node.Crash("test");
        _node.Start();
        Run(5);
        Assert.That(_seen, Is.Empty);
    }

    [Test]
    public void Node_EffectBeforeItsEvent_GetsOutThoughTheEventIsLost()
    {
        _node.Disk.KeepUnacknowledgedRate = 0;
        _node.TryPost(new TallyMessage.CountUnsafely(3));
        _node.Crash("test");
        _node.Start();
        Assert.That((_seen.Count, Sum), Is.EqualTo((1, 0)), "the simulator must be able to show an acknowledgement before the flush");
    }
}
