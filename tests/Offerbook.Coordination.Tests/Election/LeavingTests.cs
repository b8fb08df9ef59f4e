using Offerbook.Coordination.Election;
using Offerbook.Coordination.Sessions;
using static Offerbook.Coordination.Tests.Election.Script;

namespace Offerbook.Coordination.Tests.Election;

/// <summary>Stepping down and resigning.</summary>
[TestFixture]
public sealed class LeavingTests
{
    private Script _script = null!;

    [SetUp]
    public void Begin() => _script = new Script();

    [Test]
    public void SteppingDown_FollowsBeforeItsNodeGoes_ThenStandsBehindTheOthers()
    {
        _script.Lead().Tell(new StepDown(1));

        Assert.That(_script.Standing, Is.EqualTo(new Standing.Follows(null)));
        var delete = _script.Take<ServiceCall.Delete>();
        Assert.That(delete.Path, Is.EqualTo($"{Parent}/{Name(5)}"));
        Assert.That(_script.Ended, Is.Empty);
        _script.Answer(delete, new Answer.Deleted());
        Assert.That(_script.Ended, Is.EqualTo(new[] { 1 }));
        _script.Answer(_script.Take<ServiceCall.Create>(), new Answer.Created($"{Parent}/{Name(7)}")).Show(6, 7).Read(7, 1, Id)
            .Read(6, 6, 66);
        Assert.That(((Standing.Follows)_script.Standing!).Leader!.Address, Is.EqualTo(new Uri("http://10.0.0.6:5050/")));
    }

    /// <summary>It has said that it knows no leader: found by simulation, where it never said anything else again.</summary>
    [Test]
    public void SteppingDown_WhileFollowing_LooksAtTheLeaderAgain()
    {
        _script.Follow().Tell(new StepDown(1));
        _script.Answer(_script.Take<ServiceCall.Delete>(), new Answer.Deleted());
        _script.Answer(_script.Take<ServiceCall.Create>(), new Answer.Created($"{Parent}/{Name(7)}")).Show(4, 5, 7).Read(7, 1, Id)
            .Read(4, 4, 44).Read(5, 5, 55);

        Assert.That(((Standing.Follows)_script.Standing!).Leader!.Address, Is.EqualTo(new Uri("http://10.0.0.4:5050/")));
    }

    [Test]
    public void SteppingDown_WithoutAnAnswer_ReturnsWhenTheConnectionIsLost_AndRemovesTheNodeLater()
    {
        _script.Lead().Tell(new StepDown(1));
        _script.Take<ServiceCall.Delete>();

        _script.Lose();
        Assert.That(_script.Ended, Is.EqualTo(new[] { 1 }));
        Assert.That(_script.Standing, Is.EqualTo(new Standing.Follows(null)));
        _script.Restore();

        _script.Answer(_script.Take<ServiceCall.Delete>(), new Answer.Refused(ServiceError.NoNode));
        _script.Take<ServiceCall.Create>();
    }

    [Test]
    public void SteppingDown_WhileSuspended_NeverLeadsAgainByTheSameNode()
    {
        _script.Lead().Lose().Tell(new StepDown(1));
        Assert.That(_script.Ended, Is.EqualTo(new[] { 1 }));
        Assert.That(_script.Standing, Is.EqualTo(new Standing.Follows(null)));

        _script.Restore();

        Assert.That(_script.Take<ServiceCall.Delete>().Path, Is.EqualTo($"{Parent}/{Name(5)}"));
    }

    [Test]
    public void SteppingDown_WithoutAnAnswerForTwoSeconds_Returns()
    {
        _script.Lead().Tell(new StepDown(1));

        _script.RunOut(nameof(LeaveTimedOut));

        Assert.That(_script.Ended, Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void Resigning_IsOverAtOnce_AndReturnsWhenTheNodeIsGone()
    {
        _script.Lead().Tell(new Resign(1));

        Assert.That(_script.Standing, Is.InstanceOf<Standing.Over>());
        _script.Answer(_script.Take<ServiceCall.Delete>(), new Answer.Deleted());
        Assert.That(_script.Ended, Is.EqualTo(new[] { 1 }));
        _script.Take<ServiceCall.Close>();
    }

    [Test]
    public void Resigning_WhileItsNodeIsBeingMade_RemovesItWhenItIs()
    {
        _script.Open();
        var create = _script.Take<ServiceCall.Create>();

        _script.Tell(new Resign(1));
        Assert.That(_script.Calls, Is.Empty);
        _script.Answer(create, new Answer.Created($"{Parent}/{Name(5)}"));

        _script.Answer(_script.Take<ServiceCall.Delete>(), new Answer.Deleted());
        Assert.That(_script.Ended, Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void Resigning_WithoutASession_ReturnsAtOnce()
    {
        _script.Take<ServiceCall.Open>();
        _script.Tell(new Resign(1));

        Assert.That(_script.Ended, Is.EqualTo(new[] { 1 }));
        _script.Take<ServiceCall.Close>();
    }

    [Test]
    public void Resigning_Twice_AnswersBoth()
    {
        _script.Lead().Tell(new Resign(1)).Tell(new Resign(2));
        _script.Answer(_script.Take<ServiceCall.Delete>(), new Answer.Deleted());

        Assert.That(_script.Ended, Is.EqualTo(new[] { 1, 2 }));
        _script.Tell(new StepDown(3));
        Assert.That(_script.Ended, Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [Test]
    public void Resigning_WhenTheSessionExpiresInstead_Returns()
    {
        _script.Lead().Tell(new Resign(1)).Tell(new ServiceMessage.SessionExpired(_script.Session));

        Assert.That(_script.Ended, Is.EqualTo(new[] { 1 }));
        Assert.That(_script.Calls.OfType<ServiceCall.Open>(), Is.Empty);
    }
}
