using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;

namespace Offerbook.Bench.Sockets;

/// <summary>
/// Sockets and epoll as the kernel gives them: a connection costs a number here, where a Socket costs objects and callbacks.
/// </summary>
internal static partial class Libc
{
    public const uint Readable = 0x1;
    public const uint Writable = 0x4;
    public const uint Failed = 0x8 | 0x10;

    private const int Inet = 2;
    private const int StreamNonBlockingCloseOnExec = 1 | 0x800 | 0x80000;
    private const int NoSignal = 0x4000;
    private const int IpProtocol = 0;
    private const int BindAddressNoPort = 24;
    private const int TcpProtocol = 6;
    private const int NoDelay = 1;
    private const int SocketLevel = 1;
    private const int SocketErrorOption = 4;
    private const int ReceiveBufferOption = 8;
    private const int InProgress = 115;
    private const int TryAgain = 11;

    private const int Add = 1;
    private const int Delete = 2;
    private const int Modify = 3;

    public static int NewPoller() => Check(EpollCreate(0x80000), "epoll_create1");

    public static int NewWaker() => Check(EventFd(0, 0x800 | 0x80000), "eventfd");

    public static void Watch(int poller, int handle, uint events) => Control(poller, Add, handle, events);

    public static void Rewatch(int poller, int handle, uint events) => Control(poller, Modify, handle, events);

    public static void Unwatch(int poller, int handle) => Control(poller, Delete, handle, 0);

    public static int Wait(int poller, Span<PollEvent> events, int timeoutMs) =>
        EpollWait(poller, ref MemoryMarshal.GetReference(events), events.Length, timeoutMs);

    /// <summary>Begins to connect; the socket turns writable when it is done, one way or the other.</summary>
    /// <param name="source">The address to connect from: one pair of addresses has only 28,000 ports.</param>
    /// <param name="receiveBytes">The receive buffer to ask for; 0 leaves it to the kernel.</param>
    /// <returns>The socket, or a negative number when none can be had.</returns>
    public static int Connect(IPEndPoint remote, IPAddress? source, int receiveBytes)
    {
        var handle = NewSocket(Inet, StreamNonBlockingCloseOnExec, 0);
        if (handle < 0)
        {
            return -Marshal.GetLastPInvokeError();
        }
        var on = 1;
        SetOption(handle, TcpProtocol, NoDelay, ref on, sizeof(int));
        if (receiveBytes > 0)
        {
            SetOption(handle, SocketLevel, ReceiveBufferOption, ref receiveBytes, sizeof(int));
        }
        if (source is not null)
        {
            // The port is chosen when connecting, where only the pair of addresses must be new: a search at bind is slow once many are
            // used.
            SetOption(handle, IpProtocol, BindAddressNoPort, ref on, sizeof(int));
            var local = Address(source, 0);
            if (Bind(handle, ref local, 16) != 0)
            {
                return Fail(handle);
            }
        }
        var peer = Address(remote.Address, remote.Port);
        return Connect(handle, ref peer, 16) == 0 || Marshal.GetLastPInvokeError() == InProgress ? handle : Fail(handle);
    }

    /// <summary>Why connecting failed; 0 when it did not.</summary>
    public static int ConnectError(int handle)
    {
        var (error, length) = (0, sizeof(int));
        return GetOption(handle, SocketLevel, SocketErrorOption, ref error, ref length) == 0 ? error : Marshal.GetLastPInvokeError();
    }

    /// <returns>Bytes read; 0 at the end; -1 when there is nothing now; below that, minus the error.</returns>
    public static int Receive(int handle, Span<byte> buffer) =>
        Result(Receive(handle, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length, 0));

    /// <returns>As <see cref="Receive(int, Span{byte})"/>.</returns>
    public static int Send(int handle, ReadOnlySpan<byte> bytes) =>
        Result(Send(handle, in MemoryMarshal.GetReference(bytes), (nuint)bytes.Length, NoSignal));

    public static void Close(int handle) => CloseHandle(handle);

    public static void Wake(int waker)
    {
        ulong one = 1;
        WriteCounter(waker, ref one, sizeof(ulong));
    }

    public static void Drain(int waker)
    {
        ulong counter = 0;
        ReadCounter(waker, ref counter, sizeof(ulong));
    }

    private static int Result(nint result)
    {
        if (result >= 0)
        {
            return (int)result;
        }
        var error = Marshal.GetLastPInvokeError();
        return error == TryAgain ? -1 : -1 - error;
    }

    private static int Fail(int handle)
    {
        var error = Marshal.GetLastPInvokeError();
        CloseHandle(handle);
        return -error;
    }

    private static void Control(int poller, int operation, int handle, uint events)
    {
        var request = new PollEvent { Events = events, Handle = handle };
        Check(EpollControl(poller, operation, handle, ref request), "epoll_ctl");
    }

    private static int Check(int result, string call) =>
        result >= 0 ? result : throw new InvalidOperationException($"{call} failed with error {Marshal.GetLastPInvokeError()}");

    private static SocketAddress4 Address(IPAddress address, int port) => new()
    {
        Family = Inet,
        Port = BinaryPrimitives.ReverseEndianness((ushort)port),
        Ip = BitConverter.ToUInt32(address.GetAddressBytes()),
    };

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    internal struct PollEvent
    {
        public uint Events;
        public int Handle;
        public int Unused;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SocketAddress4
    {
        public ushort Family;
        public ushort Port;
        public uint Ip;
        public ulong Zero;
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollControl(int poller, int operation, int handle, ref PollEvent request);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int EpollWait(int poller, ref PollEvent events, int count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int NewSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int handle, ref SocketAddress4 address, uint length);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int Connect(int handle, ref SocketAddress4 address, uint length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int handle, int level, int option, ref int value, uint length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetOption(int handle, int level, int option, ref int value, ref int length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int handle, ref byte buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int handle, in byte buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseHandle(int handle);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteCounter(int handle, ref ulong value, nuint length);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadCounter(int handle, ref ulong value, nuint length);
}
