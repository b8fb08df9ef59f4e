using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Offerbook.Client.Hosting.Standby;

/// <summary>Which certificates of a leader a standby believes, beside those that the machine trusts.</summary>
/// <param name="Trusted">Authorities, and certificates that leaders themselves may show, such as self-signed ones.</param>
/// <param name="IgnoresHostname">A certificate need not be of the name or address that the election tells.</param>
/// <param name="Advice">What an operator can do about one that is not believed: a sentence.</param>
public sealed record LeaderTrust(X509Certificate2Collection Trusted, bool IgnoresHostname, string Advice)
{
    /// <exception cref="AuthenticationException">It is not believed; the message says why, and what to do.</exception>
    internal bool Check(X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        if (shown is not X509Certificate2 leader)
        {
            throw new AuthenticationException($"It has shown no certificate. {Advice}");
        }
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && !IgnoresHostname)
        {
            throw new AuthenticationException($"Its certificate ({leader.Subject}) is not of the name under which it is reached. {Advice}");
        }
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) && !IsOurs(leader) && WhyNotOfOurs(leader, chain) is { } reason)
        {
            throw new AuthenticationException($"Its certificate ({leader.Subject}) is not trusted: {reason}. {Advice}");
        }
        return true;
    }

    private bool IsOurs(X509Certificate2 leader)
    {
        var now = DateTime.Now;
        return leader.NotBefore <= now && now <= leader.NotAfter
            && Trusted.Any(known => known.RawDataMemory.Span.SequenceEqual(leader.RawDataMemory.Span));
    }

    /// <returns>Null: one of ours has issued it.</returns>
    private string? WhyNotOfOurs(X509Certificate2 leader, X509Chain? shown)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(Trusted);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.1", "Server Authentication"));
        foreach (var between in shown?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(between.Certificate);
        }
        return chain.Build(leader)
            ? null : string.Join(", ", chain.ChainStatus.Select(static status => status.StatusInformation.Trim().TrimEnd('.')).Distinct());
    }
}
