using FsCheck;
using FsCheck.Fluent;
using FsCheck.NUnit;
using Operation = Mesos.V1.Offer.Types.Operation;

namespace Offerbook.Resources.Tests.Operations;

/// <summary>Whatever operations come in whatever order, an agent has as much as before, and knows what it is made of.</summary>
[Properties(Arbitrary = [typeof(OperationProperties)], MaxTest = 500)]
public sealed class OperationProperties
{
    private static readonly ResourceBag Agent = ResourceBag.Parse("cpus:8;mem:4096;disk:1000");

    public static Arbitrary<Operation[]> Histories()
    {
        var role = Gen.Elements("web", "db");
        var size = from n in Gen.Choose(1, 40) select n * 8.0;
        var id = Gen.Elements("v1", "v2", "v3");
        var reserve = from r in role from n in size select Ops.Reserve(Ops.Scalar("disk", n, r), Ops.Scalar("cpus", n / 100, r));
        var unreserve = from r in role from n in size select Ops.Unreserve(Ops.Scalar("disk", n, r));
        var create = from r in role from n in size from i in id from shared in Gen.Elements(true,
            false) select Ops.Create(Ops.Volume(n, i, r, shared: shared));
        var destroy = from r in role from n in size from i in id select Ops.Destroy(Ops.Volume(n, i, r));
        var grow = from r in role from n in size from m in size from i in id select Ops.Grow(Ops.Volume(n, i, r), Ops.Scalar("disk", m, r));
        var shrink = from r in role from n in size from i in id select Ops.Shrink(Ops.Volume(n, i, r), n / 2);
        return Gen.Frequency((4, reserve), (2, unreserve), (3, create), (2, destroy), (1, grow), (1, shrink)).ArrayOf().ToArbitrary();
    }

    [Property]
    public bool History_OfAnyOperations_KeepsTheAmounts(Operation[] history) => Play(history).Quantities.Equals(Agent.Quantities);

    [Property]
    public bool History_OfAnyOperations_IsRebuiltFromWhatIsCheckpointed(Operation[] history)
    {
        var total = Play(history);
        return Agent.WithCheckpointed(total.Checkpointed()).Bag == total;
    }

    [Property]
    public bool Change_OfAnAppliedOperation_TurnsBeforeIntoAfter(Operation[] history)
    {
        var total = Agent;
        foreach (var operation in history)
        {
            var after = Step(total, operation);
            var (consumed, produced) = total.ChangeTo(after);
            if (!total.Contains(consumed) || total - consumed + produced != after)
            {
                return false;
            }
            total = after;
        }
        return true;
    }

    private static ResourceBag Play(IEnumerable<Operation> history) => history.Aggregate(Agent, Step);

    private static ResourceBag Step(ResourceBag total, Operation operation)
    {
        var context = new OperationContext(null, null, Ops.All, total.Checkpointed(), []);
        return OperationValidator.Validate(operation, context) is null ? total.Apply(operation).Bag : total;
    }
}
