using Mesos.V1;
using NUnit.Framework;
using Offerbook.Master.Tasks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;
using MesosTask = Mesos.V1.Task;

namespace Offerbook.Master.Tests.Tasks;

public sealed class TaskHistoryTests
{
    private const int KiB = 1024;

    [Test]
    public void History_OfTooMany_ForgetsTheOldest()
    {
        var history = new TaskHistory(max: 3, maxBytes: 1000 * KiB, () => { });
        Add(history, KiB, "a", "b", "c", "d");

        Assert.That(Ids(history), Is.EqualTo(new[] { "b", "c", "d" }));
    }

    [Test]
    public void History_OfTooManyBytes_ForgetsTheOldest()
    {
        var history = new TaskHistory(max: 100, maxBytes: 100 * KiB, () => { });
        Add(history, 30 * KiB, "a", "b", "c");
        Add(history, 50 * KiB, "d");
        Assert.That(Ids(history), Is.EqualTo(new[] { "c", "d" }));
        Add(history, KiB, "e", "f");

        Assert.That(Ids(history), Is.EqualTo(new[] { "c", "d", "e", "f" }), "what was forgotten no longer counts");
    }

    [Test]
    public void History_OfOneTaskBeyondAllBytes_KeepsIt()
    {
        var history = new TaskHistory(max: 100, maxBytes: 100 * KiB, () => { });
        Add(history, 30 * KiB, "a");
        Add(history, 300 * KiB, "b");
        Assert.That(Ids(history), Is.EqualTo(new[] { "b" }));
        Add(history, KiB, "c");

        Assert.That(Ids(history), Is.EqualTo(new[] { "c" }));
    }

    [Test]
    public void TakeOf_AnAgent_GivesItsBytesBack()
    {
        var history = new TaskHistory(max: 100, maxBytes: 100 * KiB, () => { });
        Add(history, 90 * KiB, "a");
        Assert.That(history.TakeOf(new AgentId("S1")), Has.Count.EqualTo(1));
        Add(history, 40 * KiB, "b", "c");

        Assert.That(Ids(history), Is.EqualTo(new[] { "b", "c" }));
    }

    private static void Add(TaskHistory history, int bytes, params ReadOnlySpan<string> ids)
    {
        foreach (var id in ids)
        {
            var spec = new MesosTask { Name = new string('x', bytes), TaskId = new TaskID { Value = id } };
            history.Add(
                new TaskModel(spec, new FrameworkId("F"), new AgentId("S1"), new TaskId(id), null, ResourceBag.Empty,
                    TaskState.TaskFinished, [], null, null));
        }
    }

    private static IEnumerable<string> Ids(TaskHistory history) => history.Take().Select(task => task.Id.Value);
}
