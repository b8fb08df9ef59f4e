using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Tests.Containers;

public sealed class ContainerRecordTests
{
    private const string Started = "supervisor 10 100 boot\nstarted 11 101\n";

    [Test]
    public void Record_OfARunningTask_NamesBothProcesses()
    {
        var record = ContainerRecord.Parse(Started);

        Assert.That(record.Supervisor, Is.EqualTo(new ProcessIdentity(10, 100)));
        Assert.That(record.Main, Is.EqualTo(new ProcessIdentity(11, 101)));
        Assert.That(record.BootId, Is.EqualTo("boot"));
        Assert.That(record.Status, Is.Null);
    }

    [TestCase("exited 3\n", 3, false)]
    [TestCase("exited 143\n", 143, false, Description = "a program that exits with 143 by itself")]
    [TestCase("Terminated\nexited 143\n", 143, true)]
    [TestCase("supervise.sh: line 39: 11 Segmentation fault ( set +C )\nexited 139\n", 139, true)]
    [TestCase("exited 130\n", 130, true, Description = "shells say nothing of SIGINT")]
    public void Exit_TellsSignalsFromStatuses(string end, int status, bool signalled)
    {
        var record = ContainerRecord.Parse(Started + end);

        Assert.That(record.Status, Is.EqualTo(status));
        Assert.That(record.Signalled, Is.EqualTo(signalled));
    }

    [Test]
    public void ALine_ThatIsStillBeingWritten_DoesNotCount()
    {
        Assert.That(ContainerRecord.Parse(Started + "exited 1").Status, Is.Null);
        Assert.That(ContainerRecord.Parse("supervisor 10 1").Supervisor, Is.Null);
        Assert.That(ContainerRecord.Parse(""), Is.EqualTo(ContainerRecord.Empty));
    }

    [Test]
    public void Cancelled_MeansNeverToStart() => Assert.That(ContainerRecord.Parse(ContainerRecord.CancelledLine).Cancelled, Is.True);
}
