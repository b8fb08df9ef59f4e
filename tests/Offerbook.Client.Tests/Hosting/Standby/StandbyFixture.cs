using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Offerbook.Client.Hosting.Standby;
using Offerbook.Coordination;
using Offerbook.Coordination.Hosting;
using Offerbook.Coordination.Tests.Hosting;

namespace Offerbook.Client.Tests.Hosting.Standby;

/// <summary>A standby in front of a leader whose answers the test writes, over real sockets.</summary>
public abstract class StandbyFixture
{
    protected static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private WebApplication _leader = null!;
    private WebApplication _standby = null!;
    private LeaderProxy _proxy = null!;
    private TermKeeper _keeper = null!;

    private protected ScriptedCandidate Candidate { get; private set; } = null!;

    private protected LeaderProxy Proxy => _proxy;

    /// <summary>What the leader does with a request.</summary>
    protected RequestDelegate Answer { get; set; } = null!;

    /// <summary>Where the leader is.</summary>
    protected Uri Leader { get; private set; } = null!;

    protected Uri Standby { get; private set; } = null!;

    protected HttpClient Client { get; private set; } = null!;

    [SetUp]
    public async Task StartAsync()
    {
        Answer = context => context.Response.WriteAsync("the leader");
        (_leader, Leader) = await ServeAsync(context => Answer(context));
        RequestDelegate standby = null!;
        (_standby, Standby) = await ServeAsync(context => standby(context));
        Candidate = new ScriptedCandidate();
        _keeper = new TermKeeper(Candidate, _ => new Term(), TermBackoff.Default, TimeProvider.System, _ => { });
        _proxy = new LeaderProxy(_keeper, new StandbyOptions(Standby)
        {
            ConnectTimeout = TimeSpan.FromSeconds(1),
            ReadTimeout = TimeSpan.FromMilliseconds(400),
            Patience = TimeSpan.FromMilliseconds(600),
            MaxBodyBytes = 1_000_000,
            SendsAway = request => request.Path.StartsWithSegments("/stream"),
        }, TimeProvider.System);
        standby = async context =>
        {
            if (!await _proxy.TryAnswerAsync(context))
            {
                await context.Response.WriteAsync("itself");
            }
        };
        _keeper.Start();
        Candidate.Follow(ScriptedCandidate.Info("1", Leader));
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Standby, Timeout = Limit };
    }

    [TearDown]
    public async Task StopAsync()
    {
        Client.Dispose();
        await _keeper.DisposeAsync();
        await _standby.DisposeAsync();
        _proxy.Dispose();
        await _leader.DisposeAsync();
        await Candidate.DisposeAsync();
    }

    private static async Task<(WebApplication Web, Uri Address)> ServeAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(NullLoggerFactory.Instance));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        var web = builder.Build();
        web.Run(answer);
        await web.StartAsync();
        return (web, new Uri(web.Urls.First()));
    }

    private sealed class Term : ITerm
    {
        public Task Completion { get; } = new TaskCompletionSource().Task;

        public Task BeginAsync(CancellationToken over) => Task.CompletedTask;

        public Task EndAsync(TermEnd how) => Task.CompletedTask;
    }
}
