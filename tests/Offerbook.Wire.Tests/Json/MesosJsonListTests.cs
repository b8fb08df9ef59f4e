using System.Buffers;
using System.Text;
using Mesos.V1;
using Offerbook.Wire.Json;

namespace Offerbook.Wire.Tests.Json;

/// <summary>Bodies that are arrays of messages.</summary>
public sealed class MesosJsonListTests
{
    [TestCase("[]", "[]")]
    [TestCase(""" [ {"weight": 2, "role": "a"} , {"weight": "0.5", "x": [1]} ] """, """[{"weight":2.0,"role":"a"},{"weight":0.5}]""")]
    public void List_OfMessages_IsRead(string body, string expected)
    {
        var read = Read<WeightInfo>(body);

        Assert.That(read.Error, Is.Null);
        Assert.That(Text(read.Value!), Is.EqualTo(expected));
    }

    // By the rules for one message and for a list inside one.
    [TestCase("""{"weight": 2}""", WireErrorKind.MalformedJson, "Unexpected JSON type parsed")]
    [TestCase("7", WireErrorKind.MalformedJson, "Unexpected JSON type parsed")]
    [TestCase("null", WireErrorKind.MalformedJson, "Unexpected JSON type parsed")]
    [TestCase("", WireErrorKind.MalformedJson, "syntax error at line 1 near: ")]
    [TestCase("[", WireErrorKind.MalformedJson, "syntax error at line 1 near: ")]
    [TestCase("""[{"weight": 2},]""", WireErrorKind.MalformedJson, "syntax error at line 1 near: ]")]
    [TestCase("""{"weight": 2""", WireErrorKind.MalformedJson, "syntax error at line 1 near: ")]
    [TestCase("""[{"weight": 2}] x""", WireErrorKind.MalformedJson, "Parsed JSON included non-whitespace trailing characters:  x")]
    [TestCase("""[{"weight": true}, nope""", WireErrorKind.MalformedJson, "syntax error at line 1 near: ope")]
    [TestCase("[1]", WireErrorKind.UnfitJson, "Expecting a JSON object")]
    [TestCase("[null]", WireErrorKind.UnfitJson, "Expecting a JSON object")]
    [TestCase("[[]]", WireErrorKind.UnfitJson, "Expecting a JSON object")]
    [TestCase("""[{"weight": true}]""", WireErrorKind.UnfitJson, "Not expecting a JSON boolean for field 'weight'")]
    [TestCase("""[{"weight": 1}, {"role": "a"}]""", WireErrorKind.UnfitJson, "Missing required fields: weight")]
    public void List_Faulty_IsRefusedWithAReason(string body, WireErrorKind kind, string detail)
    {
        Assert.That(Read<WeightInfo>(body).Error, Is.EqualTo(new WireError(kind, detail)));
    }

    [TestCase(MesosJson.MaxDepth - 2, true)]
    [TestCase(MesosJson.MaxDepth - 1, false)]
    public void List_NestedToTheBound_IsRead(int arrays, bool taken)
    {
        var read = Read<WeightInfo>($$"""[{"weight": 1, "unknown": {{new string('[', arrays)}}{{new string(']', arrays)}}}]""");

        Assert.That(read.Error?.Kind, Is.EqualTo(taken ? null : (WireErrorKind?)WireErrorKind.MalformedJson));
    }

    private static ReadResult<IReadOnlyList<T>> Read<T>(string body) where T : class, Google.Protobuf.IMessage<T>, new() =>
        MesosJson.ReadList<T>(Encoding.UTF8.GetBytes(body));

    private static string Text(IReadOnlyList<WeightInfo> messages)
    {
        var output = new ArrayBufferWriter<byte>();
        MesosJson.WriteList(messages, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
