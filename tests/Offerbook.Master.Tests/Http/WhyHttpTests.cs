using System.Text.Json;
using Mesos.V1;
using Offerbook.Wire;

namespace Offerbook.Master.Tests.Http;

internal sealed class WhyHttpTests
{
    [Test]
    public async Task Agent_ThatWasRefused_SaysUntilWhen()
    {
        await using var master = await MasterFixture.StartAsync();
        using var agent = await ClusterHttpTests.SubscribeAgentAsync(master, "one");
        using var scheduler = await OfferBookHttpTests.SubscribeAsync(master, MessageFormat.Json);
        await scheduler.DeclineAsync(await scheduler.NextOfferAsync(), 600);
        using var why = await OfferBookHttpTests.GetAsync(master, $"/offerbook/v1/why?framework={scheduler.Id.Value}&role=web");
        var root = why.RootElement;
        Assert.That(
            (root.GetProperty("framework_name").GetString(), root.GetProperty("role").GetString(),
                root.GetProperty("agents_in_cluster").GetInt32()),
            Is.EqualTo(("test", "web", 1)));
        var only = root.GetProperty("agents").EnumerateArray().Single();
        Assert.That(only.GetProperty("hostname").GetString(), Is.EqualTo("one"));
        Assert.That(only.GetProperty("free").GetProperty("cpus").GetDouble(), Is.EqualTo(4));
        var reason = only.GetProperty("reasons").EnumerateArray().Single();
        Assert.That(reason.GetProperty("reason").GetString(), Is.EqualTo("refused"));
        Assert.That(reason.GetProperty("until").GetDateTimeOffset() - DateTimeOffset.UtcNow,
            Is.InRange(TimeSpan.FromSeconds(500), TimeSpan.FromSeconds(601)));
        var summed = root.GetProperty("summary");
        Assert.That(summed.GetProperty("reasons")[0].GetProperty("amount").GetProperty("mem").GetDouble(), Is.EqualTo(4096));
        Assert.That(summed.GetProperty("groups")[0].GetProperty("hostnames")[0].GetString(), Is.EqualTo("one"));
    }

    [Test]
    public async Task Agent_ThatAnotherHolds_SaysWho()
    {
        await using var master = await MasterFixture.StartAsync();
        using var agent = await ClusterHttpTests.SubscribeAgentAsync(master);
        using var first = await OfferBookHttpTests.SubscribeAsync(master, MessageFormat.Json);
        await first.NextOfferAsync();
        using var second = await OfferBookHttpTests.SubscribeAsync(master, MessageFormat.Json, "db");
        using var why = await OfferBookHttpTests.GetAsync(master, $"/offerbook/v1/why?framework={second.Id.Value}");
        var reasons = why.RootElement.GetProperty("agents")[0].GetProperty("reasons").EnumerateArray().ToList();
        var held = reasons.Single(reason => reason.GetProperty("reason").GetString() == "held_by");
        Assert.That(
            (held.GetProperty("framework_id").GetString(), held.GetProperty("role").GetString(),
                held.GetProperty("offered").GetProperty("cpus").GetDouble()),
            Is.EqualTo((first.Id.Value, "web", 4.0)));
        Assert.That(reasons.Select(reason => reason.GetProperty("reason").GetString()), Does.Contain("too_small"));
    }

    [Test]
    public async Task Agents_ComeInPages_AndTheSummaryIsOfAll()
    {
        await using var master = await MasterFixture.StartAsync();
        var agents = new List<IDisposable>();
        for (var i = 0; i < 5; i++)
        {
            agents.Add(await ClusterHttpTests.SubscribeAgentAsync(master, $"host-{i}"));
        }
        var seen = new List<string>();
        using (var first = await OfferBookHttpTests.GetAsync(master, "/offerbook/v1/why?role=web&limit=2"))
        {
            Assert.That(first.RootElement.GetProperty("summary").GetProperty("agents").GetInt32(), Is.EqualTo(5));
            Assert.That(first.RootElement.GetProperty("general")[0].GetProperty("reason").GetString(), Is.EqualTo("not_subscribed"));
            var cursor = Take(first);
            while (cursor is not null)
            {
                using var next = await OfferBookHttpTests.GetAsync(master, "/offerbook/v1/why?role=web&limit=2&cursor=" + cursor);
                Assert.That(next.RootElement.TryGetProperty("summary", out _), Is.False, "only with the first page");
                cursor = Take(next);
            }
        }
        Assert.That(seen, Is.EqualTo(Enumerable.Range(0, 5).Select(i => $"host-{i}")));
        using (var one = await OfferBookHttpTests.GetAsync(master, "/offerbook/v1/why?role=web&agent=host-3"))
        {
            Assert.That(one.RootElement.GetProperty("agents").EnumerateArray().Single().GetProperty("hostname").GetString(),
                Is.EqualTo("host-3"));
        }
        agents.ForEach(agent => agent.Dispose());

        string? Take(JsonDocument page)
        {
            seen.AddRange(
                page.RootElement.GetProperty("agents").EnumerateArray().Select(agent => agent.GetProperty("hostname").GetString()!));
            return page.RootElement.TryGetProperty("next_cursor", out var next) ? next.GetString() : null;
        }
    }

    [TestCase("why", 400, "Give 'framework' (an id or a name), 'role', or both")]
    [TestCase("why?framework=none", 404, "There is no framework with the id or name 'none'; GET /frameworks lists them")]
    [TestCase("why?role=x&cursor=5", 400, "The parameter 'cursor' is '5'; it must be the next_cursor of an answer")]
    [TestCase("why?role=x&step=5", 400, "There is no parameter 'step'; there are: framework, role, agent, limit, cursor")]
    public async Task Question_ThatIsWrong_IsToldWhy(string path, int status, string why)
    {
        await using var master = await MasterFixture.StartAsync();
        using var answer = await master.Client.GetAsync("/offerbook/v1/" + path, master.Timeout);
        Assert.That(((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()), Is.EqualTo((status, why)));
    }

    [Test]
    public async Task Name_OfTwoFrameworks_IsRefusedWithTheirIds()
    {
        await using var master = await MasterFixture.StartAsync();
        using var first = await OfferBookHttpTests.SubscribeAsync(master, MessageFormat.Json);
        using var second = await OfferBookHttpTests.SubscribeAsync(master, MessageFormat.Json);
        using var answer = await master.Client.GetAsync("/offerbook/v1/why?framework=test", master.Timeout);
        Assert.That(await answer.Content.ReadAsStringAsync(),
            Is.EqualTo($"2 frameworks are named 'test'; give the id of one: {first.Id.Value}, {second.Id.Value}"));
    }
}
