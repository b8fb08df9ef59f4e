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

    [TestCase("ended   exited      0\n", 0, false)]
    [TestCase("ended   exited    143\n", 143, false)]
    [TestCase("ended   killed      2\n", 130, true)]
    [TestCase("ended   dumped     11\n", 139, true)]
    public void Exit_IsExact_WhereTheSupervisorIsNoShell(string end, int status, bool signalled)
    {
        var record = ContainerRecord.Parse("supervised 10 boot 1.00 0.50\nbegan 11 1.01 0.50\n" + end);

        Assert.That(record.Supervisor, Is.EqualTo(new ProcessIdentity(10, 100)));
        Assert.That(record.Main, Is.EqualTo(new ProcessIdentity(11, 101)));
        Assert.That(record.BootId, Is.EqualTo("boot"));
        Assert.That(record.Status, Is.EqualTo(status));
        Assert.That(record.Signalled, Is.EqualTo(signalled));
    }

    [TestCase("setup 11 1.01 0.50\n", true)]
    [TestCase("setup 11 1.01 0.50\nprepared\n", false)]
    [TestCase("prepared\nsetup 11 1.01 0.50\n", false, Description = "the supervisor of a busy machine is slower than its child")]
    public void AProcess_IsBeingSetUp_UntilItSaysThatItHasBeen(string lines, bool isBeingSetUp)
    {
        var record = ContainerRecord.Parse("supervised 10 boot 1.00 0.50\n" + lines);

        Assert.That(record.Main, Is.EqualTo(new ProcessIdentity(11, 101)));
        Assert.That(record.IsBeingSetUp, Is.EqualTo(isBeingSetUp));
    }

    [TestCase("of c1\nsupervised 10 boot 1.00 0.50\nbegan 11 1.01 0.50\nended   exited      0\n", true)]
    [TestCase("of c1\nsupervised 10 boot 1.00 0.50\nrefused  execute      2\n", true)]
    [TestCase("of c1\nsupervised 10 boot 1.00 0.50\nbegan 11 1.01 0.50\n", false, Description = "its supervisor will write")]
    [TestCase("of c1\nsupervised 10 boot 1.00 0.50\nsetup 11 1.01 0.50\nprepared\nended   exited      0\n", false)]
    [TestCase("of c1\nsupervised 10 boot 1.00 0.50\nbegan 11 1.01 0.50\nover disk 2 1\nended   killed      9\n", false)]
    [TestCase("supervised 10 boot 1.00 0.50\nbegan 11 1.01 0.50\nended   exited      0\n", false, Description = "of an older supervisor")]
    [TestCase(Started + "exited 0\n", false, Description = "of the shell's script")]
    public void ARecord_IsReusable_WhenNobodyWritesToItAnyMore(string lines, bool isReusable)
    {
        Assert.That(ContainerRecord.Parse(lines).IsReusable, Is.EqualTo(isReusable));
    }

    [Test]
    public void ARefusal_SaysWhy()
    {
        var record = ContainerRecord.Parse("supervised 10 boot 1.00 0.50\nrefused  execute      2\n");

        Assert.That(record.Main, Is.Null);
        Assert.That(record.Status, Is.Not.Null);
        Assert.That(record.Words, Is.EqualTo("No such file or directory"));
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
