using System.Net.Sockets;
using Offerbook.Chaos.Hosts;

namespace Offerbook.Chaos.Running;

/// <summary>Whether faults of the network can be made on this box: makes two machines, breaks what is between them, and looks.</summary>
internal sealed class StageCheck(TextWriter output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

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
            using var sockets = new MachineSockets(one);
            await CutAsync(sockets, one, other);
        }
        await TellAsync("all of it goes with the run", await child.EndsWithinAsync(Patience) && !places.Any(Path.Exists));
        child.Dispose();
        await output.WriteLineAsync(_isGood ? "this box can be the stage" : "this box CANNOT be the stage");
        return _isGood;
    }

    private async Task CutAsync(MachineSockets sockets, Machine one, Machine other)
    {
        await TellAsync("two machines hear each other", await HearsAsync(sockets, other));
        await other.IgnoreAsync(one);
        await TellAsync("one is cut off", !await HearsAsync(sockets, other));
        await other.HearAsync(one);
        await TellAsync("and is heard again", await HearsAsync(sockets, other));
    }

    private Task TellAsync(string what, bool holds)
    {
        _isGood &= holds;
        return output.WriteLineAsync($"  {(holds ? "yes" : "NO ")}  {what}");
    }

    /// <summary>Who hears a connection refuses it, as nobody listens there; who does not, says nothing.</summary>
    private static async Task<bool> HearsAsync(MachineSockets sockets, Machine machine)
    {
        using var socket = await sockets.MakeAsync();
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await socket.ConnectAsync(machine.Address, 9, limit.Token);
            return true;
        }
        catch (SocketException refused)
        {
            return refused.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
