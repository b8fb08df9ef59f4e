using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments;

/// <summary>
/// Which instances go when there are too many, so that what GROUP_BY spread out stays spread out:
/// 1. those that are sentenced, and those that have no task yet;
/// 2. of every further one, the first in <see cref="KillOrder"/> that is in a fullest place by every GROUP_BY constraint, else the
///    first without which none is less even;
/// 3. when there is none, the first in that order.
///
/// Instances in the same places are one bucket, so a kill costs a look at every bucket, not at every instance.
/// </summary>
public static class SpreadKills
{
    /// <param name="sentenced">Ids that come before all others.</param>
    public static List<Instance> First(int count, RunSpec app, IEnumerable<Instance> instances, IReadOnlyCollection<string> sentenced)
    {
        var fields = app.Constraints.Where(constraint => constraint.Operator == ConstraintOperator.GroupBy)
            .Select(constraint => constraint.Field).Distinct().ToList();
        if (fields.Count == 0)
        {
            return KillOrder.First(count, instances, app.KillSelection, sentenced);
        }
        var ordered = KillOrder.First(int.MaxValue, instances, app.KillSelection, sentenced);
        if (count >= ordered.Count)
        {
            return ordered;
        }
        var first = ordered.TakeWhile(instance => sentenced.Contains(instance.Id.Value) || instance.Placement is null).Take(count).ToList();
        var rest = ordered.Skip(first.Count).ToList();
        return [.. first, .. new Spread(fields, rest).Take(count - first.Count)];
    }

    private sealed class Spread
    {
        private readonly List<Bucket> _buckets;
        private readonly List<SortedDictionary<string, int>> _counts;

        public Spread(List<string> fields, List<Instance> ordered)
        {
            _counts = fields.Select(_ => new SortedDictionary<string, int>(StringComparer.Ordinal)).ToList();
            var buckets = new SortedDictionary<string, Bucket>(StringComparer.Ordinal);
            for (var rank = 0; rank < ordered.Count; rank++)
            {
                var places = fields.Select(field => ordered[rank].Placement?.Location[field] ?? "").ToArray();
                var key = string.Join('\n', places);
                if (!buckets.TryGetValue(key, out var bucket))
                {
                    buckets[key] = bucket = new Bucket(places);
                }
                bucket.Members.Enqueue((rank, ordered[rank]));
                for (var i = 0; i < places.Length; i++)
                {
                    _counts[i][places[i]] = _counts[i].GetValueOrDefault(places[i]) + 1;
                }
            }
            _buckets = buckets.Values.ToList();
        }

        public IEnumerable<Instance> Take(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var filled = _buckets.Where(bucket => bucket.Members.Count > 0).OrderBy(bucket => bucket.Members.Peek().Rank).ToList();
                var chosen = filled.FirstOrDefault(IsFullest) ?? filled.FirstOrDefault(StaysEven) ?? filled[0];
                for (var field = 0; field < chosen.Places.Length; field++)
                {
                    _counts[field][chosen.Places[field]]--;
                }
                yield return chosen.Members.Dequeue().Instance;
            }
        }

        /// <summary>In every field no place has more.</summary>
        private bool IsFullest(Bucket bucket)
        {
            for (var field = 0; field < bucket.Places.Length; field++)
            {
                if (_counts[field][bucket.Places[field]] < _counts[field].Values.Max())
                {
                    return false;
                }
            }
            return true;
        }

        /// <summary>With one less there, places are at most one apart in every field, or not further than before.</summary>
        private bool StaysEven(Bucket bucket)
        {
            for (var field = 0; field < bucket.Places.Length; field++)
            {
                var (most, least) = (_counts[field].Values.Max(), _counts[field].Values.Min());
                if (_counts[field][bucket.Places[field]] == least && most - least >= 1)
                {
                    return false;
                }
            }
            return true;
        }
    }

    private sealed class Bucket(string[] places)
    {
        public string[] Places => places;

        public Queue<(int Rank, Instance Instance)> Members { get; } = new();
    }
}
