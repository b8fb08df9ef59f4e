using Offerbook.Coordination.Election;
using Offerbook.Coordination.Sessions;
using static Offerbook.Coordination.Tests.Election.Script;

namespace Offerbook.Coordination.Tests.Election;

[TestFixture]
public sealed class CandidateCoreTests
{
    private Script _script = null!;

    [SetUp]
    public void Begin() => _script = new Script();

    [Test]
    public void LowestNode_Leads_AndWatchesNothingButItself()
    {
        _script.Stand(5, 7, 5, 6);

        Assert.That(_script.Standing,
            Is.EqualTo(new Standing.Leads(new LeaderInfo("json.info_0000000005@77", Address, Content(1)), IsSuspended: false)));
        _script.Read(5, 1, Id);
        Assert.That(_script.Calls, Is.Empty);
    }

    [Test]
    public void OtherNode_Follows_AndWatchesItselfTheLeaderAndTheOneBefore()
    {
        _script.Follow();

        Assert.That(((Standing.Follows)_script.Standing!).Leader!.Address, Is.EqualTo(new Uri("http://10.0.0.4:5050/")));
        Assert.That(_script.Calls, Is.Empty, "nothing else is read or watched");
    }

    [Test]
    public void Second_WatchesTheLeaderOnce()
    {
        _script.Stand(6, 5, 6).Read(6, 1, Id).Read(5, 5, 55);

        Assert.That(_script.Calls, Is.Empty);
    }

    [Test]
    public void Predecessor_Goes_ThenTheOneBeforeItIsWatched()
    {
        _script.Follow().Fire(5).Show(3, 4, 6);

        // 3 and 4 were there before: the leader is another than the one that was known, and it is before us.
        _script.Read(3, 3, 33);
        _script.Read(4, 4, 44);
        Assert.That(_script.Calls, Is.Empty);
    }

    [Test]
    public void AllBefore_Go_ThenItLeads()
    {
        _script.Follow().Fire(4).Fire(5).Show(6, 9);

        Assert.That(_script.Standing, Is.InstanceOf<Standing.Leads>());
    }

    [Test]
    public void LeaderNode_GoneBeforeItIsRead_IsLookedForAgain()
    {
        _script.Stand(6, 5, 6).Read(6, 1, Id);
        _script.Answer(_script.Take<ServiceCall.Read>(), new Answer.Refused(ServiceError.NoNode)).Show(6);

        Assert.That(_script.Standing, Is.InstanceOf<Standing.Leads>());
    }

    [Test]
    public void NodesOfOthers_ThatAreNoCandidates_CountForNothing()
    {
        _script.Open();
        _script.Answer(_script.Take<ServiceCall.Create>(), new Answer.Created($"{Parent}/{Name(5)}"));
        _script.Answer(_script.Take<ServiceCall.List>(),
            new Answer.Listed(
                ["log_replicas", "info_0000000001", "json.info_", "json.info_1", "json.info_00000000x1", "xjson.info_0000000001",
                    Name(5)]));

        Assert.That(_script.Standing, Is.InstanceOf<Standing.Leads>());
    }

    [Test]
    public void Parent_NotThere_IsMadeFromTheBottomUp()
    {
        var script = new Script(new CandidateCore(
            new CandidateOptions("/a/b/c", new Coordination.Nodes.MasterNodes(), Address, Content(1)), new Actors.SeededRandom(1)));
        script.Open();
        var missing = new Answer.Refused(ServiceError.NoNode);

        script.Answer(Expect("/a/b/c/json.info_", NodeKind.EphemeralSequential), missing);
        script.Answer(Expect("/a/b/c", NodeKind.Persistent), missing);
        script.Answer(Expect("/a/b", NodeKind.Persistent), new Answer.Created("/a/b"));
        script.Answer(Expect("/a/b/c", NodeKind.Persistent), new Answer.Refused(ServiceError.NodeExists));
        Expect("/a/b/c/json.info_", NodeKind.EphemeralSequential);

        ServiceCall Expect(string path, NodeKind kind)
        {
            var create = script.Take<ServiceCall.Create>();
            Assert.That((create.Path, create.Kind), Is.EqualTo((path, kind)));
            return create;
        }
    }

    [Test]
    public void ConnectionLost_WhileLeading_SuspendsAndNothingElse()
    {
        _script.Lead();
        var self = ((Standing.Leads)_script.Standing!).Self;

        _script.Lose();
        Assert.That(_script.Standing, Is.EqualTo(new Standing.Leads(self, IsSuspended: true)));
        _script.Restore();

        Assert.That(_script.Standing, Is.EqualTo(new Standing.Leads(self, IsSuspended: false)));
        _script.Show(5, 6).Read(5, 1, Id);
        Assert.That(_script.Standing, Is.EqualTo(new Standing.Leads(self, IsSuspended: false)));
        Assert.That(_script.Calls, Is.Empty);
    }

    [Test]
    public void ConnectionLost_ForLongerThanTheSession_StillLeads_AsOnlyTheServiceKnows()
    {
        _script.Lead().Lose();

        Assert.That(() => _script.RunOut(nameof(LeaderForgotten)), Throws.Exception, "no such timer runs while leading");
        Assert.That(_script.Standing, Is.InstanceOf<Standing.Leads>());
    }

    [Test]
    public void ConnectionLost_WhileFollowing_KnowsAfterTheSessionsTimeOnlyWhoLedLast()
    {
        _script.Follow().Lose();
        var leader = ((Standing.Follows)_script.Standing!).Leader;
        Assert.That(leader, Is.Not.Null);

        _script.RunOut(nameof(LeaderForgotten));

        Assert.That(_script.Standing, Is.EqualTo(new Standing.Follows(null) { Last = leader }));
    }

    [Test]
    public void Session_ExpiredAfterALongLoss_ForgetsWhoLedLastToo()
    {
        _script.Follow().Lose();
        _script.RunOut(nameof(LeaderForgotten));

        _script.Tell(new ServiceMessage.SessionExpired(_script.Session));

        Assert.That(_script.Standing, Is.EqualTo(new Standing.Follows(null)));
    }

    [Test]
    public void Session_Expired_FollowsAtOnce_AndStandsAgainInAnother()
    {
        _script.Lead();
        var first = _script.Session;
        _script.Lose().Tell(new ServiceMessage.SessionExpired(first));

        Assert.That(_script.Standing, Is.EqualTo(new Standing.Follows(null)));
        _script.Take<ServiceCall.Close>();
        _script.RunOut(nameof(ReopenDue));
        Assert.That(_script.Session, Is.GreaterThan(first));
        _script.Take<ServiceCall.Open>();
        _script.Tell(new ServiceMessage.SessionOpened(_script.Session, 0x88, TimeSpan.FromSeconds(10)));
        Assert.That(_script.Take<ServiceCall.Create>().Kind, Is.EqualTo(NodeKind.EphemeralSequential));
    }

    [Test]
    public void Sessions_ThatDoNotLast_AreOpenedSlowerAndSlower()
    {
        var random = new Actors.SeededRandom(1);
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), random);

        var waits = Enumerable.Range(0, 12).Select(_ => backoff.Next().TotalMilliseconds).ToList();

        Assert.That(waits[0], Is.InRange(50, 100));
        Assert.That(waits[5], Is.InRange(1600, 3200));
        Assert.That(waits[11], Is.InRange(5000, 10000));
    }

    [Test]
    public void OlderSession_IsNotHeard()
    {
        _script.Lead();
        var first = _script.Session;
        _script.Tell(new ServiceMessage.SessionExpired(first)).Calls.Clear();
        _script.RunOut(nameof(ReopenDue)).Open();
        _script.Answer(_script.Take<ServiceCall.Create>(), new Answer.Created($"{Parent}/{Name(9)}")).Show(9);
        var standing = _script.Standing;

        _script.Tell(new ServiceMessage.SessionExpired(first)).Tell(new ServiceMessage.ConnectionLost(first));

        Assert.That(_script.Standing, Is.EqualTo(standing));
    }

    [Test]
    public void Create_WhoseAnswerIsLost_IsFollowedByASearchForANodeOfOurSession()
    {
        _script.Open();
        _script.Take<ServiceCall.Create>();
        _script.Lose().Restore();

        var search = _script.Take<ServiceCall.List>();
        Assert.That(search.IsFresh, Is.True, "the server must have caught up with what was committed by another");
        _script.Answer(search, new Answer.Listed([Name(4), Name(7), Name(8)]));
        _script.Read(8, 1, 88);
        _script.Read(7, 1, Id);

        // Found: it goes on with the list that it has, without another create.
        _script.Read(4, 4, 44);
        Assert.That(((Standing.Follows)_script.Standing!).Leader!.Address, Is.EqualTo(new Uri("http://10.0.0.4:5050/")));
    }

    [Test]
    public void Create_WhoseAnswerIsLost_AndThatWasNotCarriedOut_IsMadeAgain()
    {
        _script.Open();
        _script.Answer(_script.Take<ServiceCall.Create>(), new Answer.Refused(ServiceError.ConnectionLost));
        _script.Lose().Restore();
        _script.Show(4).Read(4, 1, 44);

        _script.Take<ServiceCall.Create>();
    }

    [Test]
    public void Search_ThatIsDisturbed_BeginsAnew()
    {
        _script.Open();
        _script.Take<ServiceCall.Create>();
        _script.Lose().Restore();
        _script.Show(4, 7);
        _script.Answer(_script.Take<ServiceCall.Read>(), new Answer.Refused(ServiceError.Busy));
        _script.RunOut(nameof(RetryDue));

        _script.Show(4, 7).Read(7, 1, Id);
        _script.Read(4, 4, 44);
    }

    [Test]
    public void AnswerThatComesAfterTheLoss_IsNotHeard_AndTheNodeFoundAll()
    {
        _script.Open();
        var create = _script.Take<ServiceCall.Create>();
        _script.Lose().Answer(create, new Answer.Created($"{Parent}/{Name(5)}")).Restore();

        _script.Show(5).Read(5, 1, Id);

        Assert.That(_script.Standing, Is.InstanceOf<Standing.Leads>());
    }

    [Test]
    public void OwnNode_RemovedByAnOperator_FollowsAndStandsAgainAfterAWhile()
    {
        _script.Lead().Fire(5).Show(6);

        Assert.That(_script.Standing, Is.EqualTo(new Standing.Follows(null)));
        Assert.That(_script.Calls, Is.Empty);
        _script.RunOut(nameof(RetryDue));
        _script.Take<ServiceCall.Create>();
    }

    [Test]
    public void NodeOfAnEarlierLife_AtOurAddress_IsNoLeaderToSendAnybodyTo()
    {
        _script.Stand(6, 5, 6).Read(6, 1, Id).Read(5, 1, 55);

        Assert.That(_script.Standing, Is.Null, "it follows nobody, as it did from the start");
        _script.Fire(5).Show(6);
        Assert.That(_script.Standing, Is.InstanceOf<Standing.Leads>());
    }

    [Test]
    public void Credentials_Refused_AreOver()
    {
        _script.Open().Tell(new ServiceMessage.AuthenticationFailed(_script.Session));

        Assert.That(((Standing.Over)_script.Standing!).Reason, Does.Contain("credentials"));
    }

    [Test]
    public void Access_Denied_IsOver_AndSaysWhatTo()
    {
        _script.Open();
        _script.Answer(_script.Take<ServiceCall.Create>(), new Answer.Refused(ServiceError.Denied));

        Assert.That(((Standing.Over)_script.Standing!).Reason, Does.Contain("make a node below /mesos"));
        _script.Take<ServiceCall.Close>();
        _script.Tell(new Resign(1));
        Assert.That(_script.Ended, Is.EqualTo(new[] { 1 }));
        Assert.That(_script.Calls, Is.Empty);
    }

    [Test]
    public void Busy_IsTriedAgain()
    {
        _script.Open();
        _script.Answer(_script.Take<ServiceCall.Create>(), new Answer.Refused(ServiceError.Busy));
        Assert.That(_script.Calls, Is.Empty);

        _script.RunOut(nameof(RetryDue));

        _script.Take<ServiceCall.Create>();
    }

    [Test]
    public void Open_Failed_IsTriedAgain()
    {
        var open = _script.Take<ServiceCall.Open>();
        _script.Tell(new ServiceMessage.OpenFailed(open.Session, "no such host"));
        _script.Take<ServiceCall.Close>();

        _script.RunOut(nameof(ReopenDue));

        _script.Take<ServiceCall.Open>();
    }

    [Test]
    public void NoServer_AnswersForAMinute_ThenTheNamesAreAskedForAgain()
    {
        _script.Take<ServiceCall.Open>();
        _script.RunOut(nameof(OpenTimedOut));

        _script.Take<ServiceCall.Close>();
        _script.RunOut(nameof(ReopenDue));
        _script.Take<ServiceCall.Open>();
    }
}
