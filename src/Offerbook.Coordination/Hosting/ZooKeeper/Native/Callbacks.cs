using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Offerbook.Coordination.Sessions;

namespace Offerbook.Coordination.Hosting.ZooKeeper.Native;

/// <summary>
/// Where the C client's own threads come in. Each call is copied into a message and posted at once: they never wait for anything of ours.
///
/// What the client hands back is a number, not a pointer: a session's place in a table, above the number of a request. A call that comes
/// when its session has been
/// taken out of the table finds nothing and returns, so that there is no object whose life it could outlast.
/// </summary>
internal static unsafe class Callbacks
{
    private static readonly ConcurrentDictionary<long, NativeSession> Sessions = new();
    private static long _last;

    public static int Count => Sessions.Count;

    /// <returns>The session's place: at most 31 bits, so that it fits beside a request.</returns>
    public static int Add(NativeSession session)
    {
        var place = (int)(Interlocked.Increment(ref _last) & int.MaxValue);
        Sessions[place] = session;
        return place;
    }

    public static void Remove(int place) => Sessions.TryRemove(place, out _);

    public static nint Context(int place, int request) => (nint)(((long)place << 32) | (uint)request);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void OnSession(nint client, int type, int state, byte* path, nint context)
    {
        if (type != NativeClient.SessionEvent || Find(context) is not { } session)
        {
            return;
        }
        switch (state)
        {
            case NativeClient.StateConnected:
                session.Connected(*NativeClient.ClientId(client), TimeSpan.FromMilliseconds(NativeClient.Timeout(client)));
                break;
            case NativeClient.StateExpired:
                session.Tell(new ServiceMessage.SessionExpired(session.Number));
                break;
            case NativeClient.StateAuthenticationFailed:
                session.Tell(new ServiceMessage.AuthenticationFailed(session.Number));
                break;
            default:
                session.Disconnected();
                break;
        }
    }

    /// <summary>Watches of nodes hear of sessions too; that is told by <see cref="OnSession"/> already.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void OnWatch(nint client, int type, int state, byte* path, nint context)
    {
        if (type != NativeClient.SessionEvent && Find(context) is { } session)
        {
            session.Tell(new ServiceMessage.WatchFired(session.Number, Text(path)));
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void OnCreated(int code, byte* path, nint context) =>
        Find(context)?.Answer(Request(context), (Code)code == Code.Ok ? new Answer.Created(Text(path)) : Codes.Refusal(code));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void OnDeleted(int code, nint context) =>
        Find(context)?.Answer(Request(context), (Code)code == Code.Ok ? new Answer.Deleted() : Codes.Refusal(code));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void OnListed(int code, StringVector* names, nint context)
    {
        if (Find(context) is not { } session)
        {
            return;
        }
        if ((Code)code != Code.Ok)
        {
            session.Answer(Request(context), Codes.Refusal(code));
            return;
        }
        var list = new string[names->Count];
        for (var i = 0; i < list.Length; i++)
        {
            list[i] = Text(names->Data[i]);
        }
        session.Answer(Request(context), new Answer.Listed(list));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void OnRead(int code, byte* value, int length, Stat* stat, nint context) =>
        Find(context)?.Answer(Request(context), (Code)code == Code.Ok
            ? new Answer.Content(new ReadOnlySpan<byte>(value, Math.Max(length, 0)).ToArray(), stat->EphemeralOwner)
            : Codes.Refusal(code));

    /// <summary>For what needs no answer: the request after it in the same session waits for it in the server.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void OnSynchronized(int code, byte* path, nint context)
    {
    }

    /// <summary>A refusal is told as <see cref="NativeClient.StateAuthenticationFailed"/> too.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void OnAuthenticated(int code, nint context)
    {
    }

    private static NativeSession? Find(nint context) => Sessions.GetValueOrDefault((long)context >> 32);

    private static int Request(nint context) => (int)((long)context & uint.MaxValue);

    private static string Text(byte* text) =>
        text is null ? "" : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
}
