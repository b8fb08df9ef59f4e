using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Groups;

/// <summary>
/// A node of a <see cref="PathMap{T}"/>: an immutable AVL tree, the heights of whose branches differ by one at most. Trees are put together
/// by joining and taken apart by splitting; both cost a logarithm of the size.
/// </summary>
internal sealed class PathNode<T> where T : class
{
    private PathNode(PathNode<T>? left, PathId id, T value, PathNode<T>? right)
    {
        (Left, Id, Value, Right) = (left, id, value, right);
        _height = 1 + Math.Max(HeightOf(left), HeightOf(right));
        Count = 1 + (left?.Count ?? 0) + (right?.Count ?? 0);
    }

    private readonly int _height;

    public PathNode<T>? Left { get; }

    public PathId Id { get; }

    public T Value { get; }

    public PathNode<T>? Right { get; }

    public int Count { get; }

    public static PathNode<T> With(PathNode<T>? tree, PathId id, T value)
    {
        if (tree is null)
        {
            return new PathNode<T>(null, id, value, null);
        }
        var order = id.CompareTo(tree.Id);
        return order switch
        {
            0 => ReferenceEquals(tree.Value, value) ? tree : new PathNode<T>(tree.Left, id, value, tree.Right),
            < 0 => With(tree.Left, id, value) is var left && ReferenceEquals(left, tree.Left) ? tree : Join(left, tree, tree.Right),
            _ => With(tree.Right, id, value) is var right && ReferenceEquals(right, tree.Right) ? tree : Join(tree.Left, tree, right),
        };
    }

    public static PathNode<T>? Without(PathNode<T>? tree, PathId id)
    {
        if (tree is null)
        {
            return null;
        }
        var order = id.CompareTo(tree.Id);
        if (order < 0)
        {
            return Without(tree.Left, id) is var left && ReferenceEquals(left, tree.Left) ? tree : Join(left, tree, tree.Right);
        }
        if (order > 0)
        {
            return Without(tree.Right, id) is var right && ReferenceEquals(right, tree.Right) ? tree : Join(tree.Left, tree, right);
        }
        if (tree.Left is null || tree.Right is null)
        {
            return tree.Left ?? tree.Right;
        }
        var next = First(tree.Right);
        return Join(tree.Left, next, Without(tree.Right, next.Id));
    }

    /// <summary>Branches that both share are not entered.</summary>
    public static void Compare(PathNode<T>? from, PathNode<T>? to, Action<PathId, T?, T?> differs)
    {
        if (ReferenceEquals(from, to))
        {
            return;
        }
        if (from is null)
        {
            Compare(null, to!.Left, differs);
            differs(to.Id, null, to.Value);
            Compare(null, to.Right, differs);
            return;
        }
        var (left, same, right) = Split(to, from.Id);
        Compare(from.Left, left, differs);
        if (!ReferenceEquals(from.Value, same))
        {
            differs(from.Id, from.Value, same);
        }
        Compare(from.Right, right, differs);
    }

    /// <summary>What comes before the id, its value, and what comes after it.</summary>
    private static (PathNode<T>? Left, T? Value, PathNode<T>? Right) Split(PathNode<T>? tree, PathId id)
    {
        if (tree is null)
        {
            return (null, null, null);
        }
        var order = id.CompareTo(tree.Id);
        if (order == 0)
        {
            return (tree.Left, tree.Value, tree.Right);
        }
        if (order < 0)
        {
            var (left, value, right) = Split(tree.Left, id);
            return (left, value, Join(right, tree, tree.Right));
        }
        else
        {
            var (left, value, right) = Split(tree.Right, id);
            return (Join(tree.Left, tree, left), value, right);
        }
    }

    /// <summary>Both branches, of whatever heights, with the entry of <paramref name="middle"/> between them.</summary>
    private static PathNode<T> Join(PathNode<T>? left, PathNode<T> middle, PathNode<T>? right)
    {
        if (HeightOf(left) > HeightOf(right) + 1)
        {
            return Balance(left!.Left, left, Join(left.Right, middle, right));
        }
        if (HeightOf(right) > HeightOf(left) + 1)
        {
            return Balance(Join(left, middle, right!.Left), right, right.Right);
        }
        return Make(left, middle, right);
    }

    /// <summary>The same of branches whose heights differ by two at most.</summary>
    private static PathNode<T> Balance(PathNode<T>? left, PathNode<T> middle, PathNode<T>? right)
    {
        if (HeightOf(left) > HeightOf(right) + 1)
        {
            return HeightOf(left!.Left) >= HeightOf(left.Right)
                ? Make(left.Left, left, Make(left.Right, middle, right))
                : Make(Make(left.Left, left, left.Right!.Left), left.Right, Make(left.Right.Right, middle, right));
        }
        if (HeightOf(right) > HeightOf(left) + 1)
        {
            return HeightOf(right!.Right) >= HeightOf(right.Left)
                ? Make(Make(left, middle, right.Left), right, right.Right)
                : Make(Make(left, middle, right.Left!.Left), right.Left, Make(right.Left.Right, right, right.Right));
        }
        return Make(left, middle, right);
    }

    /// <summary>The very node where its branches are the ones it has: what is put together again as it was stays shared.</summary>
    private static PathNode<T> Make(PathNode<T>? left, PathNode<T> middle, PathNode<T>? right) =>
        ReferenceEquals(left, middle.Left) && ReferenceEquals(right, middle.Right)
            ? middle : new PathNode<T>(left, middle.Id, middle.Value, right);

    private static PathNode<T> First(PathNode<T> tree)
    {
        while (tree.Left is { } left)
        {
            tree = left;
        }
        return tree;
    }

    private static int HeightOf(PathNode<T>? tree) => tree?._height ?? 0;
}
