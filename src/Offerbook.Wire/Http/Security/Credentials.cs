using System.Security.Cryptography;
using System.Text;

namespace Offerbook.Wire.Http.Security;

/// <summary>
/// Principals and their secrets. Secrets are kept as hashes under a key of this process, which makes all of them equally long: the
/// comparison takes the same time whatever is wrong, and a dump of the memory shows none.
/// </summary>
public sealed class Credentials
{
    /// <summary>More would be a directory service's business.</summary>
    public const int MaxCount = 10_000;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<string, byte[]> _hashes = new(StringComparer.Ordinal);
    private readonly byte[] _nobody;

    /// <param name="secrets">By principal.</param>
    public Credentials(IEnumerable<KeyValuePair<string, string>> secrets)
    {
        foreach (var (principal, secret) in secrets)
        {
            _hashes[principal] = Hash(secret);
        }
        _nobody = RandomNumberGenerator.GetBytes(32);
    }

    public int Count => _hashes.Count;

    /// <summary>Whether the secret is that of the principal. An unknown principal takes as long as a wrong secret.</summary>
    public bool Verify(string principal, string secret)
    {
        var known = _hashes.TryGetValue(principal, out var expected);
        return CryptographicOperations.FixedTimeEquals(Hash(secret), expected ?? _nobody) && known;
    }

    private byte[] Hash(string secret) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(secret));
}
