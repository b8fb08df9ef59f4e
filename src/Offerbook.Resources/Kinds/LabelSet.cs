using Mesos.V1;

namespace Offerbook.Resources;

/// <summary>Labels in the order they came in; two sets are equal when they hold the same labels in any order.</summary>
public sealed class LabelSet : IEquatable<LabelSet>
{
    private readonly (string Key, string? Value)[] _labels;
    private readonly (string Key, string? Value)[] _sorted;

    public LabelSet(params ReadOnlySpan<(string Key, string? Value)> labels)
    {
        _labels = labels.ToArray();
        _sorted = labels.ToArray();
        Array.Sort(_sorted, Compare);
    }

    public ReadOnlySpan<(string Key, string? Value)> Labels => _labels;

    public static LabelSet From(Labels labels)
    {
        var pairs = new (string, string?)[labels.Labels_.Count];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = (labels.Labels_[i].Key, labels.Labels_[i].HasValue ? labels.Labels_[i].Value : null);
        }

        return new LabelSet(pairs);
    }

    public Labels ToProto()
    {
        var proto = new Labels();
        foreach (var (key, value) in _labels)
        {
            var label = new Label { Key = key };
            if (value is not null)
            {
                label.Value = value;
            }

            proto.Labels_.Add(label);
        }

        return proto;
    }

    public bool Equals(LabelSet? other) => other is not null && _sorted.AsSpan().SequenceEqual(other._sorted);

    public override bool Equals(object? obj) => Equals(obj as LabelSet);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var label in _sorted)
        {
            hash.Add(label);
        }

        return hash.ToHashCode();
    }

    /// <summary><c>{key: value, key}</c></summary>
    public override string ToString()
    {
        var parts = new List<string>(_labels.Length);
        foreach (var (key, value) in _labels)
        {
            parts.Add(value is null ? key : key + ": " + value);
        }

        return "{" + string.Join(", ", parts) + "}";
    }

    private static int Compare((string Key, string? Value) left, (string Key, string? Value) right)
    {
        var byKey = string.CompareOrdinal(left.Key, right.Key);
        return byKey != 0 ? byKey : string.CompareOrdinal(left.Value, right.Value);
    }
}
