namespace Offerbook.Apps.Http;

/// <summary>Steps down a moment after it was asked to, so that the answer is out first. Asked again meanwhile, it is one.</summary>
internal sealed class Abdication(Func<Task> stepDown, TimeProvider time)
{
    /// <summary>As long as the original takes.</summary>
    private static readonly TimeSpan Notice = TimeSpan.FromMilliseconds(500);

    private long _since = time.GetTimestamp();
    private int _announced;

    /// <summary>For how long it has led without a break.</summary>
    public TimeSpan Leads => time.GetElapsedTime(Interlocked.Read(ref _since));

    /// <summary>A term has begun.</summary>
    public void Began() => Interlocked.Exchange(ref _since, time.GetTimestamp());

    public void Announce()
    {
        if (Interlocked.Exchange(ref _announced, 1) == 0)
        {
            _ = RunAsync();
        }
    }

    private async Task RunAsync()
    {
        await Task.Delay(Notice, time);
        // What is asked from here on concerns the next term.
        Volatile.Write(ref _announced, 0);
        await stepDown();
    }
}
