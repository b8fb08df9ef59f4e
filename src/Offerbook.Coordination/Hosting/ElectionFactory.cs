using System.Diagnostics.CodeAnalysis;
using Offerbook.Coordination.Election;
using Offerbook.Coordination.Hosting.ZooKeeper;
using Offerbook.Coordination.Nodes;

namespace Offerbook.Coordination.Hosting;

/// <summary>
/// The election that a part's flags name: <c>--zk zk://user:password@host1:2181,host2:2181/path</c>, or <c>--zk file:///path</c> of a file
/// that holds
/// such an address, so that the password is in no list of processes; without <c>--zk</c> the part stands alone.
/// </summary>
public sealed class ElectionFactory
{
    private const string FileScheme = "file://";

    /// <summary>An address is short; a file that is longer holds something else.</summary>
    private const int MaxFileBytes = 64 * 1024;

    private readonly NodeFormat _format;
    private readonly ElectionSettings _settings;

    private ElectionFactory(ZooKeeperUri? uri, NodeFormat format, ElectionSettings settings) =>
        (Uri, _format, _settings) = (uri, format, settings);

    /// <summary>Null when the part stands alone.</summary>
    public ZooKeeperUri? Uri { get; }

    [MemberNotNullWhen(false, nameof(Uri))]
    public bool IsStandalone => Uri is null;

    /// <param name="zk">The flag's text; null or empty to stand alone.</param>
    /// <param name="format"><see cref="MasterNodes"/> for masters, <see cref="LatchNodes"/> for Apps and Batch.</param>
    /// <param name="error">What is wrong and what to write instead, without the password.</param>
    public static bool TryCreate(string? zk, NodeFormat format, ElectionSettings settings, [NotNullWhen(true)] out ElectionFactory? factory,
        [NotNullWhen(false)] out string? error)
    {
        factory = null;
        ZooKeeperUri? uri = null;
        error = null;
        if (settings.SessionTimeout < TimeSpan.FromMilliseconds(100) || settings.SessionTimeout > TimeSpan.FromHours(1))
        {
            error = "The session time-out of ZooKeeper must be between 100 ms and 1 h.";
        }
        else if (!string.IsNullOrWhiteSpace(zk) && TryRead(zk.Trim(), out var text, out error)
            && ZooKeeperUri.TryParse(text, out uri, out error))
        {
            error = null;
        }
        if (error is null)
        {
            factory = new ElectionFactory(uri, format, settings);
        }
        return error is null;
    }

    /// <summary>Stands, once it is known where the part listens: no server has answered yet when this returns.</summary>
    /// <param name="address">Where clients and the other parts reach this one.</param>
    /// <param name="data">What the node holds: a MasterInfo as JSON, or <see cref="LatchNodes.DataOf"/>.</param>
    /// <exception cref="ZooKeeper.Native.ZooKeeperLibraryMissingException">The C client is not installed.</exception>
    public async Task<ICandidate> StandAsync(Uri address, ReadOnlyMemory<byte> data) => Uri is { } uri
        ? await ZooKeeperCandidate.StandAsync(uri, _settings, new CandidateOptions(uri.Path, _format, address, data))
        : new StandaloneCandidate(address, data);

    /// <param name="describe">Says what the node holds, anew for each that is made.</param>
    /// <exception cref="ZooKeeper.Native.ZooKeeperLibraryMissingException">The C client is not installed.</exception>
    public async Task<ICandidate> StandAsync(Uri address, Func<ReadOnlyMemory<byte>> describe) => Uri is { } uri
        ? await ZooKeeperCandidate.StandAsync(uri, _settings,
            new CandidateOptions(uri.Path, _format, address, default) { Describe = describe })
        : new StandaloneCandidate(address, describe);

    /// <summary>Follows the election without standing in it. Only where there is one: see <see cref="IsStandalone"/>.</summary>
    /// <exception cref="ZooKeeper.Native.ZooKeeperLibraryMissingException">The C client is not installed.</exception>
    public async Task<ILeaderDetector> FollowAsync() => Uri is { } uri
        ? await ZooKeeperDetector.FollowAsync(uri, _format, _settings)
        : throw new InvalidOperationException("Who stands alone has nobody to follow.");

    /// <summary>An address, or what a file of this name holds.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out string? address, [NotNullWhen(false)] out string? error)
    {
        (address, error) = (text, null);
        if (!text.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }
        var path = text[FileScheme.Length..];
        try
        {
            address = new FileInfo(path).Length <= MaxFileBytes ? File.ReadAllText(path).Trim() : null;
            error = address is null ? $"The file '{path}' is too long to hold a ZooKeeper address." : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            (address, error) = (null, $"The file '{path}', which shall hold a ZooKeeper address, cannot be read: {failure.Message}");
        }
        return error is null;
    }
}
