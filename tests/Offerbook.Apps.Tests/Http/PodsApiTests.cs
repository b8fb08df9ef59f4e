using Newtonsoft.Json.Linq;

namespace Offerbook.Apps.Tests.Http;

/// <summary>The pods API over HTTP: codes, headers and texts (cases 182, 183, 186, 189).</summary>
[Property("case", 186)]
public sealed class PodsApiTests : ApiFixture
{
    private const string Pod =
        """{"id":"/shop/p","containers":[{"name":"a","exec":{"command":{"shell":"sleep 1"}},"resources":{"cpus":0.1,"mem":32}}]}""";

    [Test]
    [Property("case", 189)]
    public async Task Head_OfPods_TellsThatThereAreSuch() => Assert.That((await SendAsync("HEAD", "/v2/pods")).Status, Is.EqualTo(200));

    [Test]
    public async Task Post_OfAPod_AnswersWithThePodAndItsDeployment()
    {
        var created = await SendAsync("POST", "/v2/pods", Pod);
        Assert.That(created.Status, Is.EqualTo(201), created.Text);
        Assert.That(created.Headers["Location"], Does.EndWith("/shop/p"));
        Assert.That(created.Headers["Marathon-Deployment-Id"], Is.Not.Empty);
        Assert.That((string?)created.Json["id"], Is.EqualTo("/shop/p"));

        var deployments = (await GetAsync("/v2/deployments")).Json;
        Assert.That(deployments[0]!["affectedPods"]!.Select(id => (string?)id), Is.EqualTo(new[] { "/shop/p" }));
        Assert.That(deployments[0]!["affectedApps"]!.Count(), Is.Zero);
        Assert.That((string?)deployments[0]!.SelectToken("currentActions[0].pod"), Is.EqualTo("/shop/p"));
        var queue = (await GetAsync("/v2/queue")).Json["queue"]!;
        Assert.That((string?)queue[0]!.SelectToken("pod.id"), Is.EqualTo("/shop/p"));
        var group = (await GetAsync("/v2/groups/shop")).Json;
        Assert.That((string?)group.SelectToken("pods[0].id"), Is.EqualTo("/shop/p"));
        Assert.That((string?)group.SelectToken("pods[0].status"), Is.EqualTo("DEGRADED"));
        Assert.That((await GetAsync("/v2/groups/shop?embed=group.apps")).Json["pods"]!.Count(), Is.Zero);
    }

    [Test]
    public async Task Post_OfATakenId_IsAConflict()
    {
        await SendAsync("POST", "/v2/pods", Pod);
        var again = await SendAsync("POST", "/v2/pods?force=true", Pod);
        Assert.That((again.Status, again.Message), Is.EqualTo((409, "A pod with id [/shop/p] already exists.")));
        var app = await SendAsync("POST", "/v2/apps?force=true", """{"id":"/shop/p","cmd":"sleep 1"}""");
        Assert.That(app.Status, Is.EqualTo(422));
        Assert.That(app.Text, Does.Contain("Applications and Pods may not share the same id"));
    }

    [Test]
    public async Task Put_OfAPod_ReplacesItOrCreatesIt()
    {
        var created = await SendAsync("PUT", "/v2/pods/shop/p", Pod);
        Assert.That(created.Status, Is.EqualTo(200), created.Text);
        var mismatch = await SendAsync("PUT", "/v2/pods/shop/q", Pod);
        Assert.That((mismatch.Status, mismatch.Message), Is.EqualTo((400, "'/shop/q' does not match definition's id ('/shop/p')")));
        var locked = await SendAsync("PUT", "/v2/pods/shop/p", Pod.Replace("sleep 1", "sleep 2"));
        Assert.That((locked.Status, locked.Json["deployments"]!.Count()), Is.EqualTo((409, 1)));
        var forced = await SendAsync("PUT", "/v2/pods/shop/p?force=true", Pod.Replace("sleep 1", "sleep 2"));
        Assert.That(forced.Status, Is.EqualTo(200));

        var versions = (await GetAsync("/v2/pods/shop/p::versions")).Json;
        Assert.That(versions.Count(), Is.EqualTo(2), "case 182");
        var first = (await GetAsync($"/v2/pods/shop/p::versions/{versions[1]}")).Json;
        Assert.That((string?)first.SelectToken("containers[0].exec.command.shell"), Is.EqualTo("sleep 1"));
        Assert.That((await GetAsync("/v2/pods/shop/p::versions/2001-01-01T00:00:00.000Z")).Status, Is.EqualTo(404));
        Assert.That((await GetAsync("/v2/pods/shop/p::versions/soon")).Status, Is.EqualTo(422));
    }

    [Test]
    public async Task UnknownPod_AskedFor_IsRefusedInTheKnownWords()
    {
        var get = await GetAsync("/v2/pods/nowhere");
        Assert.That((get.Status, get.Message), Is.EqualTo((404, """{"message": "pod with /nowhere does not exist"}""")));
        var delete = await SendAsync("DELETE", "/v2/pods/nowhere");
        Assert.That((delete.Status, delete.Message), Is.EqualTo((404, "Pod '/nowhere' does not exist")));
        Assert.That((await GetAsync("/v2/pods/nowhere::status")).Status, Is.EqualTo(404));
        Assert.That((await GetAsync("/v2/pods/nowhere::versions")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task Delete_OfAPod_IsAcceptedWithoutABody()
    {
        await SendAsync("POST", "/v2/pods", Pod);
        var deleted = await SendAsync("DELETE", "/v2/pods/shop/p?force=true");
        Assert.That((deleted.Status, deleted.Text), Is.EqualTo((202, "")));
        Assert.That(deleted.Headers["Location"], Does.EndWith(deleted.Headers["Marathon-Deployment-Id"]));
        Assert.That((await GetAsync("/v2/pods")).Json.Count(), Is.Zero);
    }

    [Test]
    [Property("case", 183)]
    public async Task Delete_OfAGroup_DeletesItsPods()
    {
        await SendAsync("POST", "/v2/pods", Pod);
        Assert.That((await SendAsync("DELETE", "/v2/groups/shop?force=true")).Status, Is.EqualTo(200));
        Assert.That((await GetAsync("/v2/pods")).Json.Count(), Is.Zero);
    }

    [Test]
    [Property("case", 182)]
    public async Task Rollback_OfACreatingDeployment_TakesThePodAway()
    {
        var created = await SendAsync("POST", "/v2/pods", Pod);
        var rollback = await SendAsync("DELETE", "/v2/deployments/" + created.Headers["Marathon-Deployment-Id"]);
        Assert.That(rollback.Status, Is.EqualTo(200), rollback.Text);
        Assert.That((await GetAsync("/v2/pods/shop/p")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task Group_PutWithAppsOnly_KeepsItsPods()
    {
        await SendAsync("POST", "/v2/pods", Pod);
        var put = await SendAsync("PUT", "/v2/groups/shop?force=true", """{"apps":[{"id":"a","cmd":"sleep 1"}]}""");
        Assert.That(put.Status, Is.EqualTo(200), put.Text);
        Assert.That((await GetAsync("/v2/pods")).Json.Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task Status_OfPods_ListsThemWithoutUnplacedInstances()
    {
        await SendAsync("POST", "/v2/pods", Pod);
        var all = (await GetAsync("/v2/pods::status")).Json;
        Assert.That((all.Count(), (string?)all[0]!["id"], ((JArray)all[0]!["instances"]!).Count), Is.EqualTo((1, "/shop/p", 0)));
        Assert.That((string?)(await GetAsync("/v2/pods/shop/p::status")).Json["status"], Is.EqualTo("DEGRADED"));
    }

    [Test]
    public async Task Body_ThatIsNoPod_IsRefused()
    {
        Assert.That((await SendAsync("POST", "/v2/pods", "{")).Status, Is.EqualTo(400));
        Assert.That((await SendAsync("POST", "/v2/pods", "{}")).Status, Is.EqualTo(422));
        Assert.That((await SendAsync("POST", "/v2/pods", Pod, "text/plain")).Status, Is.EqualTo(415));
    }
}
