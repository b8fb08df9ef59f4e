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

    private readonly BlockingCollection<TaskCompletionSource<Socket>> _wanted = new(boundedCapacity: 10_000);
    private readonly Machine _machine;

    public MachineSockets(Machine machine)
    {
        _machine = machine;
        new Thread(MakeSockets) { IsBackground = true, Name = "sockets on " + machine.Name }.Start();
    }

    public Task<Socket> MakeAsync()
    {
        var wanted = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        _wanted.Add(wanted);
        return wanted.Task;
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
        int entered;
        using (var space = File.OpenHandle("/run/netns/" + _machine.Space))
        {
            entered = setns((int)space.DangerousGetHandle(), Network);
        }
        foreach (var wanted in _wanted.GetConsumingEnumerable())
        {
            if (entered == 0)
            {
                wanted.SetResult(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
            }
            else
            {
                wanted.SetException(new HostException($"cannot enter the network of {_machine.Name}"));
            }
        }
    }

    [LibraryImport("libc")]
    private static partial int setns(int space, int kind);
}
