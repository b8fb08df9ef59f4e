using Mesos.V1;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;
using static Offerbook.Apps.Tests.Matching.Offers;
using AppVersionInfo = Offerbook.Apps.Specs.VersionInfo;

namespace Offerbook.Apps.Tests.Matching;

public sealed class ConstraintMatcherTests
{
    [TestCase("hostname", ConstraintOperator.Unique, null, "h2", true)]
    [TestCase("hostname", ConstraintOperator.Unique, null, "h1", false)]
    [TestCase("@hostname", ConstraintOperator.Unique, null, "h1", false)]
    [TestCase("hostname", ConstraintOperator.MaxPer, "2", "h1", true)]
    [TestCase("hostname", ConstraintOperator.MaxPer, "1", "h1", false)]
    [TestCase("hostname", ConstraintOperator.Cluster, "h2", "h2", true)]
    [TestCase("hostname", ConstraintOperator.Cluster, "h2", "h1", false)]
    [TestCase("hostname", ConstraintOperator.Cluster, null, "h1", true)]
    [TestCase("hostname", ConstraintOperator.Cluster, "", "h2", false)]
    [TestCase("hostname", ConstraintOperator.Like, "h[12]", "h2", true)]
    [TestCase("hostname", ConstraintOperator.Like, "h", "h2", false)]
    [TestCase("hostname", ConstraintOperator.Unlike, "h", "h2", true)]
    [TestCase("hostname", ConstraintOperator.Unlike, "h.*", "h2", false)]
    [TestCase("hostname", ConstraintOperator.Like, "(?!h1).*", "h2", true)]
    [TestCase("hostname", ConstraintOperator.Is, "h2", "h2", true)]
    [TestCase("hostname", ConstraintOperator.Is, "h", "h2", false)]
    public void Judge_OneInstanceOnH1_DecidesByTheField(string field, ConstraintOperator operation, string? value, string host,
        bool isFine) =>
        Assert.That(IsFine(new Constraint(field, operation, value), host, [Placed("h1")]), Is.EqualTo(isFine));

    [Test]
    public void Judge_MissingAttribute_SuitsOnlyUnlike()
    {
        foreach (var operation in Enum.GetValues<ConstraintOperator>())
        {
            var isFine = IsFine(new Constraint("rack", operation, operation is ConstraintOperator.Unique ? null : "2"), "h1", []);
            Assert.That(isFine, Is.EqualTo(operation == ConstraintOperator.Unlike), operation.ToString());
        }
    }

    [Property("case", 140)]
    [Test]
    public void Judge_InstancesOfAnOlderConfiguration_DoNotCount()
    {
        var app = Given.App("/a") with
        {
            Constraints = [new Constraint("hostname", ConstraintOperator.Unique, null)],
            VersionInfo = new AppVersionInfo(Given.At(5), Given.At(5), Given.At(3)),
        };
        var location = Placed("h1").Location;
        Assert.That(new ConstraintMatcher().Refusals(app, location, [new PlacedInstance(location, Given.At(2))]), Is.Empty);
        Assert.That(new ConstraintMatcher().Refusals(app, location, [new PlacedInstance(location, Given.At(3))]), Is.Not.Empty);
    }

    [TestCase(2, 4, "a a b b")]
    [TestCase(2, 5, "a a a b b")]
    [TestCase(3, 5, "a a b b c")]
    [TestCase(4, 3, "a b c")]
    public void Judge_GroupByNumber_FillsSoManyGroupsEvenly(int groups, int instances, string filled) =>
        Assert.That(Fill(groups.ToString(System.Globalization.CultureInfo.InvariantCulture), instances, "abcdef"), Is.EqualTo(filled));

    [Test]
    public void Judge_GroupByNumber_RefusesFurtherGroups() =>
        Assert.That(
            IsFine(new Constraint("rack", ConstraintOperator.GroupBy, "2"), "h", [Placed("h", ("rack", "a")), Placed("h", ("rack", "b"))],
            instances: 6, ("rack", "c")), Is.False);

    [Test]
    public void Judge_GroupByWithoutNumber_GoesToTheLeastFilledKnownGroup()
    {
        var constraint = new Constraint("rack", ConstraintOperator.GroupBy, null);
        PlacedInstance[] placed = [Placed("h", ("rack", "a")), Placed("h", ("rack", "a")), Placed("h", ("rack", "b"))];
        Assert.That(IsFine(constraint, "h", placed, 9, ("rack", "a")), Is.False);
        Assert.That(IsFine(constraint, "h", placed, 9, ("rack", "b")), Is.True);
        Assert.That(IsFine(constraint, "h", placed, 9, ("rack", "new")), Is.True);
        Assert.That(Fill(null, 6, "abc"), Is.EqualTo("a a b b c c"));
    }

    [Test]
    public void Location_AttributesOfEveryType_AreText()
    {
        var offer = new Offer { Hostname = "h" };
        offer.Attributes.Add(
            new Mesos.V1.Attribute { Name = "scalar", Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = 1.0005 } });
        offer.Attributes.Add(new Mesos.V1.Attribute
        {
            Name = "ranges",
            Type = Value.Types.Type.Ranges,
            Ranges = new Value.Types.Ranges { Range = { new Value.Types.Range { Begin = 5, End = 9 },
                new Value.Types.Range { Begin = 1, End = 2 } } },
        });
        offer.Attributes.Add(
            new Mesos.V1.Attribute { Name = "set", Type = Value.Types.Type.Set, Set = new Value.Types.Set { Item = { "b", "a" } } });
        var location = AgentLocation.Of(offer);
        Assert.That((location["scalar"], location["ranges"], location["set"], location["none"]),
            Is.EqualTo(("1", "[1-2,5-9]", "{a,b}", (string?)null)));
    }

    [TestCase("2.0", "2", true)]
    [TestCase("2.0004", "2", true)]
    [TestCase("2.001", "2", false)]
    public void Judge_IsWithNumber_ComparesThreeDecimals(string wanted, string attribute, bool isFine) =>
        Assert.That(IsFine(new Constraint("n", ConstraintOperator.Is, wanted), "h", [], 1, ("n", attribute)), Is.EqualTo(isFine));

    private static bool IsFine(Constraint constraint, string host, PlacedInstance[] placed, int instances = 3,
        params (string, string)[] attributes)
    {
        var app = Given.App("/a", instances) with { Constraints = [constraint] };
        return new ConstraintMatcher().Refusals(app, new AgentLocation(host, null, null, ValueMap.Of(attributes)), placed).Count == 0;
    }

    /// <summary>Places instances one by one on agents of the racks, offered round and round; the racks that they land in, sorted.</summary>
    private static string Fill(string? groups, int instances, string racks)
    {
        var placed = new List<PlacedInstance>();
        for (var i = 0; i < 100 && placed.Count < instances; i++)
        {
            var rack = racks[i % racks.Length].ToString();
            if (IsFine(new Constraint("rack", ConstraintOperator.GroupBy, groups), "h", placed.ToArray(), instances, ("rack", rack)))
            {
                placed.Add(Placed("h", ("rack", rack)));
            }
        }
        return string.Join(' ', placed.Select(instance => instance.Location["rack"]).Order(StringComparer.Ordinal));
    }
}
