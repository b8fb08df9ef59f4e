using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Deployments;

/// <summary>Apps that come back while what they were before is still being stopped. Found by the simulator with seed 0x7.</summary>
public sealed class RecreationTests
{
    private const string Group = """
        {"id":"/g","apps":[
          {"id":"/g/below","cmd":"sleep REVISION","cpus":0.1,"mem":16},
          {"id":"/g/above","cmd":"sleep REVISION","cpus":0.1,"mem":16,"dependencies":["/g/below"]}]}
        """;

    [Test]
    public void App_CreatedAnewWhileItIsDeleted_BeginsWithoutTheInstancesOfBefore()
    {
        var rig = new AppsRig();
        rig.PutGroup("/g", Group.Replace("REVISION", "1", StringComparison.Ordinal));
        rig.Master.KillsAtOnce = false;
        rig.Call(new ApiCall.DeleteGroup("/g", true));
        var before = rig.State.Instances.All.Select(instance => instance.Id).ToList();
        rig.PutGroup("/g", Group.Replace("REVISION", "2", StringComparison.Ordinal), force: true);
        Assert.That(before.Select(id => rig.State.Instances.Find(id)).OfType<Instance>().Select(instance => instance.Goal),
            Is.All.EqualTo(Goal.Decommissioned));
    }
}
