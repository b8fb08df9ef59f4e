using System.Collections.Concurrent;
using System.Diagnostics;

namespace Offerbook.Bench.Sockets;

/// <summary>
/// One thread that serves tens of thousands of connections: waits for the kernel to name those that can go on, and runs what is due.
/// Everything but <see cref="Post"/> and <see cref="Stop"/> is called on that thread. An idle connection costs its object alone.
/// </summary>
internal sealed class Reactor : IDisposable
{
    /// <summary>Read at a time; one buffer serves all.</summary>
    public const int BufferBytes = 256 * 1024;

    private readonly int _poller = Libc.NewPoller();
    private readonly int _waker = Libc.NewWaker();
    private readonly Libc.PollEvent[] _ready = new Libc.PollEvent[512];
    private readonly Dictionary<int, HttpLink> _links = [];
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly PriorityQueue<Action, long> _due = new();
    private volatile bool _stopping;

    public Reactor() => Libc.Watch(_poller, _waker, Libc.Readable);

    public byte[] Buffer { get; } = new byte[BufferBytes];

    public int OpenLinks => _links.Count;

    /// <summary>Runs something on the reactor's thread, soon. From any thread.</summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        Libc.Wake(_waker);
    }

    /// <summary>Runs something after a time, to the millisecond.</summary>
    public void After(TimeSpan wait, Action action) =>
        _due.Enqueue(action, Stopwatch.GetTimestamp() + (long)(wait.TotalSeconds * Stopwatch.Frequency));

    public void Stop()
    {
        _stopping = true;
        Libc.Wake(_waker);
    }

    public void Run()
    {
        while (!_stopping)
        {
            var count = Libc.Wait(_poller, _ready, WaitMs());
            for (var i = 0; i < count; i++)
            {
                if (_ready[i].Handle == _waker)
                {
                    Libc.Drain(_waker);
                }
                else if (_links.TryGetValue(_ready[i].Handle, out var link))
                {
                    link.Ready(_ready[i].Events);
                }
            }
            while (_posted.TryDequeue(out var action))
            {
                action();
            }
            var now = Stopwatch.GetTimestamp();
            while (_due.TryPeek(out _, out var at) && at <= now)
            {
                _due.Dequeue()();
            }
        }
    }

    /// <summary>A thread of its own that runs the reactor until it is stopped.</summary>
    public Thread Start(string name)
    {
        var thread = new Thread(Run) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    public void Dispose()
    {
        foreach (var handle in _links.Keys)
        {
            Libc.Close(handle);
        }
        _links.Clear();
        Libc.Close(_waker);
        Libc.Close(_poller);
    }

    internal void Add(int handle, HttpLink link)
    {
        _links.Add(handle, link);
        Libc.Watch(_poller, handle, Libc.Readable | Libc.Writable);
    }

    internal void Want(int handle, uint events) => Libc.Rewatch(_poller, handle, events);

    internal void Remove(int handle)
    {
        if (_links.Remove(handle))
        {
            Libc.Unwatch(_poller, handle);
            Libc.Close(handle);
        }
    }

    private int WaitMs()
    {
        if (!_posted.IsEmpty)
        {
            return 0;
        }
        if (!_due.TryPeek(out _, out var at))
        {
            return 1000;
        }
        var ms = (at - Stopwatch.GetTimestamp()) * 1000.0 / Stopwatch.Frequency;
        return (int)Math.Clamp(Math.Ceiling(ms), 0, 1000);
    }
}
