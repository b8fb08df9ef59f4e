using System.Collections.Concurrent;
using System.Threading.Channels;
using Google.Protobuf;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Apps.Core;
using Offerbook.Apps.Secrets;
using FileInfo = System.IO.FileInfo;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Apps.Hosting;

/// <summary>
/// Secrets as files of a directory: the source <c>shop/db-password</c> is the file of that name in it. A file must be the owner's alone,
/// and
/// no link; one line break at its end does not count. Values are kept in memory and go nowhere but into launches.
/// </summary>
internal sealed class SecretFiles
{
    /// <summary>What an environment variable can hold with room to spare.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Different secrets; each at most <see cref="MaxBytes"/>.</summary>
    private const int MaxSecrets = 10_000;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly string _directory;
    private readonly Func<AppsMessage, CancellationToken, ValueTask> _post;
    private readonly ConcurrentDictionary<string, ByteString> _values = new(StringComparer.Ordinal);

    public SecretFiles(string directory, Func<AppsMessage, CancellationToken, ValueTask> post) => (_directory, _post) = (directory, post);

    /// <summary>Reads them beside the core and tells it what was found.</summary>
    public void Start(ReadSecrets read) => _ = Task.Run(async () =>
    {
        try
        {
            await _post(new AppsMessage.SecretsRead(read.Sources.Select(source => new SecretSeen(source, Read(source))).ToList()),
                CancellationToken.None);
        }
        catch (ChannelClosedException)
        {
            // The framework stops; nobody waits for the answer.
        }
    });

    /// <summary>
    /// The call with values in the place of references. One that is not known stays a reference, which the agent refuses.
    /// </summary>
    public Call Fill(Call call)
    {
        if (call.Type != Call.Types.Type.Accept || !Secrets(call).Any())
        {
            return call;
        }
        var filled = call.Clone();
        foreach (var secret in Secrets(filled))
        {
            if (_values.TryGetValue(secret.Reference!.Name, out var value))
            {
                secret.Type = Secret.Types.Type.Value;
                secret.Reference = null;
                secret.Value = new Secret.Types.Value { Data = value };
            }
        }
        return filled;
    }

    /// <returns>Why it cannot be had; null: it is kept.</returns>
    private string? Read(string source)
    {
        var parts = source.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0 || parts.Any(part => part is "." or ".." || part.Contains('\0')))
        {
            return $"'{source}' is not the name of a secret";
        }
        try
        {
            if (_values.Count >= MaxSecrets && !_values.ContainsKey(source))
            {
                return $"'{source}' is one more than the {MaxSecrets} secrets that are kept";
            }
            var path = _directory;
            foreach (var part in parts)
            {
                path = Path.Combine(path, part);
                if (new FileInfo(path).LinkTarget is not null)
                {
                    return $"'{source}' is reached by a link, which is not followed";
                }
            }
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                return Forget(source, $"'{source}' does not exist");
            }
            if ((file.UnixFileMode & Others) != 0)
            {
                return Forget(source, $"'{source}' is open to others (mode {Convert.ToString((int)file.UnixFileMode, 8)}); chmod 600 it");
            }
            if (file.Length > MaxBytes)
            {
                return Forget(source, $"'{source}' has {file.Length} bytes, more than {MaxBytes}");
            }
            var bytes = File.ReadAllBytes(path).AsSpan();
            bytes = bytes.EndsWith("\r\n"u8) ? bytes[..^2] : bytes.EndsWith("\n"u8) ? bytes[..^1] : bytes;
            _values[source] = ByteString.CopyFrom(bytes);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Forget(source, $"'{source}' cannot be read: {failure.Message}");
        }
    }

    private string Forget(string source, string problem)
    {
        _values.TryRemove(source, out _);
        return problem;
    }

    /// <summary>Every reference in an ACCEPT: of environments, volumes and images, of tasks and of pods.</summary>
    private static IEnumerable<Secret> Secrets(Call call) =>
        call.Accept.Operations.SelectMany(Secrets).Where(secret => secret.Reference is not null);

    private static IEnumerable<Secret> Secrets(Offer.Types.Operation operation)
    {
        var tasks = operation.Launch?.TaskInfos ?? operation.LaunchGroup?.TaskGroup.Tasks;
        foreach (var task in tasks ?? [])
        {
            foreach (var secret in Secrets(task.Command, task.Container).Concat(Secrets(task.Executor?.Command, task.Executor?.Container)))
            {
                yield return secret;
            }
        }
        foreach (var secret in Secrets(operation.LaunchGroup?.Executor?.Command, operation.LaunchGroup?.Executor?.Container))
        {
            yield return secret;
        }
    }

    private static IEnumerable<Secret> Secrets(CommandInfo? command, ContainerInfo? container) =>
        (command?.Environment?.Variables.Select(variable => variable.Secret) ?? [])
        .Concat(container?.Volumes.Select(volume => volume.Source?.Secret) ?? [])
        .Append(container?.Mesos?.Image?.Docker?.Config)
        .OfType<Secret>();
}
