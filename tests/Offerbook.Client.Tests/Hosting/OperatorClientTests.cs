using Mesos.V1.Master;
using Offerbook.Client.Hosting;
using Offerbook.Wire;
using Offerbook.Wire.Http;

namespace Offerbook.Client.Tests.Hosting;

[TestFixture]
internal sealed class OperatorClientTests
{
    private FakeMaster _master = null!;
    private OperatorClient _client = null!;

    [SetUp]
    public async Task SetUp()
    {
        _master = await FakeMaster.StartAsync();
        _client = new OperatorClient([_master.Address]);
    }

    [TearDown]
    public async Task TearDown()
    {
        _client.Dispose();
        await _master.DisposeAsync();
    }

    [Test]
    public async Task Get_OfAReadEndpoint_GivesItsJson()
    {
        _master.Instead = context => context.WriteBytesAsync("""{"id":"m"}"""u8.ToArray(), "application/json");
        Assert.That((await _client.GetStateAsync()).TryGet(out var state, out var reason), Is.True, reason);
        Assert.That((string?)state!["id"], Is.EqualTo("m"));
    }

    [Test]
    public async Task Get_OfSomethingElseThanJson_SaysSo()
    {
        _master.Instead = context => context.Response.WriteTextAsync(200, "<html>");
        Assert.That((await _client.GetTasksAsync()).TryGet(out _, out var reason), Is.False);
        Assert.That(reason, Does.Contain("/tasks"));
    }

    [Test]
    public async Task Call_IsPostedToTheLeader_AndItsResponseRead()
    {
        await using var standby = await FakeMaster.StartAsync();
        standby.Instead = context =>
        {
            context.Response.Headers.Location = $"//127.0.0.1:{_master.Address.Port}/api/v1";
            context.Response.StatusCode = 307;
            return Task.CompletedTask;
        };
        _master.Instead = async context =>
        {
            var call = await context.Request.ReadMessageAsync<Call>();
            Assert.That(call.Message!.Type, Is.EqualTo(Call.Types.Type.GetHealth));
            var response = new Response { Type = Response.Types.Type.GetHealth,
                GetHealth = new Response.Types.GetHealth { Healthy = true } };
            await context.WriteMessageAsync(response, MessageFormat.Protobuf);
        };
        using var client = new OperatorClient([standby.Address]);
        var answer = await client.CallAsync(new Call { Type = Call.Types.Type.GetHealth });
        Assert.That(answer.TryGet(out var health, out var reason), Is.True, reason);
        Assert.That(health!.GetHealth.Healthy, Is.True);
    }

    [Test]
    public async Task Call_ThatIsRefused_GivesStatusAndText()
    {
        _master.Instead = context => context.Response.WriteTextAsync(400, "Expecting 'type' to be present");
        var answer = await _client.CallAsync(new Call());
        Assert.That((answer.Value, answer.Status, answer.Reason),
            Is.EqualTo(((Response?)null, (int?)400, "Expecting 'type' to be present")));
    }

    [TestCase("127.0.0.1", "http://127.0.0.1:5050/")]
    [TestCase("host:80", "http://host/")]
    [TestCase("http://h:1, https://[::1]:2/", "http://h:1/ https://[::1]:2/")]
    public void Addresses_AreReadFromText(string text, string expected)
    {
        var addresses = MasterAddresses.Parse(text, out var error);
        Assert.That(error, Is.Null);
        Assert.That(string.Join(' ', addresses!), Is.EqualTo(expected));
    }

    [TestCase("")]
    [TestCase("ftp://h")]
    [TestCase("h:x")]
    [TestCase("h:1/path")]
    public void Addresses_ThatAreWrong_AreRefusedWithAnExample(string text)
    {
        Assert.That(MasterAddresses.Parse(text, out var error), Is.Null);
        Assert.That(error, Does.Contain("127.0.0.1:5050"));
    }
}
