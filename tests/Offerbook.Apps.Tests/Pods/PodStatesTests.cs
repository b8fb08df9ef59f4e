using Offerbook.Apps.Instances;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Pods;

/// <summary>What an instance of a pod is called, for every condition that it can be in (case 188).</summary>
[Property("case", 188)]
public sealed class PodStatesTests
{
    [TestCase(Condition.Scheduled, PodInstanceState.Pending)]
    [TestCase(Condition.Provisioned, PodInstanceState.Pending)]
    [TestCase(Condition.Staging, PodInstanceState.Staging)]
    [TestCase(Condition.Starting, PodInstanceState.Staging)]
    [TestCase(Condition.Running, PodInstanceState.Stable)]
    [TestCase(Condition.Unreachable, PodInstanceState.Degraded)]
    [TestCase(Condition.UnreachableInactive, PodInstanceState.Degraded)]
    [TestCase(Condition.Killing, PodInstanceState.Terminal)]
    [TestCase(Condition.Finished, PodInstanceState.Terminal)]
    [TestCase(Condition.Killed, PodInstanceState.Terminal)]
    [TestCase(Condition.Error, PodInstanceState.Terminal)]
    [TestCase(Condition.Failed, PodInstanceState.Terminal)]
    [TestCase(Condition.Gone, PodInstanceState.Terminal)]
    [TestCase(Condition.Dropped, PodInstanceState.Terminal)]
    [TestCase(Condition.Unknown, PodInstanceState.Terminal)]
    public void State_OfEveryCondition_IsThatOfTheTable(Condition condition, PodInstanceState expected)
    {
        var pod = new PodDefinition { Id = PathId.Parse("/p"), Containers = [] };
        var instance = new Instance(new InstanceId("p.instance-1"), pod.Id, default, "*") { Condition = condition };
        var (state, message) = PodStates.Of(pod, instance);
        Assert.That((state, message), Is.EqualTo((expected, condition.IsUnreachable() ? "pod instance has become unreachable" : null)));
    }
}
