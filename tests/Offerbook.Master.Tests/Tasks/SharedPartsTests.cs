using Mesos.V1;
using NUnit.Framework;
using Offerbook.Master.Tasks;
using Offerbook.Resources;
using MesosTask = Mesos.V1.Task;

namespace Offerbook.Master.Tests.Tasks;

public sealed class SharedPartsTests
{
    [Test]
    public void Compact_TasksAlike_ShareLabelsAndResources()
    {
        var parts = new SharedParts();
        var (first, second) = (Compact(parts, "a"), Compact(parts, "b"));

        Assert.That(second.Labels, Is.SameAs(first.Labels));
        Assert.That(second.Resources[0], Is.SameAs(first.Resources[0]));
        Assert.That(second.TaskId.Value, Is.EqualTo("b"));
    }

    [Test]
    public void Compact_Task_SaysWhatItSaid()
    {
        var task = Describe("a");

        var compact = new SharedParts().Compact(task, task.FrameworkId, task.AgentId);

        Assert.That(compact, Is.EqualTo(task));
    }

    [Test]
    public void Share_BagsEqualInAnotherOrder_KeepTheirOrder()
    {
        var parts = new SharedParts();
        parts.Share(ResourceBag.Parse("cpus:1;mem:2"));

        var other = parts.Share(ResourceBag.Parse("mem:2;cpus:1"));

        Assert.That(other[0].Kind, Is.EqualTo(ResourceBag.Parse("mem:2")[0].Kind));
    }

    [Test]
    public void Adopt_StatusOfTheTask_NamesItByTheSameObjects()
    {
        var spec = Describe("a");
        var status = new Mesos.V1.TaskStatus { TaskId = new TaskID { Value = "a" }, AgentId = new AgentID { Value = "S1" },
            State = TaskState.TaskRunning };

        SharedParts.Adopt(spec, status);

        Assert.That(status.TaskId, Is.SameAs(spec.TaskId));
        Assert.That(status.AgentId, Is.SameAs(spec.AgentId));
    }

    [Test]
    public void Share_MoreBytesThanAreRemembered_ForgetsWhatCameBefore()
    {
        var parts = new SharedParts();
        var first = Large(0);
        parts.Share(first);
        Assert.That(parts.Share(Large(0)), Is.SameAs(first));
        for (var i = 1; i <= 40; i++)
        {
            parts.Share(Large(i));
        }

        Assert.That(parts.Share(Large(0)), Is.Not.SameAs(first), "41 of 1 MiB are more than 32 MiB");
    }

    [Test]
    public void Share_PartBeyondAllBytes_IsNotRemembered()
    {
        var parts = new SharedParts();
        var huge = new string('x', 17 << 20);

        Assert.That(parts.Share(huge), Is.SameAs(huge));
        Assert.That(parts.Share(new string('x', 17 << 20)), Is.Not.SameAs(huge));
    }

    private static string Large(int number) => new((char)('a' + number), 1 << 19);

    private static MesosTask Compact(SharedParts parts, string id)
    {
        var task = Describe(id);
        return parts.Compact(task, task.FrameworkId, task.AgentId);
    }

    private static MesosTask Describe(string id) => new()
    {
        Name = "web",
        TaskId = new TaskID { Value = id },
        FrameworkId = new FrameworkID { Value = "F" },
        AgentId = new AgentID { Value = "S1" },
        State = TaskState.TaskRunning,
        User = "nobody",
        Labels = new Labels { Labels_ = { new Label { Key = "app", Value = "/shop" } } },
        Resources =
        {
            new Resource { Name = "cpus", Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = 0.5 } },
        },
    };
}
