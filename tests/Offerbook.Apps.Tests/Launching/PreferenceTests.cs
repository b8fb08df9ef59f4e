using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Json;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Launching;

/// <summary>Soft constraints: better places are taken first, and waited for a short time.</summary>
public sealed class PreferenceTests
{
    private const string Web = """{"id":"/web","cmd":"serve","cpus":0.1,"mem":16,"preferences":[["hostname","IS","host-b"]]}""";

    [Test]
    public void Instance_GoesWhereItPrefers_WithoutWaiting()
    {
        var rig = new AppsRig();
        rig.Create(Web);
        Assert.That(rig.Of("/web").Single().Placement?.Host, Is.EqualTo("host-b"));
        Assert.That(rig.State.Deployments, Is.Empty);
    }

    [Test]
    public void Instance_WithoutAPreferredPlace_WaitsAShortTimeAndTakesAnother()
    {
        var rig = new AppsRig();
        rig.Create(Web.Replace("host-b", "host-z"));
        Assert.That(rig.Of("/web").Single().Condition, Is.EqualTo(Condition.Scheduled));
        var offers = rig.View.Queue.Single().Value.LastOffers.Values.SelectMany(offer => offer.Refusals);
        Assert.That(offers.Select(refusal => refusal.Resource), Is.All.EqualTo("preferences"));
        rig.Advance(TimeSpan.FromSeconds(2.9));
        Assert.That(rig.Running("/web"), Is.Zero);
        rig.Advance(TimeSpan.FromSeconds(0.2));
        Assert.That(rig.Running("/web"), Is.EqualTo(1));
    }

    [Test]
    public void Instance_WaitingWhenThePreferredPlaceAppears_TakesIt()
    {
        var rig = new AppsRig();
        rig.Create(Web.Replace("host-b", "host-z"));
        rig.Advance(TimeSpan.FromSeconds(1));
        rig.Master.AddAgent("host-z");
        rig.Run();
        Assert.That(rig.Of("/web").Single().Placement?.Host, Is.EqualTo("host-z"));
    }

    [Test]
    public void Instance_AfterItsWait_TakesTheBestByWeight()
    {
        var rig = new AppsRig();
        rig.Create(Web.Replace("[[\"hostname\",\"IS\",\"host-b\"]]",
            """[["hostname","LIKE","host-z",5],["hostname","IS","host-b",3],["hostname","IS","host-a",2]]"""));
        rig.Advance(TimeSpan.FromSeconds(4));
        Assert.That(rig.Of("/web").Single().Placement?.Host, Is.EqualTo("host-b"));
    }

    [Test]
    public void Instance_WhosePreferredAgentsAreFull_IsNotHeldBackForEver()
    {
        var rig = new AppsRig();
        rig.Master.AddAgent("host-z", cpus: 0.05);
        rig.Create(Web.Replace("host-b", "host-z"));
        rig.Advance(TimeSpan.FromSeconds(4));
        Assert.That(rig.Running("/web"), Is.EqualTo(1));
    }

    [Test]
    public void Instances_ThatPreferToSpread_SpreadAndStillAllRun()
    {
        var rig = new AppsRig();
        rig.Create(Web.Replace("[\"hostname\",\"IS\",\"host-b\"]", "[\"hostname\",\"MAX_PER\",\"2\"]").Replace("\"cpus\"",
            "\"instances\":5,\"cpus\""));
        rig.Advance(TimeSpan.FromSeconds(8));
        Assert.That(rig.Of("/web").GroupBy(instance => instance.Placement!.Host).Select(host => host.Count()),
            Is.EquivalentTo(new[] { 2, 3 }));
    }

    [Test]
    public void Wait_OfNone_TakesWhatComes()
    {
        var rig = new AppsRig(AppsSettings.Default with { MinReviveInterval = TimeSpan.Zero, PreferenceWait = TimeSpan.Zero });
        rig.Create(Web.Replace("host-b", "host-z"));
        Assert.That(rig.Running("/web"), Is.EqualTo(1));
    }

    [Test]
    public void Preferences_WithAndWithoutWeight_AreWrittenAsTheyAreRead()
    {
        var app = Given.Posted(
            """{"id":"/a","cmd":"x1","preferences":[["rack","IS","r1"],["zone","GROUP_BY","",7],["rack","LIKE","r.*","3"]]}""",
            new SpecSettings());
        Assert.That(app.Preferences.Select(preference => (preference.Constraint.Operator, preference.Constraint.Value, preference.Weight)),
            Is.EqualTo(new[]
        {
            (ConstraintOperator.Is, "r1", 1), (ConstraintOperator.GroupBy, (string?)null, 7), (ConstraintOperator.Like, "r.*", 3),
        }));
        Assert.That(Offerbook.Apps.Json.Writing.AppWriter.Write(app)["preferences"]!.ToString(Newtonsoft.Json.Formatting.None),
            Is.EqualTo("""[["rack","IS","r1"],["zone","GROUP_BY","",7],["rack","LIKE","r.*",3]]"""));
    }

    [TestCase("""[["rack"]]""")]
    [TestCase("""[["rack","NEAR","x"]]""")]
    [TestCase("""[["rack","IS","x",0]]""")]
    [TestCase("""[["rack","IS","x","much"]]""")]
    public void Preferences_ThatMakeNoSense_AreRefused(string preferences)
    {
        var rig = new AppsRig();
        var app = JObject.Parse(Web);
        app["preferences"] = JArray.Parse(preferences);
        var refused = rig.Create(app.ToString());
        Assert.That(refused.Status, Is.EqualTo(422));
        Assert.That((string?)refused.Body!.SelectToken("details[0].path"), Is.EqualTo("/preferences(0)"));
    }
}
