using Google.Protobuf.Reflection;
using Offerbook.Wire.Json;

namespace Offerbook.Wire.Tests;

/// <summary>
/// Messages as they have always looked: <c>Golden/API.kind.TYPE.json</c> in JSON, <c>….protobuf</c> the same message as base64.
/// Files are added, never edited: a difference means that what is stored or spoken elsewhere cannot be read any more.
/// </summary>
public sealed class GoldenTests
{
    private static readonly Dictionary<string, MessageDescriptor> s_types = new()
    {
        ["scheduler.call"] = Mesos.V1.Scheduler.Call.Descriptor,
        ["scheduler.event"] = Mesos.V1.Scheduler.Event.Descriptor,
        ["executor.call"] = Mesos.V1.Executor.Call.Descriptor,
        ["executor.event"] = Mesos.V1.Executor.Event.Descriptor,
        ["master.call"] = Mesos.V1.Master.Call.Descriptor,
        ["master.event"] = Mesos.V1.Master.Event.Descriptor,
        ["master.response"] = Mesos.V1.Master.Response.Descriptor,
        ["agent.response"] = Mesos.V1.Agent.Response.Descriptor,
    };

    public static IEnumerable<string> Names => Directory
        .GetFiles(Path.Combine(TestContext.CurrentContext.TestDirectory, "Golden"), "*.json")
        .Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal);

    [Test]
    public void Files_AreThere()
    {
        Assert.That(Names.Count(), Is.GreaterThanOrEqualTo(30));
    }

    [TestCaseSource(nameof(Names))]
    public void Message_ReadFromJson_IsWrittenTheSame(string name)
    {
        var json = ReadFile(name, "json");

        var (message, error) = AnyMessage.Read(Type(name), System.Text.Encoding.UTF8.GetBytes(json), MessageFormat.Json);

        Assert.That(error, Is.Null);
        Assert.That(MesosJson.ToText(message!), Is.EqualTo(json));
    }

    [TestCaseSource(nameof(Names))]
    public void Message_ReadFromProtobuf_IsTheSameAsFromJson(string name)
    {
        var bytes = Convert.FromBase64String(ReadFile(name, "protobuf"));

        var (message, error) = AnyMessage.Read(Type(name), bytes, MessageFormat.Protobuf);

        Assert.That(error, Is.Null);
        Assert.That(MesosJson.ToText(message!), Is.EqualTo(ReadFile(name, "json")));
        Assert.That(MessageCodec.ToBytes(message!, MessageFormat.Protobuf), Is.EqualTo(bytes));
    }

    private static MessageDescriptor Type(string name) => s_types[name[..name.LastIndexOf('.')]];

    private static string ReadFile(string name, string extension) => File
        .ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "Golden", $"{name}.{extension}")).TrimEnd('\n');
}
