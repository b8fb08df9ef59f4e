using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Wire.Json;

namespace Offerbook.Wire.Tests.Json;

public sealed class MesosJsonReadingTests
{
    private const string NotJson = "Failed to parse body into JSON: ";
    private const string NotFit = "Failed to convert JSON into Call protobuf: ";

    // The texts were seen from a running Mesos.
    [TestCase("{nope", NotJson + "syntax error at line 1 near: nope")]
    [TestCase("{not json", NotJson + "syntax error at line 1 near: not json")]
    [TestCase("", NotJson + "syntax error at line 1 near: ")]
    [TestCase("[]", NotFit + "Expecting a JSON object")]
    [TestCase("""{"framework_id": {}, "type": "REVIVE"}""", NotFit + "Missing required fields: framework_id.value")]
    [TestCase("""{"type": "SUBSCRIBE", "subscribe": {"framework_info": {"name": "x"}}}""",
        NotFit + "Missing required fields: subscribe.framework_info.user")]
    [TestCase("""{"type": "KILL", "kill": {}}""", NotFit + "Missing required fields: kill.task_id")]
    [TestCase("""{"type": {"a": 1}}""", NotFit + "Not expecting a JSON object for field 'type'")]
    [TestCase("""{"subscribe": {"framework_info": {"failover_timeout": "x"}}}""",
        NotFit + "Failed to parse 'x' as a JSON number for field 'failover_timeout': syntax error at line 1 near: x")]
    [TestCase("""{"acknowledge": {"uuid": "!!"}}""", NotFit + "Failed to base64 decode bytes field 'uuid': Invalid character '!'")]
    // By the same rules, not seen.
    [TestCase("{\n\"a\": 1,\n\"b\" 2}", NotJson + "syntax error at line 3 near: 2}")]
    [TestCase("""{"a": nope}""", NotJson + "syntax error at line 1 near: ope}")]
    [TestCase("{} x", NotJson + "Parsed JSON included non-whitespace trailing characters:  x")]
    [TestCase("""{"type": 1, "x": }""", NotJson + "syntax error at line 1 near: }")]
    [TestCase("""{"type": 1}""", NotFit + "Not expecting a JSON number for field 'type'")]
    [TestCase("""{"type": true}""", NotFit + "Not expecting a JSON boolean for field 'type'")]
    [TestCase("""{"type": ["REVIVE"]}""", NotFit + "Not expecting a JSON array for field 'type'")]
    [TestCase("""{"kill": "x"}""", NotFit + "Not expecting a JSON string for field 'kill'")]
    [TestCase("""{"framework_id": {"value": 1}}""", NotFit + "Not expecting a JSON number for field 'value'")]
    [TestCase("""{"accept": {"filters": {"refuse_seconds": 1e999}}}""", NotFit + "Value out of range")]
    [TestCase("""{"accept": {"filters": {"refuse_seconds": "NaN"}}}""",
        NotFit + "Failed to parse 'NaN' as a JSON number for field 'refuse_seconds': syntax error at line 1 near: NaN")]
    [TestCase("""{"accept": {"filters": {"refuse_seconds": "true"}}}""",
        NotFit + "Failed to parse 'true' as a JSON number for field 'refuse_seconds': Unexpected JSON type parsed")]
    public void Call_Faulty_IsRefusedWithTheTextOfMesos(string body, string expected)
    {
        var read = MesosJson.Read<Call>(body);

        Assert.That(read.Value, Is.Null);
        Assert.That(read.Error!.Describe(), Is.EqualTo(expected));
    }

    [TestCase("""{"type": "NO_SUCH"}""", "{}")]
    [TestCase("""{"type": "REVIVE", "nope": {"deep": [1, {"x": null}]}}""", """{"type":"REVIVE"}""")]
    [TestCase("""{"type": null, "revive": null, "framework_id": null}""", "{}")]
    [TestCase("""{"accept": {"filters": null, "operations": [{"type": null, "launch": {"task_infos": null}}, null]}}""",
        """{"accept":{"operations":[{"launch":{}}]}}""")]
    [TestCase("""{"acknowledge": {"agent_id": {"value": "a"}, "task_id": {"value": "t"}, "uuid": "AAEC"}, "message": null}""",
        """{"acknowledge":{"agent_id":{"value":"a"},"task_id":{"value":"t"},"uuid":"AAEC"}}""")]
    [TestCase("""{"type": "REVIVE", "type": "SUPPRESS"}""", """{"type":"SUPPRESS"}""")]
    [TestCase("""{"type": "REVIVE", "type": null}""", "{}")]
    [TestCase("""{"revive": {"roles": "a"}}""", """{"revive":{"roles":["a"]}}""")]
    [TestCase("""{"revive": {"roles": ["a", null, "b"]}}""", """{"revive":{"roles":["a","b"]}}""")]
    [TestCase("""{"revive": {"roles": ["a"], "roles": ["b"]}}""", """{"revive":{"roles":["b"]}}""")]
    [TestCase("""{"revive": {"roles": ["a"]}, "revive": {}}""", """{"revive":{}}""")]
    [TestCase("""{"revive": {"role": "a"}}""", """{"revive":{}}""")]
    [TestCase("""{"Type": "REVIVE"}""", "{}")]
    [TestCase("""{"ty\u0070e": "REV\u0049VE"}""", """{"type":"REVIVE"}""")]
    [TestCase("""{"accept": {"offer_ids": {"value": "o"}}}""", """{"accept":{"offer_ids":[{"value":"o"}]}}""")]
    [TestCase("""{"accept": {"filters": {"refuse_seconds": 7}}}""", """{"accept":{"filters":{"refuse_seconds":7.0}}}""")]
    [TestCase("""{"accept": {"filters": {"refuse_seconds": " 7.5 "}}}""", """{"accept":{"filters":{"refuse_seconds":7.5}}}""")]
    [TestCase("""{"accept": {"filters": {"refuse_seconds": "-Infinity"}}}""",
        """{"accept":{"filters":{"refuse_seconds":"-Infinity"}}}""")]
    [TestCase("""{"subscribe": {"framework_info": {"user":"u","name":"n","checkpoint":"true","failover_timeout":1}}}""",
        """{"subscribe":{"framework_info":{"user":"u","name":"n","failover_timeout":1.0,"checkpoint":true}}}""")]
    public void Call_InAnUnusualForm_IsUnderstood(string body, string expected)
    {
        var read = MesosJson.Read<Call>(body);

        Assert.That(read.Error, Is.Null);
        Assert.That(MesosJson.ToText(read.Value!), Is.EqualTo(expected));
    }

    [TestCase("1.9", 1)]
    [TestCase("-1.9", -1)]
    [TestCase("\"12\"", 12)]
    [TestCase("\"1e3\"", 1000)]
    [TestCase("9223372036854775807", long.MaxValue)]
    [TestCase("-9223372036854775808", long.MinValue)]
    public void Int64_FromNumberOrString_IsTruncated(string json, long expected)
    {
        Assert.That(MesosJson.Read<TimeInfo>($$"""{"nanoseconds":{{json}}}""").Value!.Nanoseconds, Is.EqualTo(expected));
    }

    [TestCase("9223372036854775808")]
    [TestCase("1e19")]
    [TestCase("-1e19")]
    public void Int64_BeyondItsRange_IsRefused(string json)
    {
        Assert.That(MesosJson.Read<TimeInfo>($$"""{"nanoseconds":{{json}}}""").Error!.Detail,
            Is.EqualTo("Value out of range for field 'nanoseconds'"));
    }

    [TestCase("4294967296")]
    [TestCase("-1")]
    public void UInt32_BeyondItsRange_IsRefused(string json)
    {
        Assert.That(MesosJson.Read<MasterInfo>($$"""{"id": "m", "port": 1, "ip":{{json}}}""").Error!.Detail,
            Is.EqualTo("Value out of range for field 'ip'"));
    }

    [Test]
    public void Text_NotUtf8_IsRefusedWithItsPlace()
    {
        byte[] body = [.. "{\"value\":\"a"u8, 0xff, .. "\"}"u8];

        Assert.That(MesosJson.Read<FrameworkID>(body).Error!.Describe(),
            Is.EqualTo("Failed to parse body into JSON: text that is not Unicode at line 1 near: }"));
    }

    [TestCase("\"AAEC\"", "AAEC")]
    [TestCase("\" A A\\nEC \"", "AAEC")]
    [TestCase("\"AAE\"", "AAE=")]
    [TestCase("\"AAE=\"", "AAE=")]
    [TestCase("\"AA\"", "AA==")]
    [TestCase("\"AA==garbage!\"", "AA==")]
    [TestCase("\"A\"", "")]
    [TestCase("\"\"", "")]
    [TestCase("\"+/+/\"", "+/+/")]
    [TestCase("\"\\u0041AEC\"", "AAEC")]
    public void Bytes_InLenientBase64_AreRead(string json, string expected)
    {
        Assert.That(
            MesosJson.Read<TaskInfo>($$"""{"name":"n","task_id":{"value":"t"},"agent_id":{"value":"a"},"data":{{json}}}""")
                .Value!.Data.ToBase64(),
            Is.EqualTo(expected));
    }

    [TestCase("\"-_8=\"", '-')]
    [TestCase("\"AA.\"", '.')]
    public void Bytes_InAnotherAlphabet_AreRefused(string json, char stranger)
    {
        Assert.That(MesosJson.Read<TaskInfo>($$"""{"data":{{json}}}""").Error!.Detail,
            Is.EqualTo($"Failed to base64 decode bytes field 'data': Invalid character '{stranger}'"));
    }

    [Test]
    public void RequiredEnum_WithUnknownName_IsRefusedButOptionalIsDropped()
    {
        Assert.That(MesosJson.Read<Resource>("""{"name":"x","type":"NO_SUCH"}""").Error!.Detail,
            Is.EqualTo("Failed to find enum for 'NO_SUCH'"));
        Assert.That(MesosJson.ToText(MesosJson.Read<CapabilityInfo>("""{"capabilities":["CHOWN","NO_SUCH","KILL"]}""").Value!),
            Is.EqualTo("""{"capabilities":["CHOWN","KILL"]}"""));
    }

    [Test]
    public void Map_WithNullAndRepeatedKeys_KeepsTheLast()
    {
        var read = MesosJson.Read<TaskInfo>("""
            {"name":"n","task_id":{"value":"t"},"agent_id":{"value":"a"},
             "limits":{"cpus":{"value":1},"mem":{"value":"Infinity"},"cpus":{"value":2},"gpus":{"value":1},"gpus":null}}
            """);

        Assert.That(read.Value!.Limits.ToDictionary(p => p.Key, p => p.Value.Value),
            Is.EqualTo(new Dictionary<string, double> { ["cpus"] = 2, ["mem"] = double.PositiveInfinity }));
    }

    [Test]
    public void Map_WithIncompleteValue_NamesItsPath()
    {
        Assert.That(
            MesosJson.Read<TaskInfo>("""{"name":"n","task_id":{"value":"t"},"agent_id":{"value":"a"},"limits":{"cpus":{}}}""")
                .Error!.Detail,
            Is.EqualTo("Missing required fields: limits[0].value.value"));
    }

    [Test]
    public void Oneof_NullOfAnotherMember_DoesNotUnsetIt()
    {
        var read = MesosJson.Read<AttributeConstraint.Types.Predicate>("""{"exists":{},"text_equals":null}""");

        Assert.That(read.Value!.PredicateCase, Is.EqualTo(AttributeConstraint.Types.Predicate.PredicateOneofCase.Exists));
    }

    [Test]
    public void Oneof_SeveralMembers_LastWins()
    {
        var read = MesosJson.Read<AttributeConstraint.Types.Selector>("""{"pseudoattribute_type":"HOSTNAME","attribute_name":"rack"}""");

        Assert.That(MesosJson.ToText(read.Value!), Is.EqualTo("""{"attribute_name":"rack"}"""));
    }

    [Test]
    public void Duration_AsText_IsRefused()
    {
        Assert.That(
            MesosJson.Read<Mesos.V1.Master.Call>("""{"drain_agent":{"agent_id":{"value":"a"},"max_grace_period":"60s"}}""").Error!.Detail,
            Is.EqualTo("Not expecting a JSON string for field 'max_grace_period'"));
    }

    [TestCase(MesosJson.MaxDepth - 1, true)]
    [TestCase(MesosJson.MaxDepth, false)]
    public void Nesting_BeyondTheBound_IsRefused(int arrays, bool taken)
    {
        var read = MesosJson.Read<Call>($$"""{"unknown":{{new string('[', arrays)}}{{new string(']', arrays)}}}""");

        Assert.That(read.Error?.Kind, Is.EqualTo(taken ? null : (WireErrorKind?)WireErrorKind.MalformedJson));
    }

    [Test]
    public void Nesting_OfMessages_IsReadToTheBound()
    {
        string Nested(int depth) => string.Concat(Enumerable.Repeat("{\"value\":\"c\",\"parent\":", depth))
            + "{\"value\":\"root\"}" + new string('}', depth);

        Assert.That(MesosJson.Read<ContainerID>(Nested(MesosJson.MaxDepth - 1)).Error, Is.Null);
        Assert.That(MesosJson.Read<ContainerID>(Nested(MesosJson.MaxDepth)).Error!.Kind, Is.EqualTo(WireErrorKind.MalformedJson));
    }
}
