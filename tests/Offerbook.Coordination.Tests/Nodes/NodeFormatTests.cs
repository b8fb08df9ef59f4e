using System.Text;
using Offerbook.Coordination.Nodes;

namespace Offerbook.Coordination.Tests.Nodes;

[TestFixture]
public sealed class NodeFormatTests
{
    [TestCase("""{"address":{"hostname":"m1","ip":"10.0.0.1","port":5050},"hostname":"m1","ip":16777226,"port":5050}""", "http://10.0.0.1:5050/")]
    [TestCase("""{"address":{"hostname":"m1","port":5050}}""", "http://m1:5050/")]
    [TestCase("""{"hostname":"m1","id":"x","ip":16777226,"pid":"master@10.0.0.1:5050","port":5050}""", "http://10.0.0.1:5050/")]
    [TestCase("""{"address":{"ip":"fd00::1","port":5050}}""", "http://[fd00::1]:5050/")]
    [TestCase("""{"address":{"ip":"10.0.0.1"}}""", null)]
    [TestCase("""{"address":{"ip":"10.0.0.1","port":70000}}""", null)]
    [TestCase("[1]", null)]
    [TestCase("not json", null)]
    [TestCase("", null)]
    public void Master_SaysWhereItIs(string json, string? address) =>
        Assert.That(new MasterNodes().AddressIn(Encoding.UTF8.GetBytes(json))?.ToString(), Is.EqualTo(address));

    [Test]
    public void Master_SaysItsHostName() =>
        Assert.That(
            MasterNodes.HostnameIn("""{"address":{"hostname":"inside","ip":"10.0.0.1","port":5050},"hostname":"shown"}"""u8.ToArray()),
            Is.EqualTo("shown"));

    [TestCase("json.info_0000000042", 42)]
    [TestCase("json.info_0", null)]
    [TestCase("info_0000000042", null)]
    [TestCase("log_replicas", null)]
    public void Master_IsToldByItsNode(string name, int? sequence) => Assert.That(new MasterNodes().SequenceOf(name), Is.EqualTo(sequence));

    [TestCase("latch-0000000007", 7)]
    [TestCase("_c_2f1d3c51-0d7e-4a62-9c5f-6a58e94b1c11-latch-0000000007", 7)]
    [TestCase("latch-7", null)]
    [TestCase("lock-0000000007", null)]
    public void Latch_IsToldByItsNode(string name, int? sequence) => Assert.That(new LatchNodes().SequenceOf(name), Is.EqualTo(sequence));

    [TestCase("10.0.0.1:8080", "http://10.0.0.1:8080/")]
    [TestCase("[fd00::1]:8080", "http://[fd00::1]:8080/")]
    [TestCase("https://m1:8443/", "https://m1:8443/")]
    [TestCase("ftp://m1:21/", null)]
    [TestCase("no address", null)]
    public void Latch_SaysWhereItIs(string data, string? address) =>
        Assert.That(new LatchNodes().AddressIn(Encoding.UTF8.GetBytes(data))?.ToString(), Is.EqualTo(address));

    [TestCase("http://[fd00::1]:8080/")]
    [TestCase("http://m1:8080/")]
    public void Latch_OfAnAddress_SaysTheSameAgain(string address) =>
        Assert.That(new LatchNodes().AddressIn(LatchNodes.DataOf(new Uri(address))), Is.EqualTo(new Uri(address)));
}
