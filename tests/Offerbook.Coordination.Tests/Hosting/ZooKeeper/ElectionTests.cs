using System.Diagnostics;
using Offerbook.Coordination.Hosting;
using Offerbook.Coordination.Nodes;
using static Offerbook.Coordination.Tests.Hosting.ZooKeeper.Ensemble;

namespace Offerbook.Coordination.Tests.Hosting.ZooKeeper;

/// <summary>Elections among healthy candidates.</summary>
[TestFixture]
public sealed class ElectionTests
{
    [Test]
    public async Task Candidates_ThreeOfThem_TheFirstLeadsAndTheOthersKnowIt()
    {
        var address = Shared.Address(NewPath());
        await using var a = await StandAsync(address, 5051);
        var leads = await UntilLeadsAsync(a);
        await using var b = await StandAsync(address, 5052);
        await using var c = await StandAsync(address, 5053);

        var follows = await UntilFollowsAsync(b, 5051);
        await UntilFollowsAsync(c, 5051);

        Assert.That(follows.Leader, Is.EqualTo(leads.Self), "a follower and the leader itself name the same candidacy");
        Assert.That(follows.Leader!.Data.ToArray(), Is.EqualTo(MasterInfo(5051)));
    }

    [Test]
    public async Task Resigning_TheNextLeads_AndTheThirdFollowsIt()
    {
        var address = Shared.Address(NewPath());
        await using var a = await StandAsync(address, 5051);
        await UntilLeadsAsync(a);
        await using var b = await StandAsync(address, 5052);
        await UntilFollowsAsync(b, 5051);
        await using var c = await StandAsync(address, 5053);
        await UntilFollowsAsync(c, 5051);

        var began = Stopwatch.GetTimestamp();
        await a.ResignAsync(Patience);
        var resigned = Stopwatch.GetElapsedTime(began);
        await UntilLeadsAsync(b);
        TestContext.Out.WriteLine(
            $"resigned in {resigned.TotalMilliseconds:F1} ms, the next leads after {Stopwatch.GetElapsedTime(began).TotalMilliseconds:F1} ms");

        await UntilFollowsAsync(c, 5052);
        Assert.That(a.Standing, Is.InstanceOf<Standing.Over>());
    }

    [Test]
    public async Task SteppingDown_StandsAgainBehindTheOthers()
    {
        var address = Shared.Address(NewPath());
        await using var a = await StandAsync(address, 5051);
        var first = await UntilLeadsAsync(a);
        await using var b = await StandAsync(address, 5052);
        await UntilFollowsAsync(b, 5051);

        await a.StepDownAsync(Patience);

        await UntilLeadsAsync(b);
        await UntilFollowsAsync(a, 5052);
        await b.StepDownAsync(Patience);
        var again = await UntilLeadsAsync(a);
        Assert.That(again.Self.Id, Is.Not.EqualTo(first.Self.Id));
    }

    [Test]
    public async Task SteppingDown_Alone_LeadsAgainUnderAnotherId()
    {
        await using var a = await StandAsync(Shared.Address(NewPath()), 5051);
        var first = await UntilLeadsAsync(a);

        await a.StepDownAsync(Patience);

        var again = await UntilAsync<Standing.Leads>(a, leads => leads.Self.Id != first.Self.Id);
        Assert.That(again.IsSuspended, Is.False);
    }

    [Test]
    public async Task Detector_FollowsOneLeaderAfterTheOther_AndNoneWhenNobodyStands()
    {
        var address = Shared.Address(NewPath());
        await using var detector = await FollowAsync(address);
        await using var a = await StandAsync(address, 5051);
        await UntilAsync(detector, static leader => leader?.Address == AddressOf(5051));
        await using var b = await StandAsync(address, 5052);
        await UntilFollowsAsync(b, 5051);

        await a.ResignAsync(Patience);
        await UntilAsync(detector, static leader => leader?.Address == AddressOf(5052));
        await b.ResignAsync(Patience);

        Assert.That(await UntilAsync(detector, static leader => leader is null), Is.Null);
    }

    [Test]
    public async Task Latches_OfAppsAndBatch_ElectAndAreFound()
    {
        var settings = Settings();
        Assert.That(ElectionFactory.TryCreate(Shared.Address(NewPath()), new LatchNodes(), settings, out var factory, out var error),
            Is.True, error);
        await using var a = await factory!.StandAsync(AddressOf(8081), LatchNodes.DataOf(AddressOf(8081)));
        await UntilLeadsAsync(a);
        await using var b = await factory.StandAsync(AddressOf(8082), LatchNodes.DataOf(AddressOf(8082)));
        await UntilFollowsAsync(b, 8081);
        await using var detector = await factory.FollowAsync();

        var leader = await UntilAsync(detector, static leader => leader is not null);

        Assert.That(leader!.Address, Is.EqualTo(AddressOf(8081)));
    }

    [Test]
    public async Task Root_HoldsAnElectionToo()
    {
        await using var a = await StandAsync(Shared.Address("/"), 5051);
        await UntilLeadsAsync(a);
        await using var detector = await FollowAsync(Shared.Address(""));

        Assert.That((await UntilAsync(detector, static leader => leader is not null))!.Address, Is.EqualTo(AddressOf(5051)));
    }
}
