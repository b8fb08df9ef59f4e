using Offerbook.Agent.Hosting;
using Offerbook.Agent.Registration;
using Offerbook.Resources;

namespace Offerbook.Agent.Tests.Hosting;

/// <summary>What an agent says that it has.</summary>
internal sealed class HostResourcesTests
{
    [Test]
    public void Detection_FillsInWhatIsNotSaid()
    {
        var bag = HostResources.Of("cpus:3;disk:0;gpus:2", "/tmp");

        Assert.That(bag.ScalarOf("cpus").ToDouble(), Is.EqualTo(3));
        Assert.That(bag.ScalarOf("gpus").ToDouble(), Is.EqualTo(2));
        Assert.That(bag.Named("disk").IsEmpty, Is.True, "given as none");
        Assert.That(bag.ScalarOf("mem").ToDouble(), Is.InRange(1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024)));
        Assert.That(bag.Named("ports").ToString(), Does.Contain("31000-32000"));
    }

    [Test]
    public void Detection_OfEverything_CountsProcessors() =>
        Assert.That(HostResources.Of(null, "/tmp").ScalarOf("cpus").ToDouble(), Is.EqualTo(System.Environment.ProcessorCount));

    [Test]
    public void Json_SaysWhatTextCannot()
    {
        const string json = """
            [{"name":"cpus","type":"SCALAR","scalar":{"value":4}},
             {"name":"disk","type":"SCALAR","scalar":{"value":2048},"disk":{"source":{"type":"MOUNT","mount":{"root":"/mnt/one"}}}},
             {"name":"mem","type":"SCALAR","scalar":{"value":512},"reservations":[{"type":"STATIC","role":"web"}]}]
            """;
        var bag = HostResources.Of(json, "/tmp");

        Assert.That(bag.Single(entry => entry.Name == "disk").Kind.Disk!.Source!.Root, Is.EqualTo("/mnt/one"));
        Assert.That(bag.Single(entry => entry.Name == "mem").Kind.ReservationRole, Is.EqualTo("web"));
        Assert.That(bag.Named("ports").IsEmpty, Is.False);
    }

    [TestCase("cpus:x", "not right")]
    [TestCase("[{\"name\":\"cpus\"}]", "not right")]
    [TestCase("[{\"name\"", "JSON")]
    [TestCase("gpus:1.5", "unsigned integer")]
    [TestCase("[{\"name\":\"cpus\",\"type\":\"SCALAR\",\"scalar\":{\"value\":4},\"revocable\":{}}]", "cannot be configured")]
    [TestCase("[{\"name\":\"cpus\",\"type\":\"SCALAR\",\"scalar\":{\"value\":4},\"reservations\":[{\"type\":\"DYNAMIC\",\"role\":\"web\"}]}]", "cannot be configured")]
    public void Mistakes_AreNamed(string text, string problem) =>
        Assert.That(() => HostResources.Of(text, "/tmp"), Throws.TypeOf<FormatException>().With.Message.Contains(problem));

    [Test]
    public void Settings_MayStandInFiles()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, "cpus:7\n");

        Assert.That(FlagText.Read("resources", "file://" + path), Is.EqualTo("cpus:7"));
        Assert.That(FlagText.Read("resources", "cpus:8"), Is.EqualTo("cpus:8"));
        File.Delete(path);
        Assert.That(() => FlagText.Read("resources", "file://" + path),
            Throws.TypeOf<FormatException>().With.Message.StartsWith("--resources: the file"));
    }

    [TestCase("{", "not right")]
    [TestCase("{}", "region and a zone")]
    [TestCase("""{"fault_domain":{"region":{"name":"eu"}}}""", "not right")]
    public void Domain_Mistakes_AreNamed(string text, string problem) =>
        Assert.That(() => DomainText.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains(problem));
}
