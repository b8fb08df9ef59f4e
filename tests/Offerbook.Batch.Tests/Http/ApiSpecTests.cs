using System.Runtime.CompilerServices;
using Newtonsoft.Json.Linq;
using Offerbook.Batch.Core;
using Offerbook.Batch.Jobs;
using Offerbook.Batch.Tests.World;

namespace Offerbook.Batch.Tests.Http;

/// <summary>The checked-in contract and the code say the same.</summary>
[TestFixture]
internal sealed class ApiSpecTests
{
    private readonly JObject _schemas = (JObject)JObject.Parse(File.ReadAllText(SpecPath()))["components"]!["schemas"]!;

    [Test]
    public void JobSpec_HasTheMembersThatTheReaderTakes()
    {
        var json = new JObject(Members("JobSpec").Select(name => new JProperty(name, name switch
        {
            "args" => null,
            "labels" => new JObject(),
            "id" or "command" => "x",
            _ => 1,
        })));
        Assert.That(JobSpecReader.Read(json, out var errors), Is.Not.Null, string.Join(", ", errors));
        json["another"] = 1;
        Assert.That(JobSpecReader.Read(json, out _), Is.Null);
    }

    [Test]
    public void Job_AndItsRuns_HaveNoMemberThatTheContractDoesNotName()
    {
        var world = new BatchWorld();
        world.Deliver();
        world.Submit("j", count: 2, retries: 1);
        world.Offer();
        world.Report("j.1-0-1", Mesos.V1.TaskState.TaskRunning);
        world.Report("j.1-0-1", Mesos.V1.TaskState.TaskFailed, "why");
        world.Call(new ApiCall.StopJob("j"));
        world.Deliver();
        var job = world.Job("j");
        var row = (JObject)job["runs"]![0]!;
        job.Remove("runs");
        job.Remove("offset");
        Assert.That(job.Properties().Select(p => p.Name), Is.SubsetOf(Members("Job")).And.Contains("endedAt"));
        Assert.That(row.Properties().Select(p => p.Name), Is.EquivalentTo(Members("Run")));
        var info = (JObject)world.Call(ApiCall.GetInfo.Instance).Body;
        Assert.That(info.Properties().Select(p => p.Name), Is.EquivalentTo(Members("Info")));
    }

    [Test]
    public void States_AreThoseOfTheContract()
    {
        Assert.That(Enum.GetValues<JobState>().Select(JobView.Text), Is.EquivalentTo(Values("Job", "state")));
        Assert.That(Enum.GetNames<RunState>().Select(n => n.ToLowerInvariant()), Is.EquivalentTo(Values("Run", "state")));
    }

    private List<string> Members(string schema) => ((JObject)_schemas[schema]!["properties"]!).Properties().Select(p => p.Name).ToList();

    private List<string> Values(string schema, string member) =>
        _schemas[schema]!["properties"]![member]!["enum"]!.Values<string>().ToList()!;

    private static string SpecPath([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../../../api-specs/offerbook/batch/batch.openapi.json");
}
