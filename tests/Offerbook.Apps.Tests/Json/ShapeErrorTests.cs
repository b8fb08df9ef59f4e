using Newtonsoft.Json;
using Offerbook.Apps.Json;

namespace Offerbook.Apps.Tests.Json;

public sealed class ShapeErrorTests
{
    [TestCase("{}", "/id: error.path.missing")]
    [TestCase("{'id': 1}", "/id: error.expected.jsstring")]
    [TestCase("{'id': '/App!'}", "/id: error.pattern")]
    [TestCase("{'id': ''}", "/id: error.minLength")]
    [TestCase("{'id': 'a', 'instances': 0.5}", "/instances: error.expected.int")]
    [TestCase("{'id': 'a', 'instances': 'x'}", "/instances: error.expected.jsnumber")]
    [TestCase("{'id': 'a', 'instances': -1}", "/instances: error.min")]
    [TestCase("{'id': 'a', 'instances': 3000000000}", "/instances: error.expected.int")]
    [TestCase("{'id': 'a', 'cpus': 0}", "/cpus: error.min")]
    [TestCase("{'id': 'a', 'mem': '1'}", "/mem: error.expected.jsnumber")]
    [TestCase("{'id': 'a', 'mem': 1e400}", "/mem: error.max")]
    [TestCase("{'id': 'a', 'args': 'x'}", "/args: error.expected.jsarray")]
    [TestCase("{'id': 'a', 'args': ['x', 1]}", "/args(1): error.expected.jsstring")]
    [TestCase("{'id': 'a', 'labels': {'x': 1}}", "/labels/x: error.expected.jsstring")]
    [TestCase("{'id': 'a', 'labels': []}", "/labels: error.expected.jsobject")]
    [TestCase("{'id': 'a', 'requirePorts': 'yes'}", "/requirePorts: error.expected.jsboolean")]
    [TestCase("{'id': 'a', 'killSelection': 'x'}", "/killSelection: error.unknown.enum.literal")]
    [TestCase("{'id': 'a', 'portDefinitions': [{'port': 70000}]}", "/portDefinitions(0)/port: error.max")]
    [TestCase("{'id': 'a', 'upgradeStrategy': {'minimumHealthCapacity': 2}}",
        "/upgradeStrategy/minimumHealthCapacity: error.max", "/upgradeStrategy/maximumOverCapacity: error.path.missing")]
    [TestCase("{'id': 'a', 'healthChecks': [{'protocol': 'FTP'}]}", "/healthChecks(0)/protocol: error.unknown.enum.literal")]
    [TestCase("{'id': 'a', 'container': {'docker': {}}}", "/container/docker/image: error.path.missing")]
    [TestCase("{'id': 'a', 'container': {'volumes': [{'containerPath': 'x', 'mode': 'RW'}]}}", "/container/volumes(0)/hostPath: error.path.missing")]
    [TestCase("{'id': 'a', 'env': {'A': 1}}", "/env/A: error.expected.jsstring")]
    [TestCase("{'id': 'a', 'unreachableStrategy': 'off'}", "/unreachableStrategy: error.unknown.enum.literal")]
    [TestCase("[]", "/: error.expected.jsobject")]
    [TestCase("'a'", "/: error.expected.jsobject")]
    public void ReadApp_WrongShape_NamesEveryPath(string json, params string[] problems)
    {
        var error = Documents.ReadApp(Given.Bytes(json)).Error;
        Assert.That((string?)error?.Body["message"], Is.EqualTo("Invalid JSON"));
        Assert.That(Given.Problems(error), Is.EqualTo(problems));
    }

    [Test]
    public void ReadApp_WrongType_AnswersInTheExactForm() =>
        Assert.That(Documents.ReadApp("{\"id\":1}"u8).Error!.Body.ToString(Formatting.None),
            Is.EqualTo("{\"message\":\"Invalid JSON\",\"details\":[{\"path\":\"/id\",\"errors\":[\"error.expected.jsstring\"]}]}"));

    [Test]
    public void ReadGroup_WrongApp_NamesItsPlace() =>
        Assert.That(
            Given.Problems(Documents.ReadGroup(Given.Bytes("{'groups': [{'id': 'g', 'apps': [{'id': 'a'}, {'cmd': 'x'}]}]}")).Error),
            Is.EqualTo(new[] { "/groups(0)/apps(1)/id: error.path.missing" }));

    [Test]
    public void ReadAppUpdates_OneElementWithoutId_IsNamed() =>
        Assert.That(Given.Problems(Documents.ReadAppUpdates(Given.Bytes("[{'id': 'a'}, {'instances': 1}]")).Error),
            Is.EqualTo(new[] { "(1)/id: error.path.missing" }));

    [TestCase("{'id': 'a', 'instances': 2.0, 'killSelection': 'youngest_first', 'whatever': [1], 'user': null}")]
    public void ReadApp_TolerableShape_IsTaken(string json) =>
        Assert.That(Documents.ReadApp(Given.Bytes(json)).Value!.Instances, Is.EqualTo(2));

    [Test]
    public void ReadApp_BadVersion_SaysWhichTimestamp() =>
        Assert.That(Documents.ReadAppUpdate(Given.Bytes("{'version': 'tomorrow'}")).Error!.Message,
            Is.EqualTo("Invalid timestamp provided 'tomorrow'. Expecting ISO-8601 datetime string."));

    [TestCase("{id: 1}")]
    [TestCase("{\"id\": 'a'}")]
    [TestCase("{} {}")]
    [TestCase("{\"id\": \"\xff\"")]
    [TestCase("// c\n{}")]
    [TestCase("{\"a\": NaN}")]
    public void ReadApp_NotJson_IsBroken(string text) =>
        Assert.That(Documents.ReadApp(System.Text.Encoding.Latin1.GetBytes(text)).Error!.Message, Is.EqualTo("Invalid JSON"));

    [Test]
    public void ReadGroup_NestedWithoutEnd_IsRefusedNotOverflowing()
    {
        var bottomless = string.Concat(Enumerable.Repeat("{\"groups\":[", 100_000));
        Assert.That(Documents.ReadGroup(System.Text.Encoding.UTF8.GetBytes(bottomless)).Error!.Status, Is.EqualTo(400));
    }
}
