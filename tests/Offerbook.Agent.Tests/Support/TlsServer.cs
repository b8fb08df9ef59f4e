using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Offerbook.Agent.Tests.Support;

/// <summary>A server with a certificate that nobody knows and that is long over.</summary>
internal static class TlsServer
{
    /// <param name="listener">Listens already.</param>
    public static async Task AnswerOnceAsync(Socket listener, string answer)
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=nobody", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        await using var client = new NetworkStream(await listener.AcceptAsync(), ownsSocket: true);
        await using var stream = new SslStream(client);
        await stream.AuthenticateAsServerAsync(certificate);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(answer));
    }
}
