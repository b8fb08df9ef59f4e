using System.Text;
using static Offerbook.Coordination.Tests.Hosting.ZooKeeper.Ensemble;

namespace Offerbook.Coordination.Tests.Hosting.ZooKeeper;

/// <summary>What others see of our nodes, and what they may do to them.</summary>
[TestFixture]
public sealed class OutsideTests
{
    [Test]
    public async Task Tool_LooksForTheLowestNode_FindsTheLeadersMasterInfo()
    {
        var path = NewPath();
        await using var a = await StandAsync(Shared.Address(path), 5051);
        await UntilLeadsAsync(a);
        await using var b = await StandAsync(Shared.Address(path), 5052);
        await UntilFollowsAsync(b, 5051);

        Assert.That(await Outside.AskAsync("leader", path), Is.EqualTo(Encoding.UTF8.GetString(MasterInfo(5051))));
        await a.ResignAsync(Patience);
        Assert.That(await Outside.AskAsync("leader", path), Is.EqualTo(Encoding.UTF8.GetString(MasterInfo(5052))));
    }

    [Test]
    public async Task Node_OfAUser_IsTheirsAndReadByEverybody()
    {
        var path = NewPath();
        await using var a = await StandAsync(Shared.Address(path, "masters:sesame"), 5051);
        await UntilLeadsAsync(a);

        var acl = await Outside.AskAsync("acl", path);
        await using var detector = await FollowAsync(Shared.Address(path));
        var leader = await UntilAsync(detector, static leader => leader is not null);

        Assert.That(acl.Split('\n'), Is.EquivalentTo(new[] { "1 world anyone", "31 digest masters" }));
        Assert.That(leader!.Address, Is.EqualTo(AddressOf(5051)));
    }

    [Test]
    public async Task Node_WithoutAUser_IsEverybodys()
    {
        var path = NewPath();
        await using var a = await StandAsync(Shared.Address(path), 5051);
        await UntilLeadsAsync(a);

        Assert.That(await Outside.AskAsync("acl", path), Is.EqualTo("31 world anyone"));
    }

    [TestCase("masters:other", TestName = "WrongPassword_IsTold_AndNothingElseIsTried")]
    [TestCase(null, TestName = "NoPassword_IsTold_AndNothingElseIsTried")]
    public async Task Candidate_WhomTheAccessListDenies_IsOver(string? user)
    {
        var path = NewPath();
        await using var a = await StandAsync(Shared.Address(path, "masters:sesame"), 5051);
        await UntilLeadsAsync(a);

        await using var b = await StandAsync(Shared.Address(path, user), 5052);
        var over = await UntilAsync<Standing.Over>(b, static _ => true);

        Assert.That(over.Reason, Is.EqualTo(
            $"ZooKeeper does not let us make a node below {path}: give the zk:// address the user and password that made it, or mend its access list."));
        Assert.That(a.Standing, Is.InstanceOf<Standing.Leads>());
    }

    [Test]
    public async Task Leader_WhoseNodeAnOperatorRemoves_StepsDownAndStandsAgain()
    {
        var path = NewPath();
        await using var a = await StandAsync(Shared.Address(path), 5051);
        var first = await UntilLeadsAsync(a);

        await Outside.AskAsync("remove", path);

        var again = await UntilAsync<Standing.Leads>(a, leads => leads.Self.Id != first.Self.Id);
        Assert.That(again.IsSuspended, Is.False);
    }
}
