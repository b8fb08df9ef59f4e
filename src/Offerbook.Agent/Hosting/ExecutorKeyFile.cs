using System.Security.Cryptography;
using System.Text;
using Offerbook.Wire.Http.Security;

namespace Offerbook.Agent.Hosting;

/// <summary>
/// The key with which an agent signs the tokens of its executors. It must outlive the agent's process, as the executors do.
/// </summary>
internal static class ExecutorKeyFile
{
    /// <summary>As long as the hash (RFC 7518, 3.2).</summary>
    private const int KeyBytes = 32;

    private const int MaxKeyBytes = 64 * 1024;

    /// <param name="given">A file that the operator named.</param>
    /// <summary>Reads the key of the work directory, or makes one that only the agent's user can read.</summary>
    /// <exception cref="AgentStartException">It cannot be read or written, or is damaged.</exception>
    public static byte[] Of(string work, string? given)
    {
        if (given is not null)
        {
            return ReadGiven(given);
        }
        var path = Path.Combine(work, "meta", "executor.key");
        try
        {
            if (!File.Exists(path))
            {
                Make(path);
            }
            var key = File.ReadAllBytes(path);
            return key.Length == KeyBytes
                ? key
                : throw new AgentStartException(
                    $"The key '{path}' for the tokens of executors has {key.Length} bytes instead of {KeyBytes}. Delete it: executors that run will have to be started anew.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AgentStartException($"The key '{path}' for the tokens of executors cannot be used: {failure.Message}", failure);
        }
    }

    private static byte[] ReadGiven(string path)
    {
        try
        {
            var key = Encoding.UTF8.GetBytes(SecretFile.Read(path, "JWT secret key file", MaxKeyBytes, null));
            return key.Length > 0 ? key : throw new FormatException($"the JWT secret key file '{path}' is empty");
        }
        catch (FormatException wrong)
        {
            throw new AgentStartException($"--jwt_secret_key cannot be used: {wrong.Message}", wrong);
        }
    }

    /// <summary>Complete before it has its name: a crash leaves no half key.</summary>
    private static void Make(string path)
    {
        var fresh = path + ".new";
        File.Delete(fresh);
        using (var file = new FileStream(fresh, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(RandomNumberGenerator.GetBytes(KeyBytes));
            file.Flush(flushToDisk: true);
        }
        File.Move(fresh, path);
    }
}
