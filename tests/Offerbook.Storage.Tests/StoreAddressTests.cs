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

    [TestCase("postgres://ann:se%3Acret@db1:5433,[::1]/jobs?schema=Other", "postgres://ann@db1:5433,[::1]:5432/jobs?schema=Other")]
    [TestCase("postgresql://ann:se%3Acret@db1/jobs?sslmode=verify-full&sslrootcert=/ca.pem&patience=5", "postgres://ann@db1:5432/jobs")]
    [TestCase("postgres://ann@db1?password=se:cret", "postgres://ann@db1:5432/ann")]
    public void Parse_ADatabase_NeverPrintsThePassword(string text, string printed)
    {
        var address = StoreAddress.Parse(text);
        Assert.That(address.ToString(), Is.EqualTo(printed));
        Assert.That($"{((StoreAddress.InPostgres)address).Database}", Is.EqualTo(printed));
    }

    [Test]
    public void Parse_ADatabase_TakesItApart()
    {
        var database = (
            (StoreAddress.InPostgres)StoreAddress.Parse(
                "postgres://ann:p%40ss@db1,db2:5433/jobs?sslmode=require&passfile=/run/pw&patience=0&connect_timeout=7")).Database;
        Assert.That(database.Hosts, Is.EqualTo(new[] { ("db1", 5432), ("db2", 5433) }));
        Assert.That((database.User, database.Database, database.Schema, database.Password),
            Is.EqualTo(("ann", "jobs", "offerbook", "p@ss")));
        Assert.That((database.SslMode, database.PasswordFile, database.Patience, database.ConnectTimeout),
            Is.EqualTo(("require", "/run/pw", TimeSpan.Zero, TimeSpan.FromSeconds(7))));
    }

    [TestCase("postgres://ann:secret@db1/jobs?sslmode=maybe", "sslmode")]
    [TestCase("postgres://ann:secret@db1/jobs?patience=-1", "patience")]
    [TestCase("postgres://ann:secret@db1/jobs?pool=9", "pool")]
    [TestCase("postgres://ann:sec:ret/secret@db1/jobs", "percent-encoded")]
    [TestCase("postgres://ann:secret@db1:99999/jobs", "port")]
    public void Parse_ADatabaseWithAFault_NamesItAndNotThePassword(string text, string named) =>
        Assert.That(() => StoreAddress.Parse(text),
            Throws.TypeOf<FormatException>().With.Message.Contains(named).And.Message.Not.Contains("secret"));

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
            Assert.That(() => StoreAddress.Parse("file:" + file),
                Throws.TypeOf<FormatException>().With.Message.Contains("yet another file"));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
