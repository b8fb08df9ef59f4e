using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Offerbook.Chaos.Hosts;

/// <summary>
/// Makes sockets on a machine. A socket belongs for ever to the network namespace of the thread that made it, so one thread lives there
/// and does nothing else; connecting and all the rest happen anywhere.
/// </summary>
public sealed partial class MachineSockets : IDisposable
{
    private const int Network = 0x40000000; // CLONE_NEWNET

    private readonly BlockingCollection<(SocketType Kind, TaskCompletionSource<Socket> Made)> _wanted = new(boundedCapacity: 10_000);
    private readonly Machine _machine;

    public MachineSockets(Machine machine)
    {
        _machine = machine;
        new Thread(MakeSockets) { IsBackground = true, Name = "sockets on " + machine.Name }.Start();
    }

    public Task<Socket> MakeAsync(SocketType kind = SocketType.Stream)
    {
        var made = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        _wanted.Add((kind, made));
        return made.Task;
    }

    /// <summary>For an HTTP client that shall be on that machine.</summary>
    public SocketsHttpHandler Handler() => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        ConnectCallback = async (context, cancellation) =>
        {
            var socket = await MakeAsync();
            try
            {
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    public void Dispose() => _wanted.CompleteAdding();

    private void MakeSockets()
    {
        HostException? problem = null;
        try
        {
            Enter(_machine.Space);
        }
        catch (HostException refused)
        {
            problem = refused;
        }
        foreach (var (kind, made) in _wanted.GetConsumingEnumerable())
        {
            if (problem is not null)
            {
                made.SetException(problem);
            }
            else if (kind == SocketType.Stream)
            {
                made.SetResult(new Socket(AddressFamily.InterNetwork, kind, ProtocolType.Tcp) { NoDelay = true });
            }
            else
            {
                made.SetResult(new Socket(AddressFamily.InterNetwork, kind, ProtocolType.Udp));
            }
        }
    }

    /// <summary>From now on the calling thread is in that network; it must be one that nobody else uses.</summary>
    internal static void Enter(string space)
    {
        using var network = File.OpenHandle("/run/netns/" + space);
        if (setns((int)network.DangerousGetHandle(), Network) != 0)
        {
            throw new HostException($"cannot enter the network {space}");
        }
    }

    [LibraryImport("libc")]
    private static partial int setns(int space, int kind);
}
