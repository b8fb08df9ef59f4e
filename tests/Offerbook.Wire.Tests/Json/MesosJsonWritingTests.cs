using Google.Protobuf;
using Mesos.V1;
using Mesos.V1.Master;
using Offerbook.Wire.Json;
using Duration = Google.Protobuf.WellKnownTypes.Duration;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Wire.Tests.Json;

public sealed class MesosJsonWritingTests
{
    [Test]
    public void FrameworkInfo_Written_HasDeclarationOrderAndDefaultsButNotDeprecatedOnes()
    {
        var info = new FrameworkInfo { Name = "n", User = "u", Id = new FrameworkID { Value = "f" } };

        Assert.That(MesosJson.ToText(info),
            Is.EqualTo("""{"user":"u","name":"n","id":{"value":"f"},"failover_timeout":0.0,"checkpoint":false}"""));
    }

    [Test]
    public void FrameworkInfo_WithDeprecatedRole_ShowsIt()
    {
        var info = new FrameworkInfo { Name = "n", User = "u", Role = "r" };

        Assert.That(MesosJson.ToText(info), Does.Contain("\"role\":\"r\""));
    }

    [TestCase(1.0, "1.0")]
    [TestCase(0.1, "0.1")]
    [TestCase(-0.0, "-0.0")]
    [TestCase(1e15, "1000000000000000.0")]
    [TestCase(123456789012345680000.0, "123456789012345680000.0")]
    [TestCase(1e20, "100000000000000000000.0")]
    [TestCase(1e21, "1e21")]
    [TestCase(-1.5e22, "-1.5e22")]
    [TestCase(1.7976931348623157e308, "1.7976931348623157e308")]
    [TestCase(5e-324, "5e-324")]
    [TestCase(0.00001, "0.00001")]
    [TestCase(0.000001, "0.000001")]
    [TestCase(0.0000001, "1e-7")]
    [TestCase(1.25e-5, "0.0000125")]
    [TestCase(1795331888.746839, "1795331888.746839")]
    [TestCase(double.PositiveInfinity, "\"Infinity\"")]
    [TestCase(double.NegativeInfinity, "\"-Infinity\"")]
    public void Double_Written_HasFractionOrExponentAndIsShortest(double value, string expected)
    {
        Assert.That(MesosJson.ToText(new Value.Types.Scalar { Value = value }), Is.EqualTo($$"""{"value":{{expected}}}"""));
    }

    [Test]
    public void Duration_Written_HasBothFieldsEvenWhenZero()
    {
        var drain = new Call.Types.DrainAgent
        {
            AgentId = new AgentID { Value = "a" },
            MaxGracePeriod = new Duration { Seconds = 60 },
        };

        Assert.That(MesosJson.ToText(drain),
            Does.Contain("""
                         "max_grace_period":{"seconds":60,"nanos":0}
                         """));
    }

    [Test]
    public void Text_Written_EscapesControlsAndQuotesOnly()
    {
        var id = new TaskID { Value = "a/b\"\\\b\f\n\r\t\u0001\u001Fé€😀\u007F" };

        Assert.That(MesosJson.ToText(id), Is.EqualTo("{\"value\":\"a/b\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001Fé€😀\u007F\"}"));
    }

    [Test]
    public void Text_LongerThanAPage_IsWrittenWhole()
    {
        var text = string.Concat(Enumerable.Repeat("0123456789é😀\n", 3000));

        var read = MesosJson.Read<TaskID>(MesosJson.ToUtf8(new TaskID { Value = text }));

        Assert.That(read.Value!.Value, Is.EqualTo(text));
    }

    /// <summary>Wherever in a text or a number a page of the output ends.</summary>
    [Test]
    public void TextsAndNumbers_OverPageBoundaries_AreReadBackAsTheyWere([Range(0, 40)] int offset)
    {
        var offer = new Offer
        {
            Id = new OfferID { Value = new string('o', offset) },
            FrameworkId = new FrameworkID { Value = "f" },
            AgentId = new AgentID { Value = "a" },
            Hostname = new string('é', 10_000 + offset),
        };
        for (var i = 0; i < 500; i++)
        {
            offer.Resources.Add(new Resource
            {
                Name = "é" + new string('x', i % 7), Type = Value.Types.Type.Scalar,
                Scalar = new Value.Types.Scalar { Value = 1.0 / (i + 3) }, Role = "*",
            });
        }

        var small = new System.Buffers.ArrayBufferWriter<byte>(1);
        MesosJson.Write(offer, small);

        Assert.That(MesosJson.Read<Offer>(small.WrittenSpan).Value, Is.EqualTo(offer));
    }

    [Test]
    public void Bytes_Written_ArePaddedBase64()
    {
        var message = new TaskStatus { Data = ByteString.CopyFrom(0xfb, 0xff, 1, 2) };

        Assert.That(MesosJson.ToText(message), Does.Contain("\"data\":\"+/8BAg==\""));
    }

    [Test]
    public void Int64_Written_IsANumber()
    {
        Assert.That(MesosJson.ToText(new TimeInfo { Nanoseconds = long.MinValue }), Is.EqualTo("""{"nanoseconds":-9223372036854775808}"""));
    }

    [Test]
    public void Filters_Empty_ShowDefault()
    {
        Assert.That(MesosJson.ToText(new Filters()), Is.EqualTo("""{"refuse_seconds":5.0}"""));
    }
}
