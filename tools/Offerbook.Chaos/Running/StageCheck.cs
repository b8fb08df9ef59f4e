using Offerbook.Chaos.Hosts;

namespace Offerbook.Chaos.Running;

/// <summary>Whether faults of the network can be made on this box: makes two machines, breaks what is between them, and measures.</summary>
internal sealed class StageCheck(TextWriter output)
{
    private const byte Datagrams = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly Delay Slow = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(30));
    private static readonly Delay Tangled = new(TimeSpan.FromMilliseconds(40), TimeSpan.FromMilliseconds(40), Reorders: true);

    private bool _isGood = true;

    /// <returns>Whether every fault was there when it was made, and gone when it was healed.</returns>
    /// <exception cref="HostException">No stage can be set at all.</exception>
    public async Task<bool> RunAsync()
    {
        string[] places;
        Child child;
        await using (var site = await Site.CreateAsync())
        {
            var (one, other) = (await site.AddAsync("one"), await site.AddAsync("other"));
            child = one.Start(new ChildStart("sleep", ["60"]), "sleeper");
            places = [site.Directory, "/run/netns/" + one.Space];
            using var probe = new LinkProbe(one, other);
            await CutAsync(probe, one, other);
            await DelayAsync(probe, one);
            await TangleAsync(probe, other);
        }
        await TellAsync("all of it goes with the run", await child.EndsWithinAsync(Patience) && !places.Any(Path.Exists));
        child.Dispose();
        await output.WriteLineAsync(_isGood ? "this box can be the stage" : "this box CANNOT be the stage");
        return _isGood;
    }

    private async Task CutAsync(LinkProbe probe, Machine one, Machine other)
    {
        await TellAsync("two machines hear each other", await probe.RoundTripAsync() is not null);
        await other.IgnoreAsync(one);
        await TellAsync("one is cut off", await probe.RoundTripAsync() is null);
        await other.HearAsync(one);
        await TellAsync("and is heard again", await probe.RoundTripAsync() is not null);
    }

    private async Task DelayAsync(LinkProbe probe, Machine one)
    {
        var least = 2 * (Slow.Mean - Slow.Spread); // There and back.
        await one.DelayAsync(Slow, seed: 1);
        var slow = await SecondRoundTripAsync(probe);
        await TellAsync($"packets are delayed by 100 ± 30 ms: there and back in {slow?.TotalMilliseconds:0} ms", slow >= least);
        await one.HurryAsync();
        var prompt = await SecondRoundTripAsync(probe);
        await TellAsync($"and are no longer: {prompt?.TotalMilliseconds:0.0} ms", prompt < least);
    }

    private async Task TangleAsync(LinkProbe probe, Machine other)
    {
        await other.DelayAsync(Tangled, seed: 1);
        await SecondRoundTripAsync(probe);
        var arrived = await probe.SendAsync(Datagrams);
        var overtaken = arrived.Zip(arrived.Skip(1)).Count(pair => pair.First > pair.Second);
        await TellAsync($"packets overtake each other: {overtaken} of {arrived.Count}", overtaken > 0);
        await other.HurryAsync();
        await SecondRoundTripAsync(probe);
        var inOrder = (await probe.SendAsync(Datagrams)).ToList();
        await TellAsync("and arrive in order again", inOrder.Count > 0 && inOrder.SequenceEqual(inOrder.Order()));
    }

    /// <summary>
    /// The second one counts: for the first they may have to ask for each other's hardware address, and what is under way while a link is
    /// plugged is lost.
    /// </summary>
    private static async Task<TimeSpan?> SecondRoundTripAsync(LinkProbe probe) =>
        await Polling.HoldsAsync(async () => await probe.RoundTripAsync() is not null, 5 * Patience) ? await probe.RoundTripAsync() : null;

    private Task TellAsync(string what, bool holds)
    {
        _isGood &= holds;
        return output.WriteLineAsync($"  {(holds ? "yes" : "NO ")}  {what}");
    }
}
