using Mesos.V1;
using Offerbook.Wire.Json;

namespace Offerbook.Resources.Tests;

public sealed class ResourceFormatTests
{
    private const string Cpus = "\"name\":\"cpus\",\"type\":\"SCALAR\",\"scalar\":{\"value\":1.0}";

    private static readonly ResourceBag Unreserved = ResourceBag.Parse("cpus:1");
    private static readonly ResourceBag Static = ResourceBag.Parse("cpus(web):1");
    private static readonly ResourceBag Dynamic = ResourceBag.Of(Bags.Entry(new("cpus", Bags.Dynamic("web", "alice")), 1));
    private static readonly ResourceBag Refined = ResourceBag.Of(Bags.Entry(
        new("cpus",
            new ReservationStack(new Reservation(ReservationType.Static, "web"), new Reservation(ReservationType.Dynamic, "web/shop"))),
                1));

    [TestCase(ResourceFormat.PreRefinement, "{" + Cpus + ",\"role\":\"*\"}")]
    [TestCase(ResourceFormat.PostRefinement, "{" + Cpus + "}")]
    [TestCase(ResourceFormat.Endpoint, "{" + Cpus + ",\"role\":\"*\"}")]
    public void Write_Unreserved_SaysItInTheFormat(ResourceFormat format, string json) => AssertWritten(Unreserved, format, json);

    [TestCase(ResourceFormat.PreRefinement, "{" + Cpus + ",\"role\":\"web\"}")]
    [TestCase(ResourceFormat.PostRefinement, "{" + Cpus + ",\"reservations\":[{\"type\":\"STATIC\",\"role\":\"web\"}]}")]
    [TestCase(ResourceFormat.Endpoint, "{" + Cpus + ",\"role\":\"web\",\"reservations\":[{\"type\":\"STATIC\",\"role\":\"web\"}]}")]
    public void Write_Static_SaysItInTheFormat(ResourceFormat format, string json) => AssertWritten(Static, format, json);

    [TestCase(ResourceFormat.PreRefinement, "{" + Cpus + ",\"role\":\"web\",\"reservation\":{\"principal\":\"alice\"}}")]
    [TestCase(ResourceFormat.PostRefinement, "{" + Cpus + ",\"reservations\":[{\"type\":\"DYNAMIC\",\"role\":\"web\",\"principal\":\"alice\"}]}")]
    [TestCase(ResourceFormat.Endpoint, "{" + Cpus + ",\"role\":\"web\",\"reservation\":{\"principal\":\"alice\"},\"reservations\":[{\"type\":\"DYNAMIC\",\"role\":\"web\",\"principal\":\"alice\"}]}")]
    public void Write_Dynamic_SaysItInTheFormat(ResourceFormat format, string json) => AssertWritten(Dynamic, format, json);

    [Test]
    public void Write_Refined_IsTheStackInEveryFormat([Values] ResourceFormat format) => AssertWritten(
        Refined,
        format,
        "{" + Cpus + ",\"reservations\":[{\"type\":\"STATIC\",\"role\":\"web\"},{\"type\":\"DYNAMIC\",\"role\":\"web/shop\"}]}");

    [TestCase("\"type\":\"RANGES\"", "exactly 'ranges'")]
    [TestCase("\"type\":\"TEXT\"", "Unsupported resource type")]
    [TestCase("\"type\":\"SCALAR\",\"ranges\":{}", "exactly 'scalar'")]
    [TestCase("\"role\":\"a\",\"reservations\":[{\"type\":\"DYNAMIC\",\"role\":\"a\"}]", "only when there is exactly one and they agree")]
    [TestCase("\"role\":\"b\",\"reservations\":[{\"type\":\"STATIC\",\"role\":\"a\"}]", "only when there is exactly one and they agree")]
    [TestCase("\"reservations\":[{\"role\":\"a\"}]", "type must be STATIC or DYNAMIC")]
    [TestCase("\"reservations\":[{\"type\":\"DYNAMIC\",\"role\":\"*\"}]", "cannot be reserved")]
    [TestCase("\"reservations\":[{\"type\":\"DYNAMIC\",\"role\":\"a\"},{\"type\":\"STATIC\",\"role\":\"a/b\"}]", "cannot be STATIC")]
    [TestCase("\"reservations\":[{\"type\":\"DYNAMIC\",\"role\":\"a\"},{\"type\":\"DYNAMIC\",\"role\":\"ab\"}]", "is not a refinement")]
    [TestCase("\"reservation\":{}", "cannot be dynamically reserved")]
    [TestCase("\"role\":\"a\",\"reservation\":{\"role\":\"a\"}", "belong in 'reservations'")]
    [TestCase("\"role\":\"a//b\"", "two adjacent slashes")]
    [TestCase("\"role\":\"a\",\"revocable\":{}", "Revocable resources cannot be reserved")]
    [TestCase("\"shared\":{}", "Only persistent volumes")]
    [TestCase("\"disk\":{}", "DiskInfo should not be set for cpus")]
    [TestCase("\"name\":\"disk\",\"disk\":{\"source\":{\"type\":\"BLOCK\",\"path\":{}}}", "must not set the path or mount")]
    [TestCase("\"name\":\"disk\",\"disk\":{\"source\":{\"type\":\"UNKNOWN\"}}", "Unsupported disk source")]
    [TestCase("\"name\":\"disk\",\"disk\":{\"persistence\":{\"id\":\"v\"}},\"revocable\":{}", "cannot be persistent volumes")]
    [TestCase("\"name\":\"\"", "Empty resource name")]
    [TestCase("\"allocation_info\":{\"role\":\"\"}", "Role names cannot be the empty string")]
    public void Read_ABadMessage_SaysWhatIsWrong(string members, string expected)
    {
        // Later members win over earlier ones of the same name.
        var resource = MesosJson.Read<Resource>("{" + Cpus + "," + members + "}").Value!;

        var reading = ResourceReader.Read([resource, .. ResourceBag.Parse("mem:1").ToProto(ResourceFormat.Endpoint)]);

        Assert.That(string.Join("; ", reading.Problems), Does.Contain(expected));
        Assert.That(reading.Bag, Is.EqualTo(ResourceBag.Parse("mem:1")));
    }

    [Test]
    public void Read_ADiskWithEverything_KeepsEverything()
    {
        const string json = """
            {"name":"disk","type":"SCALAR","scalar":{"value":8.0},"disk":{"persistence":{"id":"v","principal":"p"},"volume":{"mode":"RW","container_path":"data"},"source":{"type":"MOUNT","mount":{"root":"/m"},"vendor":"x","id":"i","metadata":{"labels":[{"key":"k"}]},"profile":"fast"}},"reservations":[{"type":"DYNAMIC","role":"web","labels":{"labels":[{"key":"k","value":"v"}]}}],"provider_id":{"value":"rp"},"shared":{}}
            """;
        var resource = MesosJson.Read<Resource>(json).Value!;

        var written = ResourceReader.Read([resource]).Bag.ToProto(ResourceFormat.PostRefinement);

        Assert.That(written, Has.Count.EqualTo(1));
        Assert.That(written[0], Is.EqualTo(resource));
    }

    private static void AssertWritten(ResourceBag bag, ResourceFormat format, string json)
    {
        var written = bag.ToProto(format)[0];
        Assert.That(written, Is.EqualTo(MesosJson.Read<Resource>(json).Value));
        Assert.That(MesosJson.ToText(written), Has.Length.EqualTo(json.Length));
    }
}
