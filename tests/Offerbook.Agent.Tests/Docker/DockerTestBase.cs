namespace Offerbook.Agent.Tests.Docker;

/// <summary>
/// Tests against the shared engine, directly or through a socket that is slow and cuts long streams, which must make no difference.
/// </summary>
public abstract class DockerTestBase(bool throughFaultySocket)
{
    private FaultySocket? _socket;

    internal DockerEngine Engine { get; private set; } = null!;

    internal DockerYard Yard { get; private set; } = null!;

    [SetUp]
    public async Task Open()
    {
        Engine = await SharedEngine.GetAsync();
        if (throughFaultySocket)
        {
            _socket = new FaultySocket(Engine.Socket);
            _socket.Misbehave("^GET .*/json", Fault.Slow);
            _socket.Misbehave("^GET .*/(logs|events)", Fault.Half, 3);
            _socket.Misbehave("^GET .*/(logs|events)", Fault.CutAfter, 2);
            _socket.Misbehave("^GET /containers/json", Fault.Garbage, 1);
        }
        Yard = new DockerYard(_socket?.Path ?? Engine.Socket);
    }

    [TearDown]
    public async Task Close()
    {
        await Yard.DisposeAsync();
        if (_socket is not null)
        {
            await _socket.DisposeAsync();
        }
        await Engine.ClearAsync();
    }
}
