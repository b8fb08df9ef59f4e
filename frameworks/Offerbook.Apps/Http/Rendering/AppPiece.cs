using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http.Rendering;

/// <summary>What the JSON of an app with its life is made of, besides the definition.</summary>
/// <param name="Now">For what tells ages; null where nothing does.</param>
internal sealed record AppPieceKey(AppEmbeds Embeds, object Instances, object Health, object Readiness, TaskFailure? Failure,
    string[] Locks, Timestamp? Now)
{
    public bool Equals(AppPieceKey? other) => other is not null && Embeds == other.Embeds && ReferenceEquals(Instances, other.Instances)
        && ReferenceEquals(Health, other.Health) && ReferenceEquals(Readiness, other.Readiness) && ReferenceEquals(Failure, other.Failure)
        && Now == other.Now && Locks.AsSpan().SequenceEqual(other.Locks);

    public override int GetHashCode() => Embeds.GetHashCode();
}

/// <summary>
/// The JSON of one definition, and of the app as it was when it was last looked at in each way. Safe to use from several threads.
/// </summary>
internal sealed class AppPiece(byte[] definition)
{
    /// <summary>Ways of looking: a list, a single app, a load balancer's, a page's, of which two tell ages and so count twice.</summary>
    private const int Kept = 6;

    private readonly Lock _lock = new();
    private readonly List<(AppPieceKey Key, byte[] Json)> _known = [];

    public byte[] Definition => definition;

    public byte[] Get(AppPieceKey key, Func<byte[]> write)
    {
        lock (_lock)
        {
            foreach (var (known, json) in _known)
            {
                if (known == key)
                {
                    return json;
                }
            }
        }
        var written = write();
        lock (_lock)
        {
            _known.RemoveAll(known => known.Key.Embeds == key.Embeds);
            if (_known.Count == Kept)
            {
                _known.RemoveAt(0);
            }
            _known.Add((key, written));
        }
        return written;
    }
}
