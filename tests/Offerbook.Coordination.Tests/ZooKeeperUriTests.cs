using Offerbook.Coordination.Hosting;
using Offerbook.Coordination.Nodes;

namespace Offerbook.Coordination.Tests;

[TestFixture]
public sealed class ZooKeeperUriTests
{
    [TestCase("zk://h1:2181,h2:2182/mesos", "h1:2181,h2:2182", "/mesos")]
    [TestCase("zk://h1", "h1:2181", "/")]
    [TestCase("zk://h1/", "h1:2181", "/")]
    [TestCase(" zk://h1, h2:7/a/b/ \n", "h1:2181,h2:7", "/a/b")]
    [TestCase("zk://10.0.0.1,[fd00::1],[fd00::2]:99/x", "10.0.0.1:2181,fd00::1:2181,fd00::2:99", "/x")]
    [TestCase("zk://user:p@ss:w@h1:1/x", "h1:1", "/x")]
    public void Address_NamesServersAndPath(string text, string servers, string path)
    {
        var uri = ZooKeeperUri.Parse(text);

        Assert.That((uri.ConnectString, uri.Path), Is.EqualTo((servers, path)));
    }

    [TestCase("h1:2181/mesos", "begins with zk://")]
    [TestCase("zk://", "names a server")]
    [TestCase("zk:///mesos", "names a server")]
    [TestCase("zk://h1,,h2/x", "names a server")]
    [TestCase("zk://h1:0/x", "'h1:0'")]
    [TestCase("zk://h1:70000/x", "'h1:70000'")]
    [TestCase("zk://h1:/x", "'h1:'")]
    [TestCase("zk://fd00::1/x", "'fd00::1'")]
    [TestCase("zk://[h1]:1/x", "'[h1]:1'")]
    [TestCase("zk://h 1/x", "'h 1'")]
    [TestCase("zk://h1/a//b", "without empty parts")]
    [TestCase("zk://h1/a/../b", "'..'")]
    [TestCase("zk://h1/zookeeper/quota", "ZooKeeper's own")]
    [TestCase("zk://sesame@h1/x", "user:password")]
    [TestCase("zk://:sesame@h1/x", "user:password")]
    [TestCase("zk://user:sesame@h1:x/x", "'h1:x'")]
    public void WrongAddress_IsExplained_WithoutThePassword(string text, string part)
    {
        Assert.That(ZooKeeperUri.TryParse(text, out _, out var error), Is.False);
        Assert.That(error, Does.Contain(part).And.Not.Contain("sesame"));
    }

    [Test]
    public void Address_Shown_KeepsThePasswordToItself()
    {
        var uri = ZooKeeperUri.Parse("zk://masters:sesame@h1,[fd00::1]:7/mesos");

        Assert.That(uri.ToString(), Is.EqualTo("zk://masters@h1:2181,[fd00::1]:7/mesos"));
        Assert.That(uri.Credentials, Is.EqualTo("masters:sesame"));
        Assert.That(uri.At("/batch").ToString(), Is.EqualTo("zk://masters@h1:2181,[fd00::1]:7/batch"));
    }

    [Test]
    public async Task Factory_ReadsTheAddressFromAFile()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "zk://masters:sesame@h1/mesos\n");

        var isOne = ElectionFactory.TryCreate("file://" + file, new MasterNodes(), new ElectionSettings(), out var factory, out var error);
        File.Delete(file);

        Assert.That(isOne, Is.True, error);
        Assert.That(factory!.Uri!.ToString(), Is.EqualTo("zk://masters@h1:2181/mesos"));
        Assert.That(ElectionFactory.TryCreate("file://" + file, new MasterNodes(), new ElectionSettings(), out _, out error), Is.False);
        Assert.That(error, Does.Contain(file));
    }

    [TestCase(null)]
    [TestCase("")]
    public async Task Factory_WithoutAnAddress_StandsAlone(string? zk)
    {
        Assert.That(ElectionFactory.TryCreate(zk, new MasterNodes(), new ElectionSettings(), out var factory, out _), Is.True);
        Assert.That(factory!.IsStandalone, Is.True);
        await using var candidate = await factory.StandAsync(new Uri("http://127.0.0.1:5050/"), "x"u8.ToArray());

        Assert.That(candidate.Standing, Is.InstanceOf<Standing.Leads>());
    }

    [Test]
    public void Factory_WithASessionOfNoTime_IsRefused()
    {
        var settings = new ElectionSettings { SessionTimeout = TimeSpan.Zero };

        Assert.That(ElectionFactory.TryCreate("zk://h1", new MasterNodes(), settings, out _, out var error), Is.False);
        Assert.That(error, Does.Contain("session time-out"));
    }
}
