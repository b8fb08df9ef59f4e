using Offerbook.Actors;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;
using Offerbook.Resources;

namespace Offerbook.Apps.Matching;

/// <summary>One port of a task.</summary>
/// <param name="Requested">The number in the definition, 0 for any.</param>
/// <param name="HostPort">On the agent; null when none is mapped.</param>
/// <param name="ContainerPort">Inside the container; the host port with host networking.</param>
public readonly record struct AssignedPort(int Requested, int? HostPort, int ContainerPort)
{
    /// <summary>What the task is told: the host port if there is one.</summary>
    public int Effective => HostPort ?? ContainerPort;
}

/// <summary>
/// Chooses host ports: fixed ones must be in the offer; the others are consecutive numbers from a random place in the offered
/// ranges (put in random order, wrapping round), so that a port that was just freed is not at once given to another task.
/// </summary>
internal sealed class PortAssignment
{
    /// <summary>First port for a container port that nobody chose: below are the privileged ones.</summary>
    private const int FirstRandomContainerPort = 1_025;

    /// <summary>Numbers that an agent may offer but no socket can have.</summary>
    private static readonly ValueRange NoPorts = new(65_536, ulong.MaxValue);

    private readonly IReadOnlyList<Wish> _wishes;

    private PortAssignment(IReadOnlyList<Wish> wishes) => _wishes = wishes;

    /// <param name="Host">Null: no host port; 0: any.</param>
    private readonly record struct Wish(int Requested, int? Host, int Container);

    public static PortAssignment For(RunSpec spec) => spec is PodDefinition pod ? For(pod) : For((AppDefinition)spec);

    private static PortAssignment For(PodDefinition pod) =>
        new(pod.Endpoints.Select(pair => pair.Endpoint).Select(endpoint => pod.IsHostNetworking
        ? new Wish(endpoint.HostPort ?? 0, endpoint.HostPort ?? 0, 0)
        : new Wish(endpoint.ContainerPort ?? 0, endpoint.HostPort, endpoint.ContainerPort ?? 0)).ToList());

    private static PortAssignment For(AppDefinition app) => new(app.IsHostNetworking
        ? app.PortDefinitions.Select(port => new Wish(port.Port, app.RequirePorts ? port.Port : 0, 0)).ToList()
        : app.PortMappings.Select(mapping => new Wish(mapping.ContainerPort, mapping.HostPort, mapping.ContainerPort)).ToList());

    private List<int> Fixed => _wishes.Where(wish => wish.Host > 0).Select(wish => wish.Host!.Value).ToList();

    private int Free => _wishes.Count(wish => wish.Host == 0);

    /// <summary>Null when the offer has the ports.</summary>
    public Refusal? Refusal(AcceptedResources resources)
    {
        var offered = resources.Named("ports").Select(entry => entry.Value.Ranges.Except(Ranges.Of(NoPorts))).ToList();
        var absent = Fixed.Where(port => !offered.Any(ranges => ranges.Contains((ulong)port))).ToList();
        var count = offered.Aggregate(0UL, (sum, ranges) => sum + ranges.Count);
        var needed = Fixed.Count + Free;
        if (absent.Count == 0 && count >= (ulong)needed)
        {
            return null;
        }
        var requested = absent.Count > 0
            ? string.Join(", ", Fixed) : needed.ToString(System.Globalization.CultureInfo.InvariantCulture) + " ports";
        return new Refusal(RefusalReason.InsufficientPorts, "ports", requested,
            offered.Count == 0 ? "none" : string.Join(", ", offered.Select(ranges => ranges.ToString())));
    }

    /// <summary>Only after <see cref="Refusal"/> found nothing.</summary>
    public (IReadOnlyList<AssignedPort> Ports, IReadOnlyList<ResourceEntry> Used) Assign(AcceptedResources resources, SeededRandom random)
    {
        var pools = resources.Named("ports").ToList();
        var chosen = new Queue<int>(Choose(pools, Fixed, Free, random));
        var assigned = new List<AssignedPort>();
        foreach (var wish in _wishes)
        {
            int? host = wish.Host switch { null => null, 0 => chosen.Dequeue(), var number => number };
            var container = wish.Container != 0 ? wish.Container : host
                ?? FirstRandomContainerPort + random.Next(65_536 - FirstRandomContainerPort);
            assigned.Add(new AssignedPort(wish.Requested, host, container));
        }
        return (assigned, Entries(resources, assigned));
    }

    /// <summary>Host ports as resources of the pools that they come from.</summary>
    public static IReadOnlyList<ResourceEntry> Entries(AcceptedResources resources, IEnumerable<AssignedPort> ports)
    {
        var pools = resources.Named("ports").ToList();
        return ports.Select(port => port.HostPort).OfType<int>()
            .GroupBy(port => pools.FindIndex(pool => pool.Value.Ranges.Contains((ulong)port)))
            .Select(group => new ResourceEntry(pools[group.Key].Kind,
                Ranges.Of(group.Select(port => new ValueRange((ulong)port, (ulong)port)).ToArray())))
            .ToList();
    }

    private static IEnumerable<int> Choose(List<ResourceEntry> pools, List<int> taken, int count, SeededRandom random)
    {
        if (count == 0)
        {
            return [];
        }
        var fixedPorts = Ranges.Of([.. taken.Select(port => new ValueRange((ulong)port, (ulong)port)), NoPorts]);
        var ranges = pools.SelectMany(pool => pool.Value.Ranges.Except(fixedPorts).Items.ToArray()).ToList();
        random.Shuffle(ranges);
        var total = ranges.Sum(range => (long)(range.End - range.Begin) + 1);
        var start = random.Next((int)total);
        return Enumerable.Range(0, count).Select(i => At(ranges, (start + i) % total));
    }

    private static int At(List<ValueRange> ranges, long index)
    {
        foreach (var range in ranges)
        {
            var length = (long)(range.End - range.Begin) + 1;
            if (index < length)
            {
                return (int)range.Begin + (int)index;
            }
            index -= length;
        }
        throw new InvariantViolationException("a port was chosen beyond the offered ones");
    }
}
