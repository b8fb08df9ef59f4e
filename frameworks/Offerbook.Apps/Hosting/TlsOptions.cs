using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Offerbook.Client.Hosting.Standby;

namespace Offerbook.Apps.Hosting;

/// <summary>How the API is served over HTTPS, beside HTTP or in its place.</summary>
public sealed record TlsOptions
{
    public const int DefaultPort = 8443;

    /// <summary>A PKCS #12 file, or a PEM file with the certificate, those between it and its root, and the key. Null: no HTTPS.</summary>
    public string? Keystore { get; init; }

    /// <summary>Of the file, or of the key in it; null: none.</summary>
    public string? Password { get; init; }

    /// <summary>On the address that HTTP has. 0 takes any free one.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>Nothing is served without TLS.</summary>
    public bool DisablesHttp { get; init; }

    /// <summary>
    /// A PEM file of authorities, or of leaders' own certificates, that a standby trusts; null: those of <see cref="Keystore"/> only.
    /// </summary>
    public string? LeaderAuthorities { get; init; }

    /// <summary>A leader's certificate may be of any name.</summary>
    public bool IgnoresLeaderHostname { get; init; }

    /// <summary>
    /// Whom a standby believes: the machine's authorities, those of the file, and whatever is in our own keystore, as instances of one
    /// framework often share it.
    /// </summary>
    /// <returns>Null: the machine's authorities only.</returns>
    /// <exception cref="IOException">A file will not do; the message says why.</exception>
    internal LeaderTrust? LoadLeaderTrust()
    {
        var trusted = new X509Certificate2Collection();
        if (LeaderAuthorities is { } file)
        {
            try
            {
                trusted.ImportFromPemFile(file);
            }
            catch (Exception fault) when (fault is CryptographicException or UnauthorizedAccessException or IOException)
            {
                throw new IOException(
                    $"--leader_proxy_ca_path: '{file}' cannot be used: {fault.Message.TrimEnd('.')}. It is a PEM file of certificates.",
                    fault);
            }
            if (trusted.Count == 0)
            {
                throw new IOException($"--leader_proxy_ca_path: '{file}' holds no certificate. It is a PEM file of certificates.");
            }
        }
        if (Load() is { } own)
        {
            trusted.Add(own.ServerCertificate!);
            trusted.AddRange(own.ServerCertificateChain ?? []);
        }
        return trusted.Count == 0 && !IgnoresLeaderHostname ? null : new LeaderTrust(trusted, IgnoresLeaderHostname,
            "Give this instance --leader_proxy_ca_path=FILE with the certificate of the authority that has issued the leader's (PEM), "
            + "or --leader_proxy_ssl_ignore_hostname if only the name is wrong");
    }

    /// <returns>Null: no HTTPS.</returns>
    /// <exception cref="IOException">The file will not do, or nothing would be served; the message says why.</exception>
    internal HttpsConnectionAdapterOptions? Load()
    {
        if (Keystore is null)
        {
            return DisablesHttp
                ? throw new IOException("--disable_http leaves nothing to serve with: give --ssl_keystore_path too.") : null;
        }
        try
        {
            var (certificate, chain) = IsPem(Keystore) ? LoadPem(Keystore) : LoadPkcs12(Keystore);
            return certificate.HasPrivateKey
                ? new HttpsConnectionAdapterOptions { ServerCertificate = certificate, ServerCertificateChain = chain }
                : throw new IOException($"--ssl_keystore_path: '{Keystore}' holds no private key.");
        }
        catch (Exception fault)
            when (fault is CryptographicException or UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException($"--ssl_keystore_path: '{Keystore}' cannot be used: {fault.Message.TrimEnd('.')}. "
                + "It is a PKCS #12 file, or PEM with certificate and key; its password is that of --ssl_keystore_password.", fault);
        }
    }

    private static bool IsPem(string path)
    {
        using var file = new StreamReader(path);
        var start = new char[4096];
        return start.AsSpan(0, file.ReadBlock(start)).Contains("-----BEGIN ", StringComparison.Ordinal);
    }

    private (X509Certificate2 Certificate, X509Certificate2Collection Chain) LoadPem(string path)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(path);
        return (Password is null ? X509Certificate2.CreateFromPemFile(path) : X509Certificate2.CreateFromEncryptedPemFile(path, Password),
            chain);
    }

    private (X509Certificate2 Certificate, X509Certificate2Collection Chain) LoadPkcs12(string path)
    {
        var all = X509CertificateLoader.LoadPkcs12CollectionFromFile(path, Password);
        return (all.FirstOrDefault(certificate => certificate.HasPrivateKey)
            ?? throw new CryptographicException("it holds no private key"), all);
    }
}
