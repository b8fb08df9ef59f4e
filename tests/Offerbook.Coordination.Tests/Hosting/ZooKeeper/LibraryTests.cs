using Offerbook.Coordination.Hosting.ZooKeeper.Native;

namespace Offerbook.Coordination.Tests.Hosting.ZooKeeper;

[TestFixture]
public sealed class LibraryTests
{
    [Test]
    public void Library_ThatIsNotInstalled_IsNamedWithItsPackage() =>
        Assert.That(static () => ZooKeeperLibrary.Load("libzookeeper_nowhere.so.2"), Throws.TypeOf<ZooKeeperLibraryMissingException>()
            .With.Message.EqualTo("ZooKeeper's client library libzookeeper_nowhere.so.2 cannot be loaded. "
                + "Install it (Debian and Ubuntu: apt-get install libzookeeper-mt2) or start without --zk."));
}
