using Newtonsoft.Json.Linq;
using Offerbook.Batch.Jobs;

namespace Offerbook.Batch.Tests.Jobs;

[TestFixture]
internal sealed class JobSpecReaderTests
{
    [Test]
    public void Job_WithLittleSaid_GetsTheDefaults()
    {
        var spec = Read("""{"id":"a","command":"true","args":null}""");
        Assert.That((spec.Count, spec.Retries, spec.Command), Is.EqualTo((1, 0, "true")));
        Assert.That((spec.Demand.Cpus.ToDouble(), spec.Demand.Mem.ToDouble(), spec.Demand.Disk.ToDouble()), Is.EqualTo((0.1, 32.0, 0.0)));
    }

    [Test]
    public void Job_WithEverythingSaid_IsReadWhole()
    {
        var spec = Read(
            """{"id":"A.b-1","args":["/bin/echo",""],"cpus":0.25,"mem":128,"disk":1.5,"count":7,"retries":2,"labels":{"b":"2","a":""}}""");
        Assert.That(spec.Args, Is.EqualTo(new[] { "/bin/echo", "" }));
        Assert.That((spec.Demand.Cpus.Milli, spec.Demand.Mem.Milli, spec.Demand.Disk.Milli), Is.EqualTo((250, 128_000, 1_500)));
        Assert.That((spec.Count, spec.Retries), Is.EqualTo((7, 2)));
        Assert.That(spec.Labels, Is.EqualTo(new KeyValuePair<string, string>[] { new("a", ""), new("b", "2") }));
    }

    [TestCase("""[]""", "/: must be an object, but is an array")]
    [TestCase("""{"command":"x"}""", "/id: must be given")]
    [TestCase("""{"id":"","command":"x"}""", "/id: must not be empty")]
    [TestCase("""{"id":"a/b","command":"x"}""", "/id: must begin and end with a letter or digit")]
    [TestCase("""{"id":".a","command":"x"}""", "/id: must begin and end with a letter or digit")]
    [TestCase("""{"id":7,"command":"x"}""", "/id: must be a string, but is a number")]
    [TestCase("""{"id":"a"}""", "/command: either command or args must be given")]
    [TestCase("""{"id":"a","command":"x","args":["x"]}""", "/args: only one of command and args may be given")]
    [TestCase("""{"id":"a","args":[]}""", "/args: must have 1 to 1000 elements, but has 0")]
    [TestCase("""{"id":"a","args":"x"}""", "/args: must be an array of strings, but is a string")]
    [TestCase("""{"id":"a","args":["x",1]}""", "/args/1: must be a string, but is a number")]
    [TestCase("""{"id":"a","args":[""]}""", "/args/0: must not be empty")]
    [TestCase("""{"id":"a","command":"x\u0000"}""", "/command: must not contain the character NUL")]
    [TestCase("""{"id":"a","command":"x","cpus":"1"}""", "/cpus: must be a number, but is a string")]
    [TestCase("""{"id":"a","command":"x","cpus":0}""", "/cpus: must be between 0.001 and 10000")]
    [TestCase("""{"id":"a","command":"x","cpus":1e400}""", "/cpus: must be between")]
    [TestCase("""{"id":"a","command":"x","mem":-1}""", "/mem: must be between 1 and 1073741824")]
    [TestCase("""{"id":"a","command":"x","disk":true}""", "/disk: must be a number, but is a boolean")]
    [TestCase("""{"id":"a","command":"x","count":0}""", "/count: must be between 1 and 100000")]
    [TestCase("""{"id":"a","command":"x","count":100001}""", "/count: must be between 1 and 100000")]
    [TestCase("""{"id":"a","command":"x","count":99999999999999999999999}""", "/count: must be between 1 and 100000")]
    [TestCase("""{"id":"a","command":"x","count":1.5}""", "/count: must be a whole number, but is a number")]
    [TestCase("""{"id":"a","command":"x","retries":-1}""", "/retries: must be between 0 and 1000")]
    [TestCase("""{"id":"a","command":"x","labels":[]}""", "/labels: must be an object of strings, but is an array")]
    [TestCase("""{"id":"a","command":"x","labels":{"k":1}}""", "/labels/k: must be a string, but is a number")]
    [TestCase("""{"id":"a","command":"x","memory":1}""", "/memory: is not a member of a job; the members are id, command")]
    public void Job_ThatIsWrong_IsRefusedWithThePath(string json, string expected)
    {
        Assert.That(JobSpecReader.Read(Parse(json), out var errors), Is.Null);
        Assert.That(errors.Select(e => $"{e.Path}: {string.Join(", ", e.Errors)}"),
            Has.Exactly(1).StartsWith(expected).And.Exactly(1).Items);
    }

    [Test]
    public void Job_WithManyFaults_IsToldAllOfThem()
    {
        Assert.That(JobSpecReader.Read(Parse("""{"id":"","cpus":"x","count":-1,"labels":{"k":1},"foo":1}"""), out var errors), Is.Null);
        Assert.That(errors.Select(e => e.Path), Is.EqualTo(new[] { "/command", "/count", "/cpus", "/foo", "/id", "/labels/k" }));
    }

    [TestCase("j.1-0-1", "j", 1, 0, 1)]
    [TestCase("a.b.c.12-345-6", "a.b.c", 12, 345, 6)]
    public void TaskName_RoundTrips(string text, string job, long serial, int run, int attempt)
    {
        Assert.That(TaskName.TryParse(text, out var name), Is.True);
        Assert.That(name, Is.EqualTo(new TaskName(job, serial, run, attempt)));
        Assert.That(name.ToTaskId().Value, Is.EqualTo(text));
    }

    [TestCase("")]
    [TestCase("job")]
    [TestCase("job.1-2")]
    [TestCase("job.1-2-x")]
    [TestCase("job.1--2")]
    [TestCase(".1-2-3")]
    public void TaskName_OfAnotherForm_IsRefused(string text) => Assert.That(TaskName.TryParse(text, out _), Is.False);

    private static JobSpec Read(string json)
    {
        var spec = JobSpecReader.Read(Parse(json), out var errors);
        Assert.That(errors, Is.Empty);
        return spec!;
    }

    private static JToken Parse(string json) => JToken.Parse(json);
}
