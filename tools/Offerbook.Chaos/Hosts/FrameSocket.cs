using System.Runtime.InteropServices;

namespace Offerbook.Chaos.Hosts;

/// <summary>
/// Takes whole frames from an interface and puts frames on it (a packet socket). Each carries in front what the network card would have
/// done to it later (checksums, segments), so that it can be put elsewhere as it is. Belongs to the network of the thread that made it.
/// </summary>
internal sealed partial class FrameSocket : IDisposable
{
    /// <summary>64 KiB of segments not yet cut, with what stands in front.</summary>
    public const int LargestFrame = 66_000;

    private const int PacketFamily = 17;
    private const int RawKind = 0x80803; // SOCK_RAW, SOCK_NONBLOCK, SOCK_CLOEXEC
    private const int PacketLevel = 263;
    private const int WithCardHeader = 15; // PACKET_VNET_HDR
    private const int WithoutOwn = 23; // PACKET_IGNORE_OUTGOING
    private const ushort AllProtocols = 0x0300; // ETH_P_ALL in the network's order
    private const short Readable = 1;

    private readonly int _socket;

    /// <exception cref="HostException">There is no such interface, or it is not ours to listen to.</exception>
    public FrameSocket(string link)
    {
        _socket = socket(PacketFamily, RawKind, 0);
        var index = if_nametoindex(link);
        int on = 1;
        var place = new Place { Family = PacketFamily, Protocol = AllProtocols, Link = (int)index };
        if (_socket < 0 || index == 0 || setsockopt(_socket, PacketLevel, WithCardHeader, in on, sizeof(int)) != 0
            || setsockopt(_socket, PacketLevel, WithoutOwn, in on, sizeof(int)) != 0
            || bind(_socket, in place, Marshal.SizeOf<Place>()) != 0)
        {
            Dispose();
            throw new HostException($"the frames of {link} cannot be had: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Returns when one of both has a frame, or the time is over.</summary>
    public static void Await(FrameSocket one, FrameSocket other, int milliseconds)
    {
        Span<Looked> both = [new() { Socket = one._socket, Wanted = Readable }, new() { Socket = other._socket, Wanted = Readable }];
        _ = poll(both, (ulong)both.Length, milliseconds);
    }

    public bool TryReceive(byte[] buffer, out int length)
    {
        length = (int)recv(_socket, buffer, (ulong)buffer.Length, 0);
        return length > 0;
    }

    /// <summary>A frame that the interface does not take is lost, as on any network.</summary>
    public void Send(byte[] frame) => _ = send(_socket, frame, (ulong)frame.Length, 0);

    public void Dispose() => _ = close(_socket);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int family, int kind, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(int socket, int level, int name, in int value, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(int socket, in Place place, int length);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial uint if_nametoindex(string link);

    [LibraryImport("libc")]
    private static partial nint recv(int socket, [Out] byte[] buffer, ulong length, int flags);

    [LibraryImport("libc")]
    private static partial nint send(int socket, byte[] buffer, ulong length, int flags);

    [LibraryImport("libc")]
    private static partial int poll(Span<Looked> sockets, ulong count, int milliseconds);

    [LibraryImport("libc")]
    private static partial int close(int socket);

    /// <summary><c>struct sockaddr_ll</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Place
    {
        public ushort Family;
        public ushort Protocol;
        public int Link;
        public ushort Hardware;
        public byte Kind;
        public byte AddressLength;
        public uint Address;
        public uint AddressEnd;
    }

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Looked
    {
        public int Socket;
        public short Wanted;
        public short Seen;
    }
}
