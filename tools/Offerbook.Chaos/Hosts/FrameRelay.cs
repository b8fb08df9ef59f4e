namespace Offerbook.Chaos.Hosts;

/// <summary>How long frames are held back.</summary>
/// <param name="Mean">Of one passage; an answer passes a second time.</param>
/// <param name="Spread">Drawn anew for each frame: so much less or more.</param>
/// <param name="Reorders">A frame may overtake those before it; else it waits for them.</param>
public sealed record Delay(TimeSpan Mean, TimeSpan Spread, bool Reorders = false);

/// <summary>
/// Carries frames between two interfaces of a network and holds each back for a while, as <c>netem</c> does where the kernel has it.
/// One thread of its own; at most <see cref="MostHeld"/> frames are held, and what comes on top is lost.
/// </summary>
internal sealed class FrameRelay : IDisposable
{
    private const int MostHeld = 20_000;
    private const int MostAtOnce = 64;
    private const int LongestWait = 50;
    private const long TicksPerMillisecond = TimeSpan.TicksPerMillisecond;

    private readonly PriorityQueue<(byte[] Frame, FrameSocket To), (long Due, long Number)> _held = new();
    private readonly byte[] _buffer = new byte[FrameSocket.LargestFrame];
    private readonly long[] _latest = new long[2];
    private readonly Delay _delay;
    private readonly Random _random;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _carries = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isEnding;
    private long _number;

    private FrameRelay(string space, string one, string other, Delay delay, int seed)
    {
        (_delay, _random) = (delay, new Random(seed));
        _thread = new Thread(() => Run(space, one, other)) { IsBackground = true, Name = $"delays between {one} and {other}" };
        _thread.Start();
    }

    /// <exception cref="HostException">An interface is not there, or its frames are not for us.</exception>
    public static async Task<FrameRelay> StartAsync(string space, string one, string other, Delay delay, int seed)
    {
        var relay = new FrameRelay(space, one, other, delay, seed);
        await relay._carries.Task;
        return relay;
    }

    /// <summary>What is held is let go at once.</summary>
    public void Dispose()
    {
        _isEnding = true;
        _thread.Join();
    }

    private void Run(string space, string one, string other)
    {
        try
        {
            MachineSockets.Enter(space);
            using var left = new FrameSocket(one);
            using var right = new FrameSocket(other);
            _carries.SetResult();
            while (!_isEnding)
            {
                FrameSocket.Await(left, right, Wait());
                Take(left, right, 0);
                Take(right, left, 1);
                LetGo(Now);
            }
            LetGo(long.MaxValue);
        }
        catch (HostException refused)
        {
            _carries.TrySetException(refused);
        }
    }

    private static long Now => Environment.TickCount64 * TicksPerMillisecond;

    /// <summary>Until the next frame is due, in milliseconds; not longer than it may take until we notice that we shall end.</summary>
    private int Wait() => _held.TryPeek(out _, out var next)
        ? (int)Math.Clamp((next.Due - Now + TicksPerMillisecond - 1) / TicksPerMillisecond, 0, LongestWait)
        : LongestWait;

    private void Take(FrameSocket from, FrameSocket to, int direction)
    {
        for (var i = 0; i < MostAtOnce && from.TryReceive(_buffer, out var length); i++)
        {
            if (_held.Count < MostHeld)
            {
                var due = Now + _delay.Mean.Ticks + (long)(_delay.Spread.Ticks * ((_random.NextDouble() * 2) - 1));
                due = _delay.Reorders ? due : Math.Max(due, _latest[direction]);
                _latest[direction] = due;
                _held.Enqueue((_buffer[..length], to), (due, _number++));
            }
        }
    }

    private void LetGo(long until)
    {
        while (_held.TryPeek(out var frame, out var next) && next.Due <= until)
        {
            _held.Dequeue();
            frame.To.Send(frame.Frame);
        }
    }
}
