using System.Net.Http.Headers;
using System.Text;

namespace Offerbook.Wire.Http;

/// <summary>What a client shows to be let in. Its text form does not hold the secret, so that no log does.</summary>
public sealed class Credential
{
    /// <summary>Secrets are a line of text, not documents.</summary>
    private const int MaxSecretBytes = 64 * 1024;

    /// <exception cref="FormatException">The principal is empty or contains a colon, or the secret is empty.</exception>
    public Credential(string principal, string secret)
    {
        if (principal.Length == 0 || principal.Contains(':'))
        {
            throw new FormatException("A principal must not be empty or contain a colon.");
        }
        if (secret.Length == 0)
        {
            throw new FormatException($"The secret of principal '{principal}' is empty.");
        }
        (Principal, Secret) = (principal, secret);
    }

    public string Principal { get; }

    public string Secret { get; }

    /// <summary>The value of an Authorization header.</summary>
    public AuthenticationHeaderValue Header => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Principal}:{Secret}")));

    /// <summary>Takes the secret from a file, so that it is on no command line. Line ends after it do not belong to it.</summary>
    /// <exception cref="FormatException">The file cannot be read or holds no secret.</exception>
    public static Credential FromFile(string principal, string secretFile)
    {
        try
        {
            if (new FileInfo(secretFile).Length > MaxSecretBytes)
            {
                throw new FormatException($"The secret file '{secretFile}' is longer than {MaxSecretBytes} bytes.");
            }
            return new Credential(principal, File.ReadAllText(secretFile).TrimEnd('\r', '\n'));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"Cannot read the secret file '{secretFile}': {fault.Message}", fault);
        }
    }

    public override string ToString() => $"principal '{Principal}'";
}
