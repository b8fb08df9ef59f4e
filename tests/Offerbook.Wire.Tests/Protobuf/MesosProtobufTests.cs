using Google.Protobuf;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Wire.Protobuf;

namespace Offerbook.Wire.Tests.Protobuf;

public sealed class MesosProtobufTests
{
    [Test]
    public void Call_WithUnknownTypeNumber_ReadsAsUnset()
    {
        var read = MesosProtobuf.Read<Call>(new Call { Type = (Call.Types.Type)99 }.ToByteArray());

        Assert.That(read.Value!.HasType, Is.False);
    }

    [TestCase(new byte[] { 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07 })]
    [TestCase(new byte[] { 0x0A, 0x07, 0x0A, 0x05, 0x66, 0x75, 0x7A, 0x7A, 0x31, 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x10, 0x0B })]
    [TestCase(new byte[] { 0x1A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 })]
    [TestCase(new byte[] { 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x0A, 0x09, 0x0A, 0x07, 0x66, 0x75, 0x7A, 0x7A })]
    [TestCase(new byte[] { 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x0A, 0x09 })]
    public void Call_WithLengthBeyondAllNumbers_IsMalformed(byte[] bytes)
    {
        var read = MesosProtobuf.Read<Call>(bytes);

        Assert.That(read.Error?.Kind, Is.EqualTo(WireErrorKind.MalformedProtobuf));
    }

    [Test]
    public void RepeatedEnum_WithUnknownNumbers_LosesThem()
    {
        var info = new CapabilityInfo { Capabilities = { CapabilityInfo.Types.Capability.Chown, (CapabilityInfo.Types.Capability)999 } };

        var read = MesosProtobuf.Read<CapabilityInfo>(info.ToByteArray());

        Assert.That(read.Value!.Capabilities, Is.EqualTo(new[] { CapabilityInfo.Types.Capability.Chown }));
    }

    [Test]
    public void RequiredEnum_WithUnknownNumber_IsMissing()
    {
        var status = new Mesos.V1.TaskStatus { TaskId = new TaskID { Value = "t" }, State = (TaskState)99 };

        var read = MesosProtobuf.Read<Mesos.V1.TaskStatus>(status.ToByteArray());

        Assert.That(read.Error, Is.EqualTo(new WireError(WireErrorKind.MalformedProtobuf, "Missing required fields: state")));
    }

    [Test]
    public void RequiredField_Missing_IsNamedWithItsPath()
    {
        var call = new Call
        {
            Type = Call.Types.Type.Accept,
            FrameworkId = new FrameworkID(),
            Accept = new Call.Types.Accept { OfferIds = { new OfferID { Value = "o" }, new OfferID() } },
        };

        var read = MesosProtobuf.Read<Call>(call.ToByteArray());

        Assert.That(read.Error!.Detail, Is.EqualTo("Missing required fields: framework_id.value, accept.offer_ids[1].value"));
        Assert.That(read.Error.Describe(), Is.EqualTo("Failed to parse body into Call protobuf"));
    }

    [Test]
    public void Bytes_CutShort_AreRefused()
    {
        var bytes = new FrameworkID { Value = "framework" }.ToByteArray();

        Assert.That(MesosProtobuf.Read<FrameworkID>(bytes.AsSpan(0, 5)).Error!.Kind, Is.EqualTo(WireErrorKind.MalformedProtobuf));
    }

    [Test]
    public void Text_NotUtf8_IsReadWithReplacementCharacters()
    {
        Assert.That(MesosProtobuf.Read<FrameworkID>([0x0a, 2, (byte)'a', 0xff]).Value!.Value, Is.EqualTo("a\uFFFD"));
    }

    [Test]
    public void UnknownField_IsKept()
    {
        byte[] bytes = [0x0a, 1, (byte)'f', 0x78, 5];

        Assert.That(MesosProtobuf.Read<FrameworkID>(bytes).Value!.ToByteArray(), Is.EqualTo(bytes));
    }
}
