namespace Offerbook.Chaos.Hosts;

/// <summary>
/// The link of one machine, which can be made slow: its plug is taken out of the bridge, another put in, and every frame carried between
/// the two by hand. What is under way at the moment of plugging is lost.
/// </summary>
internal sealed class SlowLink(string hub, int number)
{
    private FrameRelay? _relay;

    private string Plug => $"m{number}";

    private string Inner => $"d{number}";

    private string Outer => $"p{number}";

    public async Task BeginAsync(Delay delay, int seed)
    {
        await EndAsync();
        await LinkAsync("add", Inner, "type", "veth", "peer", "name", Outer);
        await LinkAsync("set", Outer, "master", "br0", "up");
        await LinkAsync("set", Inner, "up");
        await LinkAsync("set", Plug, "nomaster");
        _relay = await FrameRelay.StartAsync(hub, Plug, Inner, delay, seed);
    }

    public async Task EndAsync()
    {
        if (_relay is { } relay)
        {
            _relay = null;
            await Task.Run(relay.Dispose);
            await LinkAsync("set", Plug, "master", "br0");
            await LinkAsync("delete", Inner);
        }
    }

    private Task<string> LinkAsync(string action, params string[] words) => Command.RunAsync("ip", ["-n", hub, "link", action, .. words]);
}
