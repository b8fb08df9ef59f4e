using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Hosting;

namespace Offerbook.Apps.Tests.Http;

/// <summary>The API over HTTPS, with a certificate made for the test.</summary>
public sealed class HttpsTests
{
    private string _directory = "";
    private X509Certificate2 _certificate = null!;

    [SetUp]
    public void Start()
    {
        _directory = Directory.CreateTempSubdirectory("offerbook-https-").FullName;
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=offerbook", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path_("plain.pem"), _certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        var strong = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1_000);
        File.WriteAllText(Path_("locked.pem"),
            _certificate.ExportCertificatePem() + "\n" + key.ExportEncryptedPkcs8PrivateKeyPem("pass", strong));
        File.WriteAllText(Path_("keyless.pem"), _certificate.ExportCertificatePem());
        File.WriteAllBytes(Path_("store.p12"), _certificate.Export(X509ContentType.Pkcs12, "pass"));
        File.WriteAllText(Path_("nonsense"), "nonsense");
    }

    [TearDown]
    public void Stop()
    {
        _certificate.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [TestCase("plain.pem", null)]
    [TestCase("locked.pem", "pass")]
    [TestCase("store.p12", "pass")]
    [Property("case", 199)]
    public async Task Api_WithoutHttp_IsServedWithTheCertificateAndSaysSo(string keystore, string? password)
    {
        await using var host = await AppsHost.StartAsync(
            Options(new TlsOptions { Keystore = Path_(keystore), Password = password, Port = 0, DisablesHttp = true }));
        Assert.That((host.Address.Scheme, host.Address.Port), Is.EqualTo(("https", host.SecurePort)));
        using var client = Client();
        using var response = await client.GetAsync(new Uri(host.Address, "/v2/info"));
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        Assert.That(response.Headers.GetValues("X-Marathon-Leader").Single(), Is.EqualTo($"https://127.0.0.1:{host.SecurePort}"));
        Assert.That((int)JObject.Parse(await response.Content.ReadAsStringAsync())["http_config"]!["https_port"]!,
            Is.EqualTo(host.SecurePort));
        using var stranger = new HttpClient();
        Assert.That(async () => await stranger.GetAsync(new Uri(host.Address, "/ping")), Throws.InstanceOf<HttpRequestException>(),
            "nobody trusts it yet");
        Assert.That(async () => await stranger.GetAsync(new Uri($"http://127.0.0.1:{host.SecurePort}/ping")),
            Throws.InstanceOf<HttpRequestException>());
    }

    [Test]
    public async Task Api_WithBoth_AnswersTheSame()
    {
        await using var host = await AppsHost.StartAsync(Options(new TlsOptions { Keystore = Path_("plain.pem"), Port = 0 }));
        Assert.That(host.Address.Scheme, Is.EqualTo("http"));
        using var client = Client();
        Assert.That(await client.GetStringAsync(new Uri(host.Address, "/ping")), Is.EqualTo("pong"));
        using var secure = await client.GetAsync(new Uri($"https://127.0.0.1:{host.SecurePort}/ping"));
        Assert.That((await secure.Content.ReadAsStringAsync(), secure.Headers.GetValues("X-Marathon-Leader").Single()),
            Is.EqualTo(("pong", host.Address.GetLeftPart(UriPartial.Authority))));
    }

    [TestCase("nowhere", null, "cannot be used")]
    [TestCase("nonsense", null, "cannot be used")]
    [TestCase("keyless.pem", null, "cannot be used")]
    [TestCase("locked.pem", "wrong", "cannot be used")]
    [TestCase("store.p12", "wrong", "cannot be used")]
    [TestCase(null, null, "--disable_http leaves nothing to serve with")]
    public void Keystore_ThatWillNotDo_StopsTheStartWithItsReason(string? keystore, string? password, string problem) => Assert.That(
        async () =>
            await AppsHost.StartAsync(
                Options(new TlsOptions { Keystore = keystore is null ? null : Path_(keystore), Password = password, Port = 0,
                    DisablesHttp = true })),
        Throws.InstanceOf<IOException>().With.Message.Contains(problem));

    private AppsOptions Options(TlsOptions tls) =>
        new(Path_("data"), [new Uri("http://127.0.0.1:1")]) { Listen = new IPEndPoint(IPAddress.Loopback, 0), Tls = tls };

    /// <summary>Trusts that certificate and no other.</summary>
    private HttpClient Client() => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) =>
            shown?.GetCertHashString() == _certificate.GetCertHashString() },
    });

    private string Path_(string name) => Path.Combine(_directory, name);
}
