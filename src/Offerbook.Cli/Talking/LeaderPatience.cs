namespace Offerbook.Cli.Talking;

/// <summary>
/// How long a verb that waits for something goes on when nobody answers: whoever led may be gone, and another lead soon. Counted
/// from the last answer.
/// </summary>
internal sealed class LeaderPatience(TimeProvider time)
{
    /// <summary>ZooKeeper's longest session by default is 40 s; the next leader reads its journal besides.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(60);

    private long _answered = time.GetTimestamp();

    /// <returns>False: nobody has answered, and it is not yet time to give up.</returns>
    /// <exception cref="CliException">Refused, or nobody has answered for too long.</exception>
    public async Task<bool> TryAsync(Func<Task> ask)
    {
        try
        {
            await ask();
            _answered = time.GetTimestamp();
            return true;
        }
        catch (CliException gone) when (gone.ExitCode == ExitCode.Unavailable && time.GetElapsedTime(_answered) < Most)
        {
            return false;
        }
    }
}
