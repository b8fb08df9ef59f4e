using Offerbook.Actors;
using Offerbook.Coordination.Election;
using Offerbook.Coordination.Nodes;
using Offerbook.Coordination.Sessions;
using static Offerbook.Coordination.Tests.Election.Script;

namespace Offerbook.Coordination.Tests.Election;

[TestFixture]
public sealed class DetectorCoreTests
{
    private Script _script = null!;

    [SetUp]
    public void Begin() => _script = new Script(new DetectorCore(Parent, new MasterNodes(), new SeededRandom(1)));

    [Test]
    public void LowestNode_IsTheLeader()
    {
        _script.Open().Show(7, 5).Read(5, 5, 0x55);

        Assert.That(_script.Leader, Is.EqualTo(new LeaderInfo("json.info_0000000005@55", new Uri("http://10.0.0.5:5050/"), Content(5))));
        Assert.That(_script.Calls, Is.Empty);
    }

    [Test]
    public void Children_Change_ThenTheyAreLookedAtAgain_AndTheSameLeaderIsNotReadAgain()
    {
        _script.Open().Show(5).Read(5, 5, 55);

        _script.Tell(new ServiceMessage.WatchFired(_script.Session, Parent)).Show(5, 6);

        Assert.That(_script.Calls, Is.Empty);
    }

    [Test]
    public void Leader_Goes_ThenTheNextIsRead_AndNoneIsToldWhenThereIsNone()
    {
        _script.Open().Show(5, 6).Read(5, 5, 55);
        _script.Fire(5).Show(6).Read(6, 6, 66);
        Assert.That(_script.Leader!.Address, Is.EqualTo(new Uri("http://10.0.0.6:5050/")));

        _script.Tell(new ServiceMessage.WatchFired(_script.Session, Parent)).Show();

        Assert.That(_script.Leader, Is.Null);
    }

    [Test]
    public void Parent_NotThere_IsLookedForAgain_AndNeverMade()
    {
        _script.Open();
        _script.Answer(_script.Take<ServiceCall.List>(), new Answer.Refused(ServiceError.NoNode));
        Assert.That(_script.Calls, Is.Empty);

        _script.RunOut(nameof(RetryDue)).Show(5).Read(5, 5, 55);

        Assert.That(_script.Leader, Is.Not.Null);
    }

    [Test]
    public void Leader_StaysKnown_ThroughALostConnectionAndAnExpiry()
    {
        _script.Open().Show(5).Read(5, 5, 55);
        _script.Lose();
        Assert.That(_script.Leader, Is.Not.Null);

        _script.Tell(new ServiceMessage.SessionExpired(_script.Session));
        Assert.That(_script.Leader, Is.Not.Null);
        _script.Calls.Clear();
        _script.RunOut(nameof(ReopenDue)).Open().Show(6).Read(6, 6, 66);

        Assert.That(_script.Leader!.Address, Is.EqualTo(new Uri("http://10.0.0.6:5050/")));
    }

    [Test]
    public void Node_ThatSaysNoAddress_IsNoLeaderAnybodyCanReach()
    {
        _script.Open().Show(5);
        _script.Answer(_script.Take<ServiceCall.Read>(), new Answer.Content("rubbish"u8.ToArray(), 55));

        Assert.That(_script.Leader, Is.Null);
        Assert.That(_script.Calls, Is.Empty, "it is watched, and not read again and again");
    }

    [Test]
    public void Access_Denied_IsTriedAgain()
    {
        _script.Open();
        _script.Answer(_script.Take<ServiceCall.List>(), new Answer.Refused(ServiceError.Denied));

        _script.RunOut(nameof(RetryDue));

        _script.Take<ServiceCall.List>();
    }
}
