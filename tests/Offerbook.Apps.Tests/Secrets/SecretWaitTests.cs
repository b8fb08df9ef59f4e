using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Tests.Http;
using Offerbook.Apps.Tests.Rig;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Apps.Tests.Secrets;

/// <summary>Apps that name secrets, before somebody who knows which there are.</summary>
public sealed class SecretWaitTests : RunningFixture
{
    private const string Db = """
        {"id":"/shop/db","cmd":"serve","cpus":0.1,"mem":16,"instances":2,"env":{"PASSWORD":{"secret":"pw"}},"secrets":{"pw":{"source":"shop/pw"}}}
        """;

    protected override AppsSettings Settings => base.Settings with { ResolvesSecrets = true, Features = ["secrets"] };

    [Test]
    [Property("case", 212)]
    public async Task Instance_WhoseSecretIsMissing_WaitsAndTellsWhyUntilItIsThere()
    {
        Do(() => Rig.MissingSecrets["shop/pw"] = "'shop/pw' does not exist");
        Assert.That((await SendAsync("POST", "/v2/apps", Db)).Status, Is.EqualTo(201));
        Do(() => Rig.Advance(TimeSpan.FromMinutes(1)));
        Assert.That(Rig.Master.Tasks, Is.Empty);
        foreach (var reasons in new[]
        {
            (await GetAsync("/offerbook/v1/apps/shop/db/why")).Json["reasons"]!,
            (await GetAsync("/v2/queue")).Json["queue"]![0]!["reasons"]!,
            (await GetAsync("/v2/deployments?embed=progress")).Json[0]!["waiting"]![0]!["reasons"]!,
        })
        {
            Assert.That(((string)reasons[0]!["reason"]!, (string)reasons[0]!["secrets"]![0]!["source"]!),
                Is.EqualTo(("secretMissing", "shop/pw")));
            Assert.That((string)reasons[0]!["message"]!, Is.EqualTo("2 instances wait for secrets: 'shop/pw' does not exist"));
        }
        Do(Rig.MissingSecrets.Clear);
        Do(() => Rig.Advance(TimeSpan.FromSeconds(6)));
        Assert.That(Rig.Running("/shop/db"), Is.EqualTo(2));
        Assert.That((await GetAsync("/v2/deployments")).Text, Is.EqualTo("[]"));
        Assert.That(Rig.View.MissingSecrets, Is.Empty);
    }

    [Test]
    public async Task Secret_ThatGoes_HoldsBackTheNextTaskOnly()
    {
        await SendAsync("POST", "/v2/apps", Db);
        Assert.That(Rig.Running("/shop/db"), Is.EqualTo(2));
        Do(() => Rig.MissingSecrets["shop/pw"] = "'shop/pw' does not exist");
        Do(() => Rig.Advance(TimeSpan.FromMinutes(1)));
        Assert.That(Rig.Running("/shop/db"), Is.EqualTo(2), "what runs is left alone");
        Do(() => Rig.Master.Update(Rig.Master.Live.First().Id, TaskState.TaskFailed));
        Do(() => Rig.Advance(TimeSpan.FromMinutes(1)));
        Assert.That(Rig.Running("/shop/db"), Is.EqualTo(1));
        Do(Rig.Boot);
        Do(() => Rig.Advance(TimeSpan.FromSeconds(30)));
        Assert.That((string)(await GetAsync("/offerbook/v1/apps/shop/db/why")).Json["reasons"]![0]!["reason"]!,
            Is.EqualTo("secretMissing"), "after a restart too");
        Do(Rig.MissingSecrets.Clear);
        Do(() => Rig.Advance(TimeSpan.FromSeconds(6)));
        Assert.That(Rig.Running("/shop/db"), Is.EqualTo(2));
    }

    [Test]
    public async Task OtherApps_AreNotHeldUp()
    {
        Do(() => Rig.MissingSecrets["shop/pw"] = "'shop/pw' does not exist");
        await SendAsync("POST", "/v2/apps", Db);
        await SendAsync("POST", "/v2/apps", """{"id":"/other","cmd":"serve","cpus":0.1,"mem":16}""");
        Assert.That(Rig.Running("/other"), Is.EqualTo(1));
        Assert.That((await SendAsync("DELETE", "/v2/apps/shop/db")).Status, Is.EqualTo(200));
        Do(() => Rig.Advance(TimeSpan.FromSeconds(10)));
        Assert.That(Rig.View.MissingSecrets, Is.Empty);
        Assert.That((await GetAsync("/v2/deployments")).Text, Is.EqualTo("[]"));
    }
}
