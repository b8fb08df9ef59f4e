using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Previews;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Previews;

/// <summary>A plan tells what would happen and does nothing.</summary>
public sealed class PlanPreviewTests
{
    private const string Web = """{"id":"/web","cmd":"x y","cpus":1,"mem":64,"instances":2,"labels":{"a":"b"}}""";

    [Test]
    public void Plan_OfWhatIsThere_ChangesNothing()
    {
        var plan = Plan(Rig(), Web);
        Assert.That((bool)plan["changes"]!, Is.False);
        Assert.That(plan["steps"]!, Is.Empty);
    }

    [TestCase(Versioning.Strict, true)]
    [TestCase(Versioning.Lenient, false)]
    public void Plan_OfOtherLabels_TellsWhetherItRestartsAndWhy(Versioning versioning, bool restarts)
    {
        var rig = Rig();
        var before = rig.State;
        var plan = Plan(rig, Web.Replace("\"b\"", "\"c\""), versioning);
        Assert.Multiple(() =>
        {
            Assert.That((bool)plan["changes"]!, Is.True);
            Assert.That((bool)plan["apps"]![0]!["restarts"]!, Is.EqualTo(restarts));
            Assert.That(plan["apps"]![0]!["members"]!.Single()!.ToString(Newtonsoft.Json.Formatting.None),
                Is.EqualTo("""{"member":"labels","from":{"a":"b"},"to":{"a":"c"}}"""));
            Assert.That(plan["steps"]!.Count(), Is.EqualTo(restarts ? 1 : 0));
            Assert.That(rig.State, Is.SameAs(before));
        });
    }

    [TestCase(10, "fits", 10)]
    [TestCase(40, "partly", 30)]
    public void Plan_OfMoreInstances_PlacesThemByTheMatcher(int instances, string verdict, int placed)
    {
        var fit = Plan(Rig(), Web.Replace("\"instances\":2", $"\"instances\":{instances + 2}"))["fit"]!;
        Assert.That(((string)fit["verdict"]!, (int)fit["agents"]!), Is.EqualTo((verdict, 2)));
        Assert.That(((int)fit["apps"]![0]!["wanted"]!, (int)fit["apps"]![0]!["placed"]!), Is.EqualTo((instances, placed)));
        if (placed < instances)
        {
            Assert.That(fit["apps"]![0]!["offers"]![0]!["reasons"]![0]!["reason"]!.ToString(), Is.EqualTo("InsufficientCpus"));
        }
    }

    [TestCase(1, 1, 2, 0)]
    [TestCase(1, 0, 1, 1)]
    [TestCase(0.5, 0.5, 1, 1)]
    [TestCase(0.5, 0, 0, 2)]
    public void Plan_OfARollingUpdate_TellsWhatStartsBesideTheOldOnesAndWhatAfterThem(double least, double over, int beside, int later)
    {
        var strategy =
            FormattableString.Invariant($",\"upgradeStrategy\":{{\"minimumHealthCapacity\":{least},\"maximumOverCapacity\":{over}}}}}");
        var fit = Plan(Rig(), Web.Replace("x y", "y z")[..^1] + strategy)["fit"]!;
        Assert.That(((string)fit["verdict"]!, fit["apps"]!.Count()), Is.EqualTo(("fits", 1)));
        var app = fit["apps"]![0]!;
        Assert.That(((int)app["wanted"]!, (int)app["placed"]!, (int)app["later"]!), Is.EqualTo((beside, beside, later)));
    }

    [Test]
    public void Plan_OfAUniqueConstraint_CountsHosts()
    {
        var fit = Plan(Rig(),
            """{"id":"/u","cmd":"x y","cpus":0.1,"mem":16,"instances":3,"constraints":[["hostname","UNIQUE"]]}""")["fit"]!;
        Assert.That((int)fit["apps"]![0]!["placed"]!, Is.EqualTo(2));
    }

    [Test]
    public void Plan_OfAGroup_TellsStepsWarningsAndConflicts()
    {
        var rig = Rig();
        rig.Master.OnLaunch = _ => null;
        rig.Update("/web", """{"cmd":"y z"}""");
        var plan = Plan(rig, """
            {"id":"/","apps":[{"id":"web","cmd":"z z"},{"id":"db","cmd":"x y","dependencies":["/nowhere"]}]}
            """);
        Assert.That(
            plan["steps"]!.Select(step => string.Join(",", step["actions"]!.Select(action => $"{action["action"]} {action["app"]}"))),
            Is.EqualTo(new[] { "StartApplication /db", "ScaleApplication /db,RestartApplication /web" }));
        Assert.That(plan["warnings"]!.Count(), Is.EqualTo(1));
        Assert.That((string)plan["conflicts"]!.Single()!, Is.EqualTo(rig.State.Deployments.Single().Id));
    }

    [Test]
    public void Plan_OfAPod_TellsWhetherItFits()
    {
        const string Pod = """{"id":"/p","scaling":{"kind":"fixed","instances":N},"containers":[{"name":"a","exec":{"command":{"shell":"x"}},"resources":{"cpus":5,"mem":32}}]}""";
        var plan = Plan(Rig(), Pod.Replace("N", "7"));
        Assert.That(((string)plan["apps"]![0]!["change"]!, (string)plan["fit"]!["verdict"]!), Is.EqualTo(("create", "partly")));
        Assert.That((int)plan["fit"]!["apps"]![0]!["placed"]!, Is.InRange(4, 5), "16 cpus on each of two agents, 5.1 for each pod");
        Assert.That((string)Plan(Rig(), Pod.Replace("N", "2"))["fit"]!["verdict"]!, Is.EqualTo("fits"));
    }

    [Test]
    public void LookingAround_AsksForOffersAndAnswersWhenTheyHadTimeToCome()
    {
        var rig = Rig();
        rig.Post(new AppsMessage.ApiCalled(new Wire.Identity.ConnectionId(77), new ApiCall.LookAround(["*"]), new ApiCaller("", "")));
        rig.Run();
        Assert.That(rig.Replies.Any(reply => reply.Connection.Value == 77), Is.False);
        Assert.That(rig.View.Known.Values.Select(known => known.At), Is.All.EqualTo(Timestamp.From(rig.Now.Wall)));
        rig.Advance(TimeSpan.FromSeconds(2));
        Assert.That(rig.Replies.Count(reply => reply.Connection.Value == 77), Is.EqualTo(1));
        Assert.That(rig.Master.IsSuppressed, Is.True, "nothing is wanted any more");
    }

    private static AppsRig Rig()
    {
        var rig = new AppsRig();
        rig.Create(Web);
        return rig;
    }

    private static JObject Plan(AppsRig rig, string document, Versioning versioning = Versioning.Strict)
    {
        var now = Timestamp.From(rig.Now.Wall);
        var plan = PlanPreview.Of(rig.View.State, AppsSettings.Default, JToken.Parse(document), versioning, false, now);
        Assert.That(plan.Error?.ToString(), Is.Null);
        var starts = FitCheck.StartsOf(rig.View.State, plan.Value!);
        return PlanPreviewWriter.Write(rig.View, plan.Value!, new FitCheck(new MatchSettings()).Judge(rig.View, starts, now));
    }
}
