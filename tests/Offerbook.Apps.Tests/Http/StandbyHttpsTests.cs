using System.Net.Security;
using Offerbook.Apps.Hosting;

namespace Offerbook.Apps.Tests.Http;

/// <summary>Instances that serve nothing but HTTPS, with certificates that the machine does not know.</summary>
[Property("case", 198)]
[TestFixture(Shown.OfTheAuthority, Known.TheAuthority, null)]
[TestFixture(Shown.OfTheAuthority, Known.Nothing, "is not trusted: ")]
[TestFixture(Shown.OfAnotherName, Known.TheAuthority, "is not of the name under which it is reached")]
[TestFixture(Shown.OfAnotherName, Known.AnyName, null)]
[TestFixture(Shown.Outdated, Known.TheAuthority, "is not trusted: ")]
[TestFixture(Shown.Common, Known.Nothing, null)]
[TestFixture(Shown.SelfSigned, Known.ThatOne, null)]
[TestFixture(Shown.SelfSigned, Known.TheAuthority, "is not trusted: ")]
internal sealed class StandbyHttpsTests(StandbyHttpsTests.Shown shown, StandbyHttpsTests.Known known, string? refusal) : TwoHostsFixture,
IDisposable
{
    private readonly Certificates _certificates = new();
    private string? _leaders;

    /// <summary>What the leader shows.</summary>
    internal enum Shown
    {
        OfTheAuthority,
        OfAnotherName,
        Outdated,
        SelfSigned,

        /// <summary>Self-signed, and the standby's own too.</summary>
        Common,
    }

    /// <summary>What the standby is given.</summary>
    internal enum Known
    {
        Nothing,
        TheAuthority,
        AnyName,
        ThatOne,
    }

    protected override RemoteCertificateValidationCallback? Trusts => static (_, _, _, _) => true;

    protected override TlsOptions TlsOf(int member)
    {
        _leaders ??= _certificates.Issue("leader", isSelfSigned: shown is Shown.SelfSigned or Shown.Common,
            isOfLoopback: shown != Shown.OfAnotherName,
            ended: shown == Shown.Outdated ? TimeSpan.FromDays(1) + TimeSpan.FromHours(1) : null);
        return new TlsOptions
        {
            Keystore = member == 0 || shown == Shown.Common ? _leaders : _certificates.Issue("standby", isSelfSigned: true),
            DisablesHttp = true,
            Port = 0,
            IgnoresLeaderHostname = known == Known.AnyName,
            LeaderAuthorities = known switch
            {
                Known.Nothing => null,
                Known.ThatOne => _leaders,
                _ => _certificates.Authority,
            },
        };
    }

    [Test]
    public async Task Request_ToAStandby_ReachesALeaderWhoseCertificateItBelieves()
    {
        await ElectAsync(A, "1");
        Assert.That(A.Self.Scheme, Is.EqualTo("https"));
        Connect(B.Self);

        var answer = await SendAsync("POST", "/v2/apps", """{"id":"/a","cmd":"sleep 1"}""");

        if (refusal is null)
        {
            Assert.That((answer.Status, answer.Headers["X-Marathon-Leader"]), Is.EqualTo((201, A.Self.GetLeftPart(UriPartial.Authority))));
            return;
        }
        Assert.That((answer.Status, answer.Message), Is.EqualTo((502, answer.Message)));
        Assert.That(answer.Message,
            Does.StartWith($"The leader at {A.Self.Authority} cannot be spoken to over HTTPS, and nothing was sent to it.")
            .And.Contain(refusal).And.Contain("CN=leader").And.Contain("--leader_proxy_ca_path"));
        Connect(A.Self);
        Assert.That((await GetAsync("/v2/apps/a")).Status, Is.EqualTo(404));
    }

    [TestCase("nowhere", "cannot be used")]
    [TestCase("nonsense", "holds no certificate")]
    [TestCase("empty", "holds no certificate")]
    public void Authorities_ThatWillNotDo_StopTheStartWithTheirReason(string file, string problem) => Assert.That(
        async () => await AppsHost.StartAsync(new AppsOptions("/nowhere", [new Uri("http://127.0.0.1:1")])
        {
            Listen = new(System.Net.IPAddress.Loopback, 0),
            Tls = new TlsOptions { LeaderAuthorities = file switch { "nonsense" => _certificates.Nonsense, "empty" => _certificates.Empty,
                _ => "/nowhere/ca.pem" } },
        }),
        Throws.InstanceOf<IOException>().With.Message.Contains("--leader_proxy_ca_path").And.Message.Contains(problem));

    public void Dispose() => _certificates.Dispose();
}
