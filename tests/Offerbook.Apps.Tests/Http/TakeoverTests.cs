using Offerbook.Coordination;
using Offerbook.Coordination.Tests.Hosting;

namespace Offerbook.Apps.Tests.Http;

/// <summary>One instance takes over from another.</summary>
[Property("case", 197)]
public sealed class TakeoverTests : TwoHostsFixture
{
    [Test]
    public async Task Takeover_OfAnything_KeepsItAndGoesOn()
    {
        await ElectAsync(A, "1");
        var created = await CreateAsync("/a");
        using var stream = await FollowAsync("");

        await ElectAsync(B, "2");
        await stream.UntilEndAsync();

        Assert.That((await GetAsync("/v2/apps/a")).Status, Is.EqualTo(200));
        Assert.That((string)(await GetAsync("/v2/deployments")).Json[0]!["id"]!, Is.EqualTo(created), "the deployment goes on");
        await CreateAsync("/b");
        // What was the leader serves as a standby, and later as the leader again, with what happened meanwhile.
        Connect(A.Self);
        Assert.That((await GetServedAsync("/v2/apps/b")).Headers.Keys, Does.Contain("X-Marathon-Via"));
        await ElectAsync(A, "3");
        var app = await GetAsync("/v2/apps/b");
        Assert.That((app.Status, app.Headers.ContainsKey("X-Marathon-Via")), Is.EqualTo((200, false)));
    }

    [Test]
    public async Task EventStream_ResumedAtTheNextLeader_MissesNothing()
    {
        await ElectAsync(A, "1");
        using var before = await FollowAsync("");
        await CreateAsync("/a");
        var read = await before.UntilAsync("api_post_event");
        await CreateAsync("/b");

        await ElectAsync(B, "2");
        await CreateAsync("/c");
        using var after = await FollowAsync("", lastEventId: read[^1].LastEventId);
        for (var posts = 0; posts < 2; posts++)
        {
            read.AddRange(await after.UntilAsync("api_post_event"));
        }

        Assert.That(read.Select(EventFollower.Id), Is.EqualTo(Enumerable.Range(0, read.Count).Select(i => EventFollower.Id(read[0]) + i)),
            "dense, across both");
        Assert.That(
            read.Where(@event => @event.Type == "api_post_event")
                .Select(@event => (string)EventFollower.Payload(@event)["appDefinition"]!["id"]!),
            Is.EqualTo(new[] { "/a", "/b", "/c" }));
    }

    [Test]
    public async Task Leader_ThatDoesNotKnowItIsDeposed_AcknowledgesNothing()
    {
        await ElectAsync(A, "1");
        await CreateAsync("/a");
        // B is elected and takes the store over; A has not heard of it.
        B.Candidate.Lead("2", address: B.Self);
        Connect(B.Self);
        Assert.That((await GetAsync("/v2/apps/a")).Status, Is.EqualTo(200));

        Connect(A.Self);
        var late = await SendAsync("POST", "/v2/apps", """{"id":"/late","cmd":"sleep 1"}""");

        Assert.That(late.Status, Is.EqualTo(503), late.Text);
        Assert.That(late.Headers["Retry-After"], Is.EqualTo("1"));
        Assert.That(
            (await A.Candidate.ChangedAsync(new Standing.Leads(ScriptedCandidate.Info("1", A.Self), false), CancellationToken.None)),
            Is.InstanceOf<Standing.Follows>(),
            "it has stepped down by itself");
        A.Candidate.Follow(ScriptedCandidate.Info("2", B.Self));
        Assert.That((await GetAsync("/v2/apps/late")).Status, Is.EqualTo(404));
        Assert.That(A.Host.Completion.IsCompleted, Is.False, "the process lives");
    }

    [Test]
    public async Task Leader_ThatIsOnlySuspended_GoesOn()
    {
        await ElectAsync(A, "1");
        using var stream = await FollowAsync("");
        A.Candidate.Lead("1", isSuspended: true, address: A.Self);

        await CreateAsync("/a");

        Assert.That((await stream.UntilAsync("api_post_event"))[^1].Data, Does.Contain("\"/a\""), "the store says that it still leads");
    }

    [Test]
    public async Task Abdication_ThroughAStandby_LetsTheOtherLead()
    {
        await ElectAsync(A, "1");
        A.Candidate.OnStepDown = candidate =>
        {
            candidate.Follow(ScriptedCandidate.Info("2", B.Self));
            B.Candidate.Lead("2", address: B.Self);
        };
        Connect(B.Self);

        var answer = await SendAsync("DELETE", "/v2/leader");

        Assert.That((answer.Status, answer.Message), Is.EqualTo((200, "Leadership abdicated")));
        await B.Candidate.ChangedAsync(new Standing.Follows(ScriptedCandidate.Info("1", A.Self)), CancellationToken.None);
        Assert.That((string)(await GetAsync("/v2/leader")).Json["leader"]!, Is.EqualTo(B.Self.Authority));
        Assert.That(A.Candidate.Asked, Is.EqualTo(new[] { "step down" }));
    }

    [Test]
    public async Task Stop_OfTheLeader_FinishesWhatIsUnderWayAndResigns()
    {
        await ElectAsync(A, "1");
        var asked = Enumerable.Range(0, 20).Select(i => SendAsync("POST", "/v2/apps", $$"""{"id":"/a{{i}}","cmd":"sleep 1"}""")).ToList();
        await asked[0];

        await A.Host.DisposeAsync();
        var answers = new List<Answer>();
        foreach (var one in asked)
        {
            try
            {
                answers.Add(await one);
            }
            catch (HttpRequestException)
            {
                // It came when nobody listened any more.
            }
        }
        B.Candidate.Lead("2", address: B.Self);
        Connect(B.Self);
        var kept = (await GetAsync("/v2/apps")).Json["apps"]!.Select(app => (string)app["id"]!).ToHashSet();

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(201).Or.EqualTo(503));
        Assert.That(answers.Where(answer => answer.Status == 201).Select(answer => (string)answer.Json["id"]!), Is.SubsetOf(kept));
        Assert.That(answers.Where(answer => answer.Status == 503).Select(answer => answer.Headers["Retry-After"]), Is.All.EqualTo("1"));
        Assert.That(A.Candidate.Asked, Is.EqualTo(new[] { "resign", "dispose" }));
    }

    [Test]
    public async Task Election_ThatRefusesACandidate_EndsItsProcess()
    {
        A.Candidate.Stand(new Standing.Over("The password is wrong."));

        Assert.That(async () => await A.Host.Completion.WaitAsync(TimeSpan.FromSeconds(20)),
            Throws.Exception.With.Message.EqualTo("The password is wrong."));
        await A.Host.DisposeAsync();
    }

    private async Task<string> CreateAsync(string id)
    {
        var answer = await SendAsync("POST", "/v2/apps", $$"""{"id":"{{id}}","cmd":"sleep 1"}""");
        Assert.That(answer.Status, Is.EqualTo(201), answer.Text);
        return (string)answer.Json["deployments"]![0]!["id"]!;
    }
}
