namespace Offerbook.Resources.Tests;

public sealed class ResourceTextTests
{
    [Test]
    public void Parse_TheDocumentedForm_ReadsEveryPart()
    {
        var reading = ResourceText.Parse(" cpus:4 ; mem:2048;ports:[21000-24000, 30000-34000];disks(role):{a,b};");

        Assert.That(reading.Problems, Is.Empty);
        Assert.That(ResourceText.Print(reading.Bag), Is.EqualTo("cpus:4;mem:2048;ports:[21000-24000,30000-34000];disks(role):{a,b}"));
        Assert.That(reading.Bag.Named("disks")[0].Kind.Reservations.Top, Is.EqualTo(new Reservation(ReservationType.Static, "role")));
    }

    [Test]
    public void Parse_WithADefaultRole_ReservesWhatNamesNone()
    {
        var bag = ResourceText.Parse("cpus:4;mem(*):8", "ops").Bag;

        Assert.That(bag.Reserved("ops").ToString(), Is.EqualTo("cpus(reservations: [(STATIC,ops)]):4"));
        Assert.That(bag.Unreserved().ToString(), Is.EqualTo("mem:8"));
    }

    [Test]
    public void Parse_AJsonArray_ReadsMessages()
    {
        var reading = ResourceText.Parse(
            """[{"name":"cpus","type":"SCALAR","scalar":{"value":2}},{"name":"gold","type":"SET","set":{"item":["x"]}}]""");

        Assert.That(reading.Problems, Is.Empty);
        Assert.That(reading.Bag, Is.EqualTo(ResourceBag.Parse("cpus:2;gold:{x}")));
    }

    [TestCase("cpus", "missing ':'")]
    [TestCase("cpus:four", "is not a value")]
    [TestCase("cpus:nan", "is not a value")]
    [TestCase("cpus:", "is not a value")]
    [TestCase("cpus:-1", "value < 0")]
    [TestCase("cpus:0.0001", "under 0.0005")]
    [TestCase("mem:1e13", "a number up to")]
    [TestCase("gpus:0.5", "unsigned integer")]
    [TestCase("ports:[5]", "is not a range")]
    [TestCase("ports:[5-4]", "begin > end")]
    [TestCase("ports:[1-5,4-9]", "overlapping ranges")]
    [TestCase("d:{a,a}", "duplicated elements")]
    [TestCase("d:{a,}", "is empty")]
    [TestCase("cpus(role:1", "missing ')'")]
    [TestCase("cpus(a b):1", "whitespace")]
    [TestCase(":1", "missing name")]
    [TestCase("cpus:1;cpus:[1-2]", "different types")]
    [TestCase("[{]", "not a JSON array")]
    [TestCase("[1]", "Resource '1' is invalid")]
    [TestCase("""[{"name":"cpus"}]""", "Missing required fields")]
    public void Parse_BadText_SaysWhatIsWrong(string text, string expected) =>
        Assert.That(string.Join("; ", ResourceText.Parse(text).Problems), Does.Contain(expected));

    [Test]
    public void Parse_SeveralFaults_ListsThemAllAndKeepsTheRest()
    {
        var reading = ResourceText.Parse("cpus:x;mem:5;ports:[9-1];disk");

        Assert.That(reading.Problems, Has.Count.EqualTo(3));
        Assert.That(reading.Bag, Is.EqualTo(ResourceBag.Parse("mem:5")));
    }

    [Test]
    public void Parse_ZeroesAndEmptyValues_Vanish() =>
        Assert.That(ResourceText.Parse("cpus:0;ports:[];d:{}"), Has.Property("IsValid").True.And.Property("Bag").Empty);
}
