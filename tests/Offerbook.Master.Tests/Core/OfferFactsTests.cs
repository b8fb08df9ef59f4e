using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Master.Offers;
using Offerbook.Resources;
using Offer = Mesos.V1.Offer;

namespace Offerbook.Master.Tests.Core;

/// <summary>What the core tells the offer book: every offer once when it is made and once when it ends.</summary>
internal sealed class OfferFactsTests
{
    private MasterHarness _master = null!;
    private TestAgent _agent = null!;
    private TestScheduler _scheduler = null!;

    [SetUp]
    public void SetUp() => SetUp(MasterSettings.Default);

    [TearDown]
    public void EveryOffer_EndsAtMostOnce_AndTheRestIsOut()
    {
        var made = Made.Select(offer => offer.Id).ToList();
        Assert.That(made, Is.Unique);
        Assert.That(Ended.Select(over => over.Offer.Id), Is.Unique.And.SubsetOf(made));
        Assert.That(made.Count - Ended.Count, Is.EqualTo(_master.View.OffersOut));
    }

    [Test]
    public void Offer_Made_SaysWhoGotWhatOfWhom()
    {
        var made = Made.Single();
        Assert.That((made.Id.Value, made.Framework.Value, made.FrameworkName, made.Agent.Value, made.Hostname, made.Role),
            Is.EqualTo((_scheduler.Offers[0].Id.Value, _scheduler.Id!.Value, "test", _agent.Id!.Value, "host-10.0.0.1", "web")));
        Assert.That(made.Resources.ScalarOf("cpus"), Is.EqualTo(Scalar.FromUnits(4)));
        Assert.That(made.At, Is.Not.EqualTo(_master.Now), "when it was made, not when it is read");
    }

    [Test]
    public void Accept_TellsOperationsUseAndFilter()
    {
        var offer = _scheduler.Offers[0];
        _scheduler.Accept([offer.Id], new Filters { RefuseSeconds = 30 }, TestScheduler.Task(offer, "a"), TestScheduler.Task(offer, "b"));
        var over = Ended.Single();
        Assert.That((over.End, over.Refuse, over.AcceptedWith), Is.EqualTo((OfferEnd.Accepted, TimeSpan.FromSeconds(30), null as object)));
        Assert.That(over.Operations.Single().Launch.TaskInfos, Has.Count.EqualTo(2));
        Assert.That(over.Used, Is.EqualTo(ResourceQuantities.Of(("cpus", 2), ("mem", 128))));
    }

    [Test]
    public void Accept_OfTwoOffers_TellsTheUseOnce()
    {
        _scheduler.Accept(_scheduler.Offers[0], TestScheduler.Task(_scheduler.Offers[0], "a", cpus: 2));
        var second = _scheduler.Offers[^1];
        // A second offer of the same agent comes when what another held returns.
        _agent.Update(_scheduler.Id!, "a", TaskState.TaskFinished);
        var third = _scheduler.Offers[^1];
        Assert.That(third.Id, Is.Not.EqualTo(second.Id));
        _scheduler.Accept([second.Id, third.Id], null, TestScheduler.Task(second, "b", cpus: 4));
        var over = Ended.Skip(1).ToList();
        Assert.That(over.Select(o => o.End), Is.All.EqualTo(OfferEnd.Accepted));
        Assert.That(over.Select(o => o.AcceptedWith?.Value), Is.EqualTo(new[] { null, second.Id.Value }));
        Assert.That(over[0].Used["cpus"], Is.EqualTo(Scalar.FromUnits(4)));
        Assert.That(over[1].Used.IsEmpty);
    }

    [Test]
    public void Decline_TellsTheFilter()
    {
        _scheduler.Decline(_scheduler.Offers[0], 60);
        Assert.That(Ended.Select(over => (over.End, over.Refuse)),
            Is.EqualTo(new[] { (OfferEnd.Declined, (TimeSpan?)TimeSpan.FromSeconds(60)) }));
    }

    [Test]
    public void Accept_WithoutOperations_IsADecline()
    {
        _scheduler.Accept([_scheduler.Offers[0].Id], null);
        Assert.That(Ended.Select(over => (over.End, over.Refuse)),
            Is.EqualTo(new[] { (OfferEnd.Declined, (TimeSpan?)TimeSpan.FromSeconds(5)) }));
    }

    [Test]
    public void Accept_ThatIsInvalid_EndsTheOffersItNames()
    {
        _scheduler.Accept([_scheduler.Offers[0].Id, new OfferID { Value = "none" }], null);
        Assert.That(Ended.Select(over => over.End), Is.EqualTo(new[] { OfferEnd.InvalidAccept }));
    }

    [Test]
    public void Offers_OfAnAgentThatDisconnects_SayWhy()
    {
        _agent.Disconnect();
        Assert.That(Ended.Select(over => over.End), Is.EqualTo(new[] { OfferEnd.AgentDisconnected }));
    }

    [Test]
    public void Offers_OfAFrameworkThatGoes_SayWhy()
    {
        _scheduler.Disconnect();
        _scheduler.Subscribe();
        _scheduler.Subscribe();
        _scheduler.Call(Call.Types.Type.Teardown);
        Assert.That(Ended.Select(over => over.End),
            Is.EqualTo(new[] { OfferEnd.FrameworkDisconnected, OfferEnd.FrameworkFailedOver, OfferEnd.FrameworkRemoved }));
    }

    [Test]
    public void Offers_OfARoleThatIsLeft_SayWhy()
    {
        var update = new Call { Type = Call.Types.Type.UpdateFramework,
            UpdateFramework = new() { FrameworkInfo = TestScheduler.Framework("other", 60) } };
        update.UpdateFramework.FrameworkInfo.Id = _scheduler.Id;
        Assert.That(_scheduler.Call(update).Status, Is.EqualTo(200));
        Assert.That(Ended.Select(over => over.End), Is.EqualTo(new[] { OfferEnd.RoleLeft }));
    }

    [Test]
    public void Offers_ThatNobodyAnswers_TimeOut()
    {
        SetUp(MasterSettings.Default with { OfferTimeout = TimeSpan.FromSeconds(10) });
        _master.Advance(TimeSpan.FromSeconds(10));
        var over = Ended[0];
        Assert.That((over.End, over.At.Elapsed - over.Offer.At.Elapsed), Is.EqualTo((OfferEnd.TimedOut, TimeSpan.FromSeconds(10))));
    }

    [Test]
    public void Question_IsAnsweredBehindAllThatHappenedBefore()
    {
        _scheduler.Decline(_scheduler.Offers[0], 60);
        var connection = _master.NewConnection();
        _master.Handle(new MasterMessage.OfferBookAsked(connection));
        Assert.That(_master.Sent[^1], Is.EqualTo(new MasterEffect.OfferBookReached(connection)));
    }

    private IReadOnlyList<OfferMade> Made => _master.Sent.OfType<MasterEffect.OffersMade>().SelectMany(made => made.Offers).ToList();

    private IReadOnlyList<OfferEnded> Ended => _master.Sent.OfType<MasterEffect.OfferOver>().Select(over => over.Offer).ToList();

    private void SetUp(MasterSettings settings)
    {
        _master = new MasterHarness(settings);
        _agent = new TestAgent(_master).Subscribe();
        _scheduler = new TestScheduler(_master, TestScheduler.Framework("web", 60)).Subscribe();
    }
}
