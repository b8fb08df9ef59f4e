using Mesos.V1;
using Offerbook.Batch.Jobs;
using Offerbook.Resources;

namespace Offerbook.Batch.Matching;

/// <summary>
/// What is left of one offer while tasks are packed onto it. Reserved resources are used before unreserved ones (nobody else could
/// use them); revocable ones, persistent volumes and whole disks are left alone.
/// </summary>
public sealed class OfferCapacity
{
    private readonly Pool _cpus;
    private readonly Pool _mem;
    private readonly Pool _disk;

    public OfferCapacity(Offer offer)
    {
        var usable = ResourceReader.Read(offer.Resources)
            .Bag.Without(ResourceTraits.Revocable | ResourceTraits.Shared | ResourceTraits.Exclusive);
        (_cpus, _mem, _disk) = (new Pool(usable, "cpus"), new Pool(usable, "mem"), new Pool(usable, "disk"));
    }

    /// <summary>How many tasks of this demand fit, at most <paramref name="max"/>.</summary>
    public int Fits(Demand demand, int max) =>
        Math.Min(_cpus.Fits(demand.Cpus, max), Math.Min(_mem.Fits(demand.Mem, max), _disk.Fits(demand.Disk, max)));

    /// <summary>Takes one task's resources; the caller knows that they fit.</summary>
    public List<Resource> Take(Demand demand)
    {
        var taken = new List<ResourceEntry>(3);
        _cpus.Take(demand.Cpus, taken);
        _mem.Take(demand.Mem, taken);
        _disk.Take(demand.Disk, taken);
        return ResourceBag.Of([.. taken]).ToProto(ResourceFormat.PostRefinement);
    }

    /// <summary>One scalar, in as many kinds as it is offered.</summary>
    private sealed class Pool
    {
        private readonly List<ResourceEntry> _parts = [];
        private Scalar _total;

        public Pool(ResourceBag offered, string name)
        {
            foreach (var entry in offered.Where(e => e.Name == name && e.Value.IsScalar).OrderByDescending(e => e.Kind.IsReserved))
            {
                _parts.Add(entry);
                _total += entry.Value.Scalar;
            }
        }

        public int Fits(Scalar each, int max) => each.IsZero ? max : (int)Math.Min(max, _total.Milli / each.Milli);

        public void Take(Scalar amount, List<ResourceEntry> taken)
        {
            for (var i = 0; i < _parts.Count && !amount.IsZero; i++)
            {
                var here = new Scalar(Math.Min(amount.Milli, _parts[i].Value.Scalar.Milli));
                if (!here.IsZero)
                {
                    taken.Add(_parts[i] with { Value = here });
                    _parts[i] = _parts[i] with { Value = _parts[i].Value.Scalar - here };
                    amount -= here;
                    _total -= here;
                }
            }
        }
    }
}
