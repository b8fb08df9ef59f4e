using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Groups;

/// <summary>
/// An immutable map from path ids, sorted by them; a change shares all that it does not touch. Two maps of which one was made from the
/// other are compared by what they do not share, so that finding one change among n entries costs a logarithm of n. Values are the same
/// only if they are one object: an equal definition still takes the place of the one there.
/// </summary>
public sealed class PathMap<T> : IReadOnlyCollection<KeyValuePair<PathId, T>> where T : class
{
    private readonly PathNode<T>? _root;

    private PathMap(PathNode<T>? root) => _root = root;

    public static PathMap<T> Empty { get; } = new(null);

    public int Count => _root?.Count ?? 0;

    public IEnumerable<PathId> Keys => this.Select(pair => pair.Key);

    public IEnumerable<T> Values => this.Select(pair => pair.Value);

    public T? GetValueOrDefault(PathId id)
    {
        var node = _root;
        while (node is not null)
        {
            var order = id.CompareTo(node.Id);
            if (order == 0)
            {
                return node.Value;
            }
            node = order < 0 ? node.Left : node.Right;
        }
        return null;
    }

    public bool TryGetValue(PathId id, [NotNullWhen(true)] out T? value) => (value = GetValueOrDefault(id)) is not null;

    public bool ContainsKey(PathId id) => GetValueOrDefault(id) is not null;

    public PathMap<T> SetItem(PathId id, T value) => Made(PathNode<T>.With(_root, id, value));

    public PathMap<T> Remove(PathId id) => Made(PathNode<T>.Without(_root, id));

    /// <summary>
    /// Tells of every id whose value is not the same object in both, in order; null stands for none. A null map is an empty one.
    /// </summary>
    public static void Compare(PathMap<T>? from, PathMap<T>? to, Action<PathId, T?, T?> differs) =>
        PathNode<T>.Compare(from?._root, to?._root, differs);

    public IEnumerator<KeyValuePair<PathId, T>> GetEnumerator()
    {
        var waiting = new Stack<PathNode<T>>();
        for (var node = _root; node is not null || waiting.Count > 0; node = node.Right)
        {
            for (; node is not null; node = node.Left)
            {
                waiting.Push(node);
            }
            node = waiting.Pop();
            yield return KeyValuePair.Create(node.Id, node.Value);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private PathMap<T> Made(PathNode<T>? root) => ReferenceEquals(root, _root) ? this : root is null ? Empty : new PathMap<T>(root);
}
