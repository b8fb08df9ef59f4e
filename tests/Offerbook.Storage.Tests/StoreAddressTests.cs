namespace Offerbook.Storage.Tests;

[TestFixture]
internal sealed class StoreAddressTests
{
    [TestCase("sqlite:/var/lib/offerbook/journal.db")]
    [TestCase("sqlite:///var/lib/offerbook/journal.db")]
    [TestCase(" SQLite:/var/lib/offerbook/../offerbook/journal.db\n")]
    public void Parse_AFile_GivesItsFullPath(string text)
    {
        var address = StoreAddress.Parse(text);
        Assert.That(address, Is.EqualTo(new StoreAddress.OfFile("/var/lib/offerbook/journal.db")));
        Assert.That(address.ToString(), Is.EqualTo("sqlite:/var/lib/offerbook/journal.db"));
    }

    [Test]
    public void Parse_ARelativeFile_IsTakenFromTheWorkingDirectory() =>
        Assert.That(StoreAddress.Parse("sqlite:data/j.db"), Is.EqualTo(new StoreAddress.OfFile(Path.GetFullPath("data/j.db"))));

    [TestCase("sqlite:")]
    [TestCase("mysql://host/db")]
    [TestCase("")]
    [TestCase("file:/nowhere/at/all")]
    public void Parse_AnythingElse_SaysWhatAStoreLooksLike(string text) =>
        Assert.That(() => StoreAddress.Parse(text), Throws.TypeOf<FormatException>());

    [Test]
    public void Parse_AFileThatHoldsTheAddress_ReadsItsFirstLine()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "sqlite:/data/j.db\nnot read\n");
            Assert.That(StoreAddress.Parse("file:" + file), Is.EqualTo(new StoreAddress.OfFile("/data/j.db")));
            Assert.That(StoreAddress.Parse("file://" + file), Is.EqualTo(new StoreAddress.OfFile("/data/j.db")));
            File.WriteAllText(file, "file:" + file);
            Assert.That(() => StoreAddress.Parse("file:" + file), Throws.TypeOf<FormatException>().With.Message.Contains("yet another file"));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
