using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Offerbook.Apps.Tests.Http;

/// <summary>An authority of the test's own, and certificates that it issues or that issue themselves.</summary>
internal sealed class Certificates : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;
    private readonly string _directory = Directory.CreateTempSubdirectory("offerbook-certificates-").FullName;

    public Certificates()
    {
        var request = new CertificateRequest("CN=authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        File.WriteAllText(Authority, _authority.ExportCertificatePem());
        File.WriteAllText(Nonsense, "nonsense");
        File.WriteAllText(Empty, "");
    }

    /// <summary>The authority's certificate, PEM.</summary>
    public string Authority => Path.Combine(_directory, "authority.pem");

    public string Nonsense => Path.Combine(_directory, "nonsense.pem");

    public string Empty => Path.Combine(_directory, "empty.pem");

    /// <returns>A PEM file with certificate and key.</returns>
    /// <param name="isSelfSigned">Nobody but itself has issued it.</param>
    public string Issue(string name, bool isSelfSigned = false, bool isOfLoopback = true, TimeSpan? ended = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(isOfLoopback ? IPAddress.Loopback : IPAddress.Parse("10.9.8.7"));
        request.CertificateExtensions.Add(names.Build());
        var (from, to) = (DateTimeOffset.UtcNow.AddHours(-10), DateTimeOffset.UtcNow.AddDays(1) - (ended ?? TimeSpan.Zero));
        using var certificate = isSelfSigned
            ? request.CreateSelfSigned(from, to) : request.Create(_authority, from, to, RandomNumberGenerator.GetBytes(8));
        var file = Path.Combine(_directory, name + ".pem");
        File.WriteAllText(file, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        return file;
    }

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
