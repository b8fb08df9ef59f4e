using Offerbook.Chaos.Hosts;

namespace Offerbook.Chaos.Faults;

/// <summary>Links that are cut: packets from one machine that another ignores.</summary>
internal static class Cuts
{
    /// <summary>Neither hears the other.</summary>
    public static IEnumerable<(Machine From, Machine To)> Between(IEnumerable<Machine> some, IEnumerable<Machine> others) =>
        OneWay(some, others).Concat(OneWay(others, some));

    /// <summary>The second ones do not hear the first.</summary>
    public static IEnumerable<(Machine From, Machine To)> OneWay(IEnumerable<Machine> heard, IEnumerable<Machine> deaf) =>
        heard.SelectMany(_ => deaf, (one, other) => (one, other)).Where(link => link.one != link.other);

    public static async Task<MadeFault> MakeAsync(string what, IEnumerable<(Machine From, Machine To)> links,
        IEnumerable<Machine>? lost = null)
    {
        var cut = links.Distinct().ToList();
        foreach (var (from, to) in cut)
        {
            await to.IgnoreAsync(from);
        }
        return new MadeFault(what, async () =>
        {
            foreach (var (from, to) in cut)
            {
                await to.HearAsync(from);
            }
        })
        {
            LostHosts = [.. (lost ?? []).Select(machine => machine.Name)],
        };
    }
}
