using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Network;
using Offerbook.Simulator.Storage;
using Offerbook.Storage;

namespace Offerbook.Simulation.Tests.Storage;

/// <summary>The model of a shared store does what production's journals promise: see IJournal.</summary>
public sealed class SimStoreTests
{
    private SimWorld _world = null!;
    private SimNetwork _network = null!;
    private SimStore _store = null!;
    private StoreHolder _one = null!;
    private StoreHolder _other = null!;
    private List<string> _heard = null!;

    [SetUp]
    public void Start()
    {
        _world = new SimWorld(1);
        _network = new SimNetwork(_world);
        _store = new SimStore(_world, _network);
        _network.AddHost("one");
        _network.AddHost("other");
        _one = new StoreHolder(_store, "one", "log");
        _other = new StoreHolder(_store, "other", "log");
        _heard = [];
    }

    private void Run(double seconds)
    {
        var until = _world.Elapsed + TimeSpan.FromSeconds(seconds);
        while (_world.Step(until))
        {
        }
    }

    private static JournalRecord Event(byte number) => new("Event/1", new[] { number });

    private void TakeOver(StoreHolder holder, string name) =>
        holder.TakeOver(recovery => _heard.Add($"{name} {recovery.Epoch} at {recovery.LastSequence}"),
            loss => _heard.Add($"{name} {loss}"));

    private void Append(StoreHolder holder, long first, params byte[] numbers) =>
        holder.Append(first, [.. numbers.Select(Event)], () => _heard.Add("done"), loss => _heard.Add(loss.ToString()));

    [Test]
    public void TakeOver_ByTwo_GivesEachAnEpochAndTheEvents()
    {
        TakeOver(_one, "one");
        Run(1);
        Append(_one, 1, 7, 8);
        Run(1);
        TakeOver(_other, "other");
        Run(1);
        Assert.That(_heard, Is.EqualTo(new[] { "one 1 at 0", "done", "other 2 at 2" }));
        Assert.That((_one.IsNewest, _other.IsNewest), Is.EqualTo((false, true)));
    }

    [Test]
    public void Append_OfADeposedHolder_IsFencedAndWritesNothing()
    {
        TakeOver(_one, "one");
        Run(1);
        TakeOver(_other, "other");
        Run(1);
        Append(_one, 1, 7);
        Run(1);
        Assert.That(_heard[^1], Is.EqualTo(nameof(StoreLoss.Fenced)));
        Assert.That(_store.Log("log").Last, Is.Zero);
    }

    [Test]
    public void Append_WhoseConnectionsBreak_IsDoneOnce()
    {
        TakeOver(_one, "one");
        Run(1);
        _store.ResetRate = 0.7;
        for (byte i = 1; i <= 10; i++)
        {
            Append(_one, i, i);
            Run(30);
        }
        Assert.That(_heard.Skip(1), Is.All.EqualTo("done"));
        Assert.That(_store.Log("log").Last, Is.EqualTo(10));
    }

    [Test]
    public void Append_ToAStoreThatIsDown_IsLostAfterAWhile()
    {
        TakeOver(_one, "one");
        Run(1);
        _store.Stop();
        Append(_one, 1, 7);
        Run(60);
        Assert.That(_heard[^1], Is.EqualTo(nameof(StoreLoss.Unavailable)));
        Assert.That(_store.Log("log").Last, Is.Zero);
    }

    [Test]
    public void Append_ToAFullStore_KeepsNothing()
    {
        TakeOver(_one, "one");
        Run(1);
        _store.IsFull = true;
        Append(_one, 1, 7);
        Run(1);
        Assert.That((_heard[^1], _store.Log("log").Last), Is.EqualTo((nameof(StoreLoss.Full), 0L)));
    }

    [Test]
    public void TakeOver_ThatArrivesAfterAnother_ChangesNothing()
    {
        var way = _network.Link("one", SimStore.HostName);
        way.LeastDelay = TimeSpan.FromSeconds(2);
        TakeOver(_one, "one");
        Run(2.5);
        TakeOver(_other, "other");
        Run(10);
        Assert.That(_heard, Is.EqualTo(new[] { "other 1 at 0", "one Fenced" }));
        Assert.That(_other.IsNewest);
    }

    [Test]
    public void Confirm_OfADeposedHolder_SaysSo()
    {
        TakeOver(_one, "one");
        Run(1);
        _one.Confirm(() => _heard.Add("leads"), loss => _heard.Add(loss.ToString()));
        Run(1);
        TakeOver(_other, "other");
        Run(1);
        _one.Confirm(() => _heard.Add("leads"), loss => _heard.Add(loss.ToString()));
        Run(1);
        Assert.That(_heard, Is.EqualTo(new[] { "one 1 at 0", "leads", "other 2 at 0", nameof(StoreLoss.Fenced) }));
    }

    [Test]
    public void Store_HeldByNobodyAnyMore_TellsNobody()
    {
        TakeOver(_one, "one");
        _one.LetGo();
        Run(10);
        Assert.That(_heard, Is.Empty);
    }
}
